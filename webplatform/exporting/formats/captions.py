"""Expressions as captions: what each face shows, for as long as it shows it."""

from __future__ import annotations

from django.utils.translation import gettext as _
from webvtt import Caption as Cue
from webvtt import WebVTT

from inference import Emotion
from webplatform.exporting.content import Content, step_of
from webplatform.exporting.stretches import Stretch, captions_of, stretches_of
from webplatform.history.models import Session
from webplatform.history.words import EMOTION_NAMES


def captions(content: Content, session: Session) -> WebVTT:
    """The session's captions; people only, unless faces were chosen. A face is named where there are several."""
    readings = content.readings(session, people_only=True)
    stretches = stretches_of(readings, step_ms=step_of(session))
    is_alone = len({stretch.face for stretch in stretches}) < 2
    cues = [
        Cue(_time(caption.from_ms), _time(caption.to_ms), "\n".join(_line(one, is_alone) for one in caption.shown))
        for caption in captions_of(stretches)
    ]
    return WebVTT(captions=cues)


def _line(stretch: Stretch, is_alone: bool) -> str:
    name = str(EMOTION_NAMES[Emotion(stretch.expression)])
    told = _("%(expression)s (corrected)") % {"expression": name} if stretch.is_corrected else name
    return told if is_alone else _("Face %(n)d: %(expression)s") % {"n": stretch.face, "expression": told}


def _time(t_ms: int) -> str:
    seconds, ms = divmod(t_ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}.{ms:03}"
