"""Expressions as captions: what each person shows, for as long as they show it."""

from __future__ import annotations

from django.utils.translation import gettext as _
from webvtt import Caption as Cue
from webvtt import WebVTT

from inference import Emotion
from webplatform.exporting.content import Content, excluded_in, step_of
from webplatform.exporting.stretches import Stretch, captions_of, stretches_of
from webplatform.history.models import Session
from webplatform.history.words import EMOTION_NAMES


def captions(content: Content, session: Session) -> WebVTT:
    """The session's captions, without excluded stretches; a person alone is mentioned only if they have a name."""
    readings, excluded = content.counted(session), excluded_in(session)
    stretches = stretches_of(readings, step_ms=step_of(session), excluded=excluded)
    people = [named for named in content.people(session) if named.title in {one.person for one in stretches}]
    is_alone = len(people) < 2 and not any(named.person.name for named in people)
    cues = [
        Cue(_time(caption.from_ms), _time(caption.to_ms), "\n".join(_line(one, is_alone) for one in caption.shown))
        for caption in captions_of(stretches)
    ]
    return WebVTT(captions=cues)


def _line(stretch: Stretch, is_alone: bool) -> str:
    name = str(EMOTION_NAMES[Emotion(stretch.expression)])
    text = _("%(expression)s (corrected)") % {"expression": name} if stretch.is_corrected else name
    return text if is_alone else _("%(person)s: %(expression)s") % {"person": stretch.person, "expression": text}


def _time(t_ms: int) -> str:
    seconds, ms = divmod(t_ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}.{ms:03}"
