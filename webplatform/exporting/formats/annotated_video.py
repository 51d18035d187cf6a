"""The video with a box around each face and its scores; faces can be blurred."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, BinaryIO

from django.conf import settings
from django.utils.translation import gettext as _

from inference import EMOTIONS, Emotion, FaceMark, VideoLimits, annotate_video
from webplatform.analysis.models import MediaFile, recording_of
from webplatform.common.errors import Conflict
from webplatform.exporting.charts import COLOURS
from webplatform.exporting.content import Content, Reading, step_of
from webplatform.exporting.options import Blur
from webplatform.exporting.queries import has_video
from webplatform.history.media import open_file
from webplatform.history.models import Session
from webplatform.history.words import EMOTION_NAMES

GREY = (150, 140, 130)


def write(content: Content, out: IO[bytes]) -> None:
    """The video of the one session, on its own clock; every frame of it, at most 1280 px long, without sound."""
    session = content.sessions[0]
    limits = VideoLimits(max_duration_ms=settings.RAUT_MAX_VIDEO_MINUTES * 60_000)
    with _open(session) as source:
        marks = _marks(content, session)
        annotate_video(source, out, marks, step_ms=step_of(session), limits=limits, note=content.note)


def _open(session: Session) -> BinaryIO:
    recording = recording_of(session)
    media = MediaFile.objects.filter(session=recording).first()
    if media is None or not has_video(session):
        raise Conflict(_("No video of “%(title)s” is kept on this server.") % {"title": session.title})
    return open_file(recording, media.stored_name)


def _marks(content: Content, session: Session) -> Iterator[FaceMark]:
    """Every face of the video: one that is not chosen has no box, but may have to be blurred."""
    chosen = {named.key for named in content.people(session)}
    for reading in content.all_readings(session):
        is_chosen = reading.named is not None and reading.named.key in chosen
        is_blurred = _is_blurred(content.options.blur, is_chosen and bool(content.options.faces))
        if is_chosen or is_blurred:
            yield _mark(reading, is_chosen, is_blurred)


def _is_blurred(blur: str, is_chosen: bool) -> bool:
    return blur == Blur.ALL or (blur == Blur.CHOSEN and is_chosen) or (blur == Blur.OTHERS and not is_chosen)


def _mark(reading: Reading, is_drawn: bool, is_blurred: bool) -> FaceMark:
    if not is_drawn:
        return FaceMark(reading.t_ms, reading.face, reading.box, "", GREY, (), is_blurred, is_drawn=False)
    colours = dict(zip(map(str, EMOTIONS), map(_bgr, COLOURS), strict=True))
    bars = tuple(zip(reading.scores or (), colours.values(), strict=False))
    colour = colours[reading.shown] if reading.shown else GREY
    return FaceMark(reading.t_ms, reading.face, reading.box, _label(reading), colour, bars, is_blurred)


def _label(reading: Reading) -> str:
    title = reading.named.title if reading.named else ""
    label = title if title.isascii() and title else str(reading.face)  # nothing but ASCII can be drawn into a video
    if reading.shown is None:
        return f"{label}: ?"
    name = EMOTION_NAMES[Emotion(reading.shown)]
    if reading.corrected or reading.scores is None:
        return f"{label}: {name} *"
    return f"{label}: {name} {round(100 * max(reading.scores))}%"


def _bgr(colour: str) -> tuple[int, int, int]:
    red, green, blue = (int(colour[index : index + 2], 16) for index in (1, 3, 5))
    return blue, green, red
