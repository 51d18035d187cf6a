"""A session's charts as pictures: for each face the seven scores over time, gaps left open, markers and corrections."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

import matplotlib
from django.utils.translation import gettext as _
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from inference import EMOTIONS
from webplatform.common.errors import Conflict, TooLarge
from webplatform.exporting.content import Content
from webplatform.exporting.fonts import font_names
from webplatform.history.models import Correction, Session
from webplatform.history.timelines import timeline
from webplatform.history.words import EMOTION_NAMES

POINTS = 900  # along a chart: more than a page shows, few enough to draw quickly
MOST_CHARTS = 20
SHORT_MS = 10_000  # charts below this tell tenths of seconds
WIDTH_IN, HEIGHT_IN, DPI = 8.0, 2.3, 150
COLOURS = ("#c9422f", "#2f9470", "#6f55a8", "#c28a00", "#3a78c2", "#c9609f", "#8b93a1")  # the pages'
DASHES: tuple[Any, ...] = ("-", (0, (5, 1)), (0, (1, 1)), "-", (0, (3, 1, 1, 1)), (0, (5, 1)), (0, (1, 2)))


def draw_charts(content: Content, session: Session, out: IO[bytes], kind: str) -> None:
    """All charts of the session in one picture, below each other.

    Args:
        kind: "png" or "svg".
    Raises:
        Conflict: there is no face to draw.
        TooLarge: there are too many.
    """
    faces = content.faces(session)
    if not faces:
        raise Conflict(_("“%(title)s” has no face to draw.") % {"title": session.title})
    if len(faces) > MOST_CHARTS:
        text = _("There are %(n)d faces in “%(title)s”, and one picture holds at most %(most)d charts. Choose faces.")
        raise TooLarge(text % {"n": len(faces), "title": session.title, "most": MOST_CHARTS})
    with chart_style():
        height = HEIGHT_IN * len(faces) + 0.9
        picture = Figure(figsize=(WIDTH_IN, height), layout="constrained")
        rows = picture.subplots(len(faces), 1, sharex=True, squeeze=False)[:, 0]
        for axes, face in zip(rows, faces, strict=True):
            draw_face(axes, session, face)
            content.note(0)
        rows[-1].set_xlabel(_("time, minutes:seconds"))
        picture.suptitle(session.title, parse_math=False, fontsize=11)
        legend(picture, rows[0])
        picture.savefig(out, format=kind, dpi=DPI, metadata={"Date": None} if kind == "svg" else None)


def legend(picture: Figure, axes: Axes) -> None:
    """Below all charts: which line is which expression."""
    handles, names = axes.get_legend_handles_labels()
    picture.legend(handles, names, loc="outside lower center", ncols=len(EMOTIONS), fontsize=8, frameon=False)


def draw_face(axes: Axes, session: Session, face: int) -> None:
    """One face's curves: mean scores in equal steps of time."""
    length_ms = max(session.duration_ms or 0, 1)
    bucket_ms = max(session.every_ms, math.ceil(length_ms / POINTS))
    told = timeline(session=session, bucket_ms=bucket_ms, track=face)
    moments = range(told["from_ms"], told["to_ms"], bucket_ms)
    seconds = [(t_ms + bucket_ms / 2) / 1000 for t_ms in moments]
    for lane in told["tracks"]:
        for emotion, colour, dashes in zip(EMOTIONS, COLOURS, DASHES, strict=True):
            scores = dict(zip(lane["t_ms"], lane["scores"][str(emotion)], strict=True))
            values = [math.nan if (score := scores.get(t_ms)) is None else score for t_ms in moments]  # a gap stays one
            axes.plot(seconds, values, color=colour, linestyle=dashes, linewidth=1.1, label=str(EMOTION_NAMES[emotion]))
    _mark(axes, session, face)
    axes.set_title(_("face %(n)d") % {"n": face}, loc="left", fontsize=9, parse_math=False)
    axes.set(ylim=(0, 1), xlim=(0, length_ms / 1000))
    shown = "{:.0f}:{:04.1f}" if length_ms < SHORT_MS else "{:.0f}:{:02.0f}"
    axes.xaxis.set_major_formatter(FuncFormatter(lambda seconds, _place: shown.format(*divmod(seconds, 60))))


def _mark(axes: Axes, session: Session, face: int) -> None:
    for marker in session.markers.all():
        axes.axvline(marker.t_ms / 1000, color="#333333", linewidth=0.7, linestyle=":")
        axes.text(
            marker.t_ms / 1000, 1.0, marker.text[:24], fontsize=6, rotation=90, va="top", ha="right", parse_math=False
        )
    for correction in Correction.objects.filter(session=session, track__number=face):
        colour = COLOURS[[str(emotion) for emotion in EMOTIONS].index(correction.emotion)]
        axes.axvspan(correction.from_ms / 1000, correction.to_ms / 1000, color=colour, alpha=0.15, linewidth=0)


@contextmanager
def chart_style() -> Iterator[None]:
    """Letters as shapes, so that a picture looks the same everywhere; a letter that no font has becomes a box."""
    style: Any = {"font.family": font_names(), "font.size": 9, "axes.grid": True, "grid.alpha": 0.3}
    with matplotlib.rc_context({**style, "svg.hashsalt": "raut"}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph", category=UserWarning)
        yield
