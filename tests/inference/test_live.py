"""Webcams that are read together: nothing of one session reaches another."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from inference import Engine, FrameReading, InferenceError, LiveFrame, UnreadableFrame, load_engine, read_together
from tests.clips import moving_face

FRAMES = [cv2.imencode(".jpg", frame)[1].tobytes() for frame in moving_face(4)]


@pytest.fixture(scope="module")
def engine() -> Engine:
    return load_engine()


def _readings(answers: list[FrameReading | InferenceError]) -> list[FrameReading]:
    assert all(isinstance(answer, FrameReading) for answer in answers)
    return [answer for answer in answers if isinstance(answer, FrameReading)]


def test_frames_read_together_are_read_as_if_alone(engine: Engine) -> None:
    alone, together = [engine.live() for _ in range(3)], [engine.live() for _ in range(3)]
    for at in range(4):
        expected = [reader.read(FRAMES[(at + n) % 4], at * 100) for n, reader in enumerate(alone)]
        frames = [LiveFrame(reader, FRAMES[(at + n) % 4], at * 100) for n, reader in enumerate(together)]
        for one, other in zip(expected, _readings(read_together(frames)), strict=True):
            assert [face.track for face in one.faces] == [face.track for face in other.faces]
            assert [face.box for face in one.faces] == [face.box for face in other.faces]
            scores = [face.scores for face in one.faces], [face.scores for face in other.faces]
            np.testing.assert_allclose(*(np.array(s, float) for s in scores), atol=1e-4)


def test_a_bad_frame_spoils_no_other(engine: Engine) -> None:
    frames = [LiveFrame(engine.live(), picture, 0) for picture in (FRAMES[0], b"no picture", FRAMES[1])]
    first, bad, last = read_together(frames)
    assert isinstance(bad, UnreadableFrame)
    assert [len(reading.faces) for reading in _readings([first, last])] == [1, 1]


def test_no_frames_give_no_readings(engine: Engine) -> None:
    assert read_together([]) == []


def test_a_session_that_goes_on_numbers_its_faces_from_where_it_stopped(engine: Engine) -> None:
    (face,) = engine.live(first_track=5).read(FRAMES[0], 0).faces
    assert face.track == 5
