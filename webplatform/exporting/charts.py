"""A session's charts as pictures: for each person the seven scores over time, gaps open, markers and corrections."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO, Any

import matplotlib
from django.utils.translation import gettext as _
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from inference import EMOTIONS
from webplatform.common.errors import Conflict, TooLarge
from webplatform.exporting.content import Content, excluded_in
from webplatform.exporting.fonts import font_names
from webplatform.exporting.persons import Named
from webplatform.history.effective import effective_readings
from webplatform.history.models import Correction, Session
from webplatform.history.words import EMOTION_NAMES

POINTS = 900  # along a chart: more than a page shows, few enough to draw quickly
MOST_CHARTS = 20
SHORT_MS = 10_000  # charts below this tell tenths of seconds
WIDTH_IN, HEIGHT_IN, DPI = 8.0, 2.3, 150
COLOURS = ("#c9422f", "#2f9470", "#6f55a8", "#c28a00", "#3a78c2", "#c9609f", "#8b93a1")  # the pages'
Curve = tuple[list[float], list[list[float]]]  # seconds, and for each of them seven scores
DASHES: tuple[Any, ...] = ("-", (0, (5, 1)), (0, (1, 1)), "-", (0, (3, 1, 1, 1)), (0, (5, 1)), (0, (1, 2)))


def draw_charts(content: Content, session: Session, out: IO[bytes], kind: str) -> None:
    """All charts of the session in one picture, below each other.

    Args:
        kind: "png" or "svg".
    Raises:
        Conflict: there is no face to draw.
        TooLarge: there are too many.
    """
    people = content.people(session)
    if not people:
        raise Conflict(_("“%(title)s” has no face to draw.") % {"title": session.title})
    if len(people) > MOST_CHARTS:
        text = _("There are %(n)d faces in “%(title)s”, and one picture holds at most %(most)d charts. Choose faces.")
        raise TooLarge(text % {"n": len(people), "title": session.title, "most": MOST_CHARTS})
    curves = curves_of(session, people)
    with chart_style():
        height = HEIGHT_IN * len(people) + 0.9
        picture = Figure(figsize=(WIDTH_IN, height), layout="constrained")
        rows = picture.subplots(len(people), 1, sharex=True, squeeze=False)[:, 0]
        for axes, named in zip(rows, people, strict=True):
            draw_person(axes, session, named, curves[named.key])
            content.note(0)
        rows[-1].set_xlabel(_("time, minutes:seconds"))
        picture.suptitle(session.title, parse_math=False, fontsize=11)
        legend(picture, rows[0])
        picture.savefig(out, format=kind, dpi=DPI, metadata={"Date": None} if kind == "svg" else None)


def legend(picture: Figure, axes: Axes) -> None:
    """Below all charts: which line is which expression."""
    handles, names = axes.get_legend_handles_labels()
    picture.legend(handles, names, loc="outside lower center", ncols=len(EMOTIONS), fontsize=8, frameon=False)


def curves_of(session: Session, people: Sequence[Named]) -> dict[str, Curve]:
    """Each person's mean scores in equal steps of time; excluded stretches are in none of them."""
    bucket_ms = max(session.every_ms, math.ceil(_length_ms(session) / POINTS))
    sums: dict[str, dict[int, list[float]]] = {named.key: {} for named in people}
    for reading in effective_readings(session, people=[named.person for named in people]):
        if reading.scores is None:
            continue
        bucket = sums[reading.person].setdefault(reading.t_ms // bucket_ms, [0.0] * (len(EMOTIONS) + 1))
        for index, score in enumerate((*reading.scores.values(), 1.0)):
            bucket[index] += score
    return {key: _curve(buckets, bucket_ms) for key, buckets in sums.items()}


def _curve(buckets: dict[int, list[float]], bucket_ms: int) -> Curve:
    """One point a bucket, and one without a value where the next bucket that has one is further away."""
    seconds: list[float] = []
    rows: list[list[float]] = []
    before = None
    for number in sorted(buckets):
        if before is not None and number - before > 1:
            seconds.append((before + 1) * bucket_ms / 1000)
            rows.append([math.nan] * len(EMOTIONS))
        *sums, n = buckets[number]
        seconds.append((number + 0.5) * bucket_ms / 1000)
        rows.append([one / n for one in sums])
        before = number
    return seconds, rows


def draw_person(axes: Axes, session: Session, named: Named, curve: Curve) -> None:
    """One person's curves, with what people said of them."""
    seconds, rows = curve
    for index, (emotion, colour, dashes) in enumerate(zip(EMOTIONS, COLOURS, DASHES, strict=True)):
        values = [row[index] for row in rows]
        axes.plot(seconds, values, color=colour, linestyle=dashes, linewidth=1.1, label=str(EMOTION_NAMES[emotion]))
    _mark(axes, session, named)
    axes.set_title(named.title, loc="left", fontsize=9, parse_math=False)
    length_ms = _length_ms(session)
    axes.set(ylim=(0, 1), xlim=(0, length_ms / 1000))
    time_format = "{:.0f}:{:04.1f}" if length_ms < SHORT_MS else "{:.0f}:{:02.0f}"
    axes.xaxis.set_major_formatter(FuncFormatter(lambda seconds, _place: time_format.format(*divmod(seconds, 60))))


def _length_ms(session: Session) -> int:
    return max(session.duration_ms or 0, 1)


def _mark(axes: Axes, session: Session, named: Named) -> None:
    for marker in session.markers.all():
        axes.axvline(marker.t_ms / 1000, color="#333333", linewidth=0.7, linestyle=":")
        axes.text(
            marker.t_ms / 1000, 1.0, marker.text[:24], fontsize=6, rotation=90, va="top", ha="right", parse_math=False
        )
    for from_ms, to_ms in excluded_in(session):
        axes.axvspan(from_ms / 1000, to_ms / 1000, color="#999999", alpha=0.25, linewidth=0)
    for correction in Correction.objects.filter(session=session, track__number__in=named.faces):
        colour = COLOURS[[str(emotion) for emotion in EMOTIONS].index(correction.emotion)]
        axes.axvspan(correction.from_ms / 1000, correction.to_ms / 1000, color=colour, alpha=0.15, linewidth=0)


@contextmanager
def chart_style() -> Iterator[None]:
    """Letters as shapes, so that a picture looks the same everywhere; a letter that no font has becomes a box."""
    style: Any = {"font.family": font_names(), "font.size": 9, "axes.grid": True, "grid.alpha": 0.3}
    with matplotlib.rc_context({**style, "svg.hashsalt": "raut"}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph", category=UserWarning)
        yield
