"""The engine: pixels in, readings out."""

from inference.types import EMOTIONS, Box, Emotion, FaceReading, FrameReading, Reason

__all__ = ["EMOTIONS", "Box", "Emotion", "FaceReading", "FrameReading", "Reason"]
