"""What is drawn into a video, looked at pixel by pixel after it was decoded again."""

from __future__ import annotations

import io
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from inference import Box, FaceMark, UnreadableVideo, annotate_video
from tests.clips import moving_face, write_clip

RED = (40, 40, 220)


def mark(t_ms: int, box: Box, **more) -> FaceMark:
    return FaceMark(t_ms, more.pop("face", 1), box, more.pop("label", ""), RED, **more)


def box_at(number: int, of: int) -> Box:
    """Where the head of `moving_face` is in a frame of 640 px."""
    return Box(20 + round(340 * number / (of - 1)) + 75, 140.0, 110.0, 130.0)


def frames_of(file: io.BytesIO) -> list[tuple[int, np.ndarray]]:
    file.seek(0)
    with av.open(file) as container:
        return [(round(frame.time * 1000), frame.to_ndarray(format="bgr24")) for frame in container.decode(video=0)]


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """A second of a moving head, with uneven steps between its frames."""
    times = [0, 33, 100, 140, 200, 333, 400, 460, 600, 601, 800, 990]
    return write_clip(tmp_path / "clip.mp4", moving_face(len(times)), times_ms=times, options={"crf": "10"})


def annotated(clip: Path, marks: list[FaceMark], step_ms: int = 200) -> list[tuple[int, np.ndarray]]:
    out = io.BytesIO()
    annotate_video(clip, out, iter(marks), step_ms=step_ms)
    return frames_of(out)


def original(clip: Path) -> list[np.ndarray]:
    return [picture for _t_ms, picture in frames_of(io.BytesIO(clip.read_bytes()))]


def is_red(picture: np.ndarray, x: float, y: float) -> bool:
    blue, green, red = (int(v) for v in picture[round(y), round(x)])
    return red > 130 and blue < 110 and green < 110


def detail(picture: np.ndarray) -> float:
    """How much of a picture is lost where only 6 x 6 patches are left of it."""
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.float32)
    few = cv2.resize(cv2.resize(grey, (6, 6), interpolation=cv2.INTER_AREA), grey.shape[::-1])
    return float(np.abs(grey - few).mean())


def inside(picture: np.ndarray, box: Box) -> np.ndarray:
    return picture[int(box.y) : int(box.y + box.h), int(box.x) : int(box.x + box.w)]


def test_every_frame_has_its_own_time(clip):
    assert [t_ms for t_ms, _picture in annotated(clip, [])] == [0, 33, 100, 140, 200, 333, 400, 460, 600, 601, 800, 990]


def test_a_box_lies_where_its_reading_says_and_moves_evenly_in_between(clip):
    frames = dict(annotated(clip, [mark(0, Box(100, 50, 80, 90)), mark(200, Box(300, 50, 80, 90))]))
    assert is_red(frames[0], 100, 95) and is_red(frames[0], 180, 95)
    assert is_red(frames[200], 300, 95)
    assert is_red(frames[100], 200, 95) and not is_red(frames[100], 100, 95)


def test_a_box_goes_one_and_a_half_steps_after_its_last_reading(clip):
    frames = dict(annotated(clip, [mark(0, Box(100, 50, 80, 90))]))
    assert is_red(frames[200], 100, 95)
    assert not is_red(frames[333], 100, 95)


def test_a_blurred_face_cannot_be_recognised_and_the_rest_stays_as_it_was(clip):
    times = [0, 33, 100, 140, 200, 333, 400, 460, 600, 601, 800, 990]
    marks = [mark(t, box_at(n, 12), is_blurred=True, is_drawn=False) for n, t in enumerate(times) if n % 4 == 0]
    before = original(clip)
    for number, (_t_ms, picture) in enumerate(annotated(clip, marks)):
        face = box_at(number, 12)
        assert detail(inside(before[number], face)) > 8
        assert detail(inside(picture, face)) < 3
        assert np.abs(picture[420:].astype(int) - before[number][420:]).mean() < 3


def test_only_the_face_that_is_meant_is_blurred(clip):
    seen = box_at(0, 12)
    marks = [mark(0, Box(500, 300, 60, 60), face=2, is_blurred=True), mark(0, seen, face=1, is_drawn=False)]
    picture = annotated(clip, marks)[0][1]
    assert detail(inside(picture, seen)) > 8


def test_a_face_at_the_edge_is_blurred_as_far_as_there_is_a_picture(clip):
    marks = [
        mark(0, Box(-30, -30, 100, 100), is_blurred=True),
        mark(0, Box(600, 460, 200, 200), face=2, is_blurred=True),
    ]
    assert len(annotated(clip, marks)) == 12


def test_a_large_video_becomes_smaller_and_keeps_its_shape(tmp_path):
    clip = write_clip(tmp_path / "large.mp4", moving_face(2, width=1921 // 2 * 2, height=1080))
    picture = annotated(clip, [])[0][1]
    assert picture.shape == (720, 1280, 3)


def test_what_is_no_video_is_refused(tmp_path):
    (tmp_path / "no.mp4").write_bytes(b"nothing")
    with pytest.raises(UnreadableVideo):
        annotated(tmp_path / "no.mp4", [])


def test_who_is_told_of_the_progress_may_stop_it(clip):
    class Stop(Exception):
        pass

    def stop(_ms: int) -> None:
        raise Stop

    with pytest.raises(Stop):
        annotate_video(clip, io.BytesIO(), iter([]), step_ms=200, note=stop)
