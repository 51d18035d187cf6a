"""What expressions, reasons and moments are called, in the reader's language: the same on every page and in every file.

The English names are those that files and the REST API write in every language.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from inference import Emotion, Reason

EMOTION_NAMES = {
    Emotion.ANGRY: gettext_lazy("angry"),
    Emotion.DISGUST: gettext_lazy("disgust"),
    Emotion.FEAR: gettext_lazy("fear"),
    Emotion.HAPPY: gettext_lazy("happy"),
    Emotion.SAD: gettext_lazy("sad"),
    Emotion.SURPRISE: gettext_lazy("surprise"),
    Emotion.NEUTRAL: gettext_lazy("neutral"),
}

REASON_NAMES = {
    Reason.TOO_SMALL: gettext_lazy("too small"),
    Reason.BLURRED: gettext_lazy("blurred"),
    Reason.TOO_DARK: gettext_lazy("too dark"),
    Reason.TOO_BRIGHT: gettext_lazy("too bright"),
    Reason.EXTREME_POSE: gettext_lazy("turned away"),
    Reason.LOW_CONFIDENCE: gettext_lazy("not sure"),
}


def moment(t_ms: int) -> str:
    """A point in time as the page shows it: 0:07.4, 12:30.0, 1:02:03.0."""
    tenths = round(t_ms / 100)
    seconds, tenth = divmod(tenths, 10)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    clock = f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
    return f"{clock}.{tenth}"
