"""What the pages call things, in the reader's language."""

from webplatform.history.words import EMOTION_NAMES, REASON_NAMES

__all__ = ["EMOTION_NAMES", "REASON_NAMES"]
