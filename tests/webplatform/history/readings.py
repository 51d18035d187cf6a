"""Short ways to write down readings by hand."""

from __future__ import annotations

from inference import EMOTIONS, Box, FaceReading, FrameReading, Reason

BOX = Box(10.0, 20.0, 30.0, 40.0)


def face(track: int = 1, reason: Reason | None = None, box: Box = BOX, **scores: float) -> FaceReading:
    """A face with these scores (the emotions left out have 0), or one that was not scored."""
    given = tuple(scores.get(emotion, 0.0) for emotion in EMOTIONS) if scores else None
    return FaceReading(track=track, box=box, scores=given, reason=reason)


def frame(t_ms: int, *faces: FaceReading, decoded: int = 0) -> FrameReading:
    """A sampled frame of 640 x 480 pixels."""
    return FrameReading(t_ms=t_ms, width=640, height=480, faces=faces, frames_decoded=decoded)
