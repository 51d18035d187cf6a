"""The engine: pixels in, readings out. This is its public interface; importing it loads no model and no TensorFlow."""

from inference.analysis import StretchAnalysis, StretchJoiner, VideoAnalysis
from inference.annotated import FaceMark, annotate_video
from inference.bundle import Bundle, ModelSpec, read_bundle
from inference.container import VIDEO_ENDINGS, VideoInfo, VideoLimits
from inference.ending import VideoEnd
from inference.engine import SHIPPED_BUNDLE, Engine, load_engine
from inference.errors import BadBundle, BadPrior, InferenceError, MediaTooLarge, UnreadableFrame, UnreadableVideo
from inference.gaps import Gap
from inference.image import PICTURE_ENDINGS
from inference.live import LiveFrame, LiveReader, read_together
from inference.observations import OBSERVING, ObservedStretch, StretchPacker, unpack_stretch
from inference.output import defuse_cell
from inference.picture_track import PictureTrack
from inference.playback import make_playback_copy, plays_in_browsers
from inference.priors import EVEN, Prior, check_prior
from inference.spans import Span
from inference.stretches import StretchPlan, plan_stretches
from inference.tracker import KnownFace
from inference.types import EMOTIONS, Box, Emotion, FaceReading, FrameReading, Picture, Reason
from inference.video import probe_video

__all__ = [
    "EMOTIONS",
    "EVEN",
    "OBSERVING",
    "PICTURE_ENDINGS",
    "SHIPPED_BUNDLE",
    "VIDEO_ENDINGS",
    "BadBundle",
    "BadPrior",
    "Box",
    "Bundle",
    "Emotion",
    "Engine",
    "FaceMark",
    "FaceReading",
    "FrameReading",
    "Gap",
    "InferenceError",
    "KnownFace",
    "LiveFrame",
    "LiveReader",
    "MediaTooLarge",
    "ModelSpec",
    "ObservedStretch",
    "Picture",
    "PictureTrack",
    "Prior",
    "Reason",
    "Span",
    "StretchAnalysis",
    "StretchJoiner",
    "StretchPacker",
    "StretchPlan",
    "UnreadableFrame",
    "UnreadableVideo",
    "VideoAnalysis",
    "VideoEnd",
    "VideoInfo",
    "VideoLimits",
    "annotate_video",
    "check_prior",
    "defuse_cell",
    "load_engine",
    "make_playback_copy",
    "plan_stretches",
    "plays_in_browsers",
    "probe_video",
    "read_bundle",
    "read_together",
    "unpack_stretch",
]
