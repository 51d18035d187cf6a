"""The engine: pixels in, readings out. This is its front door; importing it loads no model and no TensorFlow."""

from inference.bundle import Bundle, ModelSpec, read_bundle
from inference.container import VideoInfo, VideoLimits
from inference.engine import SHIPPED_BUNDLE, Engine, VideoReading, load_engine
from inference.errors import BadBundle, InferenceError, MediaTooLarge, UnreadableFrame, UnreadableVideo
from inference.live import LiveFrame, LiveReader, read_together
from inference.tracker import KnownFace
from inference.types import EMOTIONS, Box, Emotion, FaceReading, FrameReading, Picture, Reason
from inference.video import VideoEnd, probe_video

__all__ = [
    "EMOTIONS",
    "SHIPPED_BUNDLE",
    "BadBundle",
    "Box",
    "Bundle",
    "Emotion",
    "Engine",
    "FaceReading",
    "FrameReading",
    "InferenceError",
    "KnownFace",
    "LiveFrame",
    "LiveReader",
    "MediaTooLarge",
    "ModelSpec",
    "Picture",
    "Reason",
    "UnreadableFrame",
    "UnreadableVideo",
    "VideoEnd",
    "VideoInfo",
    "VideoLimits",
    "VideoReading",
    "load_engine",
    "probe_video",
    "read_bundle",
    "read_together",
]
