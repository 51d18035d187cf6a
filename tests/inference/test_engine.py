"""The engine as a whole: every sampled frame has a reading, sessions never meet, TensorFlow stays out."""

import subprocess
import sys

import cv2
import numpy as np
import pytest

from inference import EMOTIONS, Box, Engine, MediaTooLarge, Reason, UnreadableFrame
from inference.types import DetectedFace
from tests import clips
from tests.inference.conftest import FakeClassifier, FakeDetector


def jpeg(picture):
    return cv2.imencode(".jpg", picture)[1].tobytes()


def test_every_sampled_frame_has_a_reading_also_without_a_face(engine, clip):
    clips.write_clip(clip, [*clips.moving_face(50), *clips.blank(25, width=640, height=480)])
    with engine.read_video(clip) as video:
        readings = list(video)
    assert [reading.t_ms for reading in readings] == list(range(0, 3000, 200))
    assert all(reading.faces for reading in readings[:10])
    assert all(not reading.faces for reading in readings[10:])
    assert video.end.frames_decoded == 75 == video.end.frames_sampled + video.end.frames_skipped


def test_a_real_smile_is_happy_and_keeps_its_number(engine, clip):
    clips.write_clip(clip, clips.moving_face(50))
    faces = [face for reading in engine.read_video(clip) for face in reading.faces]
    assert {face.track for face in faces} == {1}
    assert {face.dominant for face in faces} == {"happy"}
    assert all(sum(face.scores) == pytest.approx(1, abs=1e-5) for face in faces)


def test_the_same_video_gives_the_same_readings(engine, clip):
    clips.write_clip(clip, clips.moving_face(40))
    assert list(engine.read_video(clip)) == list(engine.read_video(clip))


def test_a_single_picture_is_read(engine):
    (face,) = engine.read_image(clips.face_picture()).faces
    assert face.dominant == "happy"


def test_a_whole_picture_is_one_face_whatever_its_size(engine):
    tiny = cv2.resize(clips.face_picture()[60:178, 166:284], (24, 24), interpolation=cv2.INTER_AREA)
    reading = engine.read_face(tiny)
    assert reading.faces[0].box == Box(0, 0, 24, 24)
    assert reading.faces[0].is_scored


def test_two_live_readers_share_no_number_and_no_smoother(engine):
    first, second = engine.live(), engine.live()
    frame = jpeg(clips.face_picture())
    assert first.read(frame, 0).faces[0].track == 1
    assert second.read(frame, 0).faces[0].track == 1
    assert first.read(jpeg(np.zeros((300, 300, 3), np.uint8)), 100).faces == ()
    assert second.read(frame, 100).faces[0].track == 1


@pytest.mark.parametrize("data", [b"", b"text", b"\xff\xd8\xff\xe0broken", b"GIF89a" + bytes(50)])
def test_a_live_frame_that_is_no_picture_is_refused(fake_engine, data):
    with pytest.raises(UnreadableFrame):
        fake_engine.live().read(data, 0)


def test_a_live_frame_of_too_many_pixels_is_refused_before_decoding(fake_engine):
    with pytest.raises(MediaTooLarge, match="4000 x 3000"):
        fake_engine.live().read(jpeg(np.zeros((3000, 4000, 3), np.uint8)), 0)


def test_below_the_threshold_the_answer_is_not_sure():
    unsure = FakeClassifier(row=(0.25, 0.15, 0.15, 0.15, 0.1, 0.1, 0.1))
    (face,) = Engine(FakeDetector(), unsure).read_image(np.full((400, 400, 3), 128, np.uint8)).faces or (None,)
    assert face.reason in {Reason.LOW_CONFIDENCE, Reason.BLURRED}


def test_an_unsure_face_has_scores_and_no_verdict():
    unsure = FakeClassifier(row=(0.25, 0.15, 0.15, 0.15, 0.1, 0.1, 0.1))
    (face,) = Engine(FakeDetector(), unsure).read_image(clips.face_picture()).faces
    assert (face.reason, face.dominant, face.is_scored) == (Reason.LOW_CONFIDENCE, None, True)


def test_an_unfit_face_is_counted_and_never_scored(fake_engine):
    (face,) = fake_engine.read_image(np.full((400, 400, 3), 128, np.uint8)).faces
    assert (face.reason, face.scores, face.dominant) == (Reason.BLURRED, None, None)


def test_faces_of_many_frames_are_scored_together(clip):
    classifier = FakeClassifier()
    clips.write_clip(clip, clips.moving_face(100))
    readings = list(Engine(FakeDetector(), classifier).read_video(clip, every_ms=40))
    assert len(readings) == 100
    assert max(classifier.batches) == 16
    assert sum(classifier.batches) == sum(face.is_scored for reading in readings for face in reading.faces)


def test_leaving_a_video_early_releases_its_file(fake_engine, clip):
    clips.write_clip(clip, clips.moving_face(50))
    with fake_engine.read_video(clip) as video:
        next(video)
    assert next(video, None) is None
    clip.unlink()


def test_detected_faces_are_ordered_by_their_number():
    boxes = (Box(300, 100, 80, 80), Box(20, 100, 80, 80))
    reading = Engine(FakeDetector(boxes), FakeClassifier()).read_image(clips.face_picture())
    assert [face.track for face in reading.faces] == [1, 2]
    assert isinstance(FakeDetector(boxes).detect(clips.face_picture())[0], DetectedFace)


def test_importing_and_running_the_engine_loads_no_tensorflow():
    code = (
        "import sys, numpy as np, inference;"
        "inference.load_engine().read_face(np.zeros((48, 48, 3), np.uint8));"
        "sys.exit(any(name in sys.modules for name in ('tensorflow', 'keras')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, capture_output=True).returncode == 0


def test_the_emotions_stand_in_the_order_of_fer2013():
    assert EMOTIONS == ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")
