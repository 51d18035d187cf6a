"""A study's charts as pictures: mean curves with bands and n, sessions laid over each other, and a comparison."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from threading import Lock
from typing import Any

from django.utils.translation import gettext as _
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter

from webplatform.common.errors import Conflict, TooLarge
from webplatform.exporting.charts import COLOURS, DPI, chart_style
from webplatform.history.words import EMOTION_NAMES
from webplatform.results.showing import PERCENT, name_of
from webplatform.results.words import MEASURE_NAMES

WIDTH_IN, ROW_IN, COUNT_IN = 8.0, 1.25, 0.8
MOST_GROUPS = 36
ROOM = 0.04  # share of an axis below its lowest value
# As the page has them: no two of the first six groups differ by their colour only.
GROUP_COLOURS = ("#0b6fa4", "#b3541e", "#5a7d1a", "#8a3f94", "#a03050", "#4f5b6b")
GROUP_DASHES: tuple[Any, ...] = (
    "-", (0, (5, 2)), (0, (1, 2)), (0, (6, 2, 1, 2)), (0, (3, 1)), (0, (1, 4)),
)  # fmt: skip
_DRAWING = Lock()  # matplotlib's style belongs to the whole process, and a web process draws in many threads

Plain = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Lines:
    """One group, or one session, as its lines are drawn.

    Args:
        curve: `mean`, `low` and `high` by expression, second by second; the last two may be None.
        change: the same without the neutral stretch; None where that was not asked for.
        n: how many people are seen at each second; None where it is one.
    """

    name: str
    curve: Plain
    change: Plain | None = None
    n: list[int] | None = None


def lines_of_groups(result: Plain) -> list[Lines]:
    """The groups of a study's results."""
    is_by_person = result["choice"]["by"] == "participant"
    return [
        Lines(name_of(group), group["curve"], group["change"], None if is_by_person else group["curve"]["n"])
        for group in result["groups"]
    ]


def lines_of_sessions(overlay: Plain) -> list[Lines]:
    """The sessions of an overlay that have a curve."""
    return [
        Lines(f"{one['participant']}: {one['title']}" if one["participant"] else one["title"], {"mean": one["mean"]})
        for one in overlay["sessions"]
        if not one["why"]
    ]


def curves_picture(
    groups: Sequence[Lines], emotions: Sequence[str], title: str, *, scaled_by: Sequence[str] = ()
) -> Callable[[], Figure]:
    """What draws the curves: a row for each expression, beside it the same without the neutral stretch, below it n.

    Args:
        scaled_by: the expressions whose values the axes have to hold, where another picture has the same axes.
    Raises:
        Conflict: there is no curve.
        TooLarge: there are too many for one picture.
    """
    if not groups:
        raise Conflict(_("There is no curve to draw."))
    if len(groups) > MOST_GROUPS:
        text = _("There are %(n)d curves, and one picture holds at most %(most)d. Group them otherwise.")
        raise TooLarge(text % {"n": len(groups), "most": MOST_GROUPS})
    return lambda: _curves(groups, emotions, title, scaled_by or emotions)


def comparison_picture(comparison: Plain | None, title: str) -> Callable[[], Figure]:
    """What draws the differences of two groups with their intervals.

    Raises:
        Conflict: nothing is compared.
    """
    if comparison is None:
        raise Conflict(_("There is nothing to compare: it takes two groups."))
    return lambda: _comparison(comparison, title)


def drawn(make: Callable[[], Figure], kind: str) -> bytes:
    """The picture as a file.

    Args:
        kind: "png" or "svg".
    """
    file = BytesIO()
    with _DRAWING, chart_style():
        make().savefig(file, format=kind, dpi=DPI, metadata={"Date": None} if kind == "svg" else None)
    return file.getvalue()


def _curves(groups: Sequence[Lines], emotions: Sequence[str], title: str, scaled_by: Sequence[str]) -> Figure:
    has_change = any(group.change for group in groups)
    has_n = any(group.n is not None for group in groups)
    rows, columns = len(emotions) + has_n, 1 + has_change
    legend_rows = math.ceil(len(groups) / 4)
    height = ROW_IN * max(len(emotions), 2) + COUNT_IN * has_n + 0.7 + 0.18 * legend_rows
    picture = Figure(figsize=(WIDTH_IN, height), layout="constrained")
    ratios = [ROW_IN] * len(emotions) + [COUNT_IN] * has_n
    grid = picture.subplots(rows, columns, sharex=True, squeeze=False, height_ratios=ratios)
    for column, kind in enumerate(("curve", "change")[:columns]):
        ends = _ends(groups, scaled_by, kind)
        for axes, emotion in zip(grid[:, column], emotions, strict=False):
            _draw_lines(axes, groups, kind, emotion)
            axes.set(ylim=ends)
            axes.yaxis.set_major_formatter(PercentFormatter(1, symbol="" if column else " %", decimals=0))
        if has_n:
            _draw_counts(grid[-1, column], groups)
        grid[-1, column].xaxis.set_major_formatter(
            FuncFormatter(lambda s, _at: "{:.0f}:{:02.0f}".format(*divmod(s, 60)))
        )
        grid[-1, column].set_xlabel(_("time, minutes:seconds"), fontsize=8)
    picture.suptitle(title, parse_math=False, fontsize=11)
    handles, names = grid[0, 0].get_legend_handles_labels()
    picture.legend(handles, names, loc="outside lower center", ncols=4, fontsize=8, frameon=False)
    return picture


def _draw_lines(axes: Axes, groups: Sequence[Lines], kind: str, emotion: str) -> None:
    for number, group in enumerate(groups):
        curve = getattr(group, kind)
        if curve is None:
            continue
        mean, colour = _numbers(curve["mean"][emotion]), GROUP_COLOURS[number % len(GROUP_COLOURS)]
        dashes = GROUP_DASHES[(number + number // len(GROUP_COLOURS)) % len(GROUP_DASHES)]
        axes.plot(mean, color=colour, linestyle=dashes, linewidth=1.3, label=_plain(group.name))
        if curve.get("low"):
            low, high = _numbers(curve["low"][emotion]), _numbers(curve["high"][emotion])
            axes.fill_between(range(len(mean)), low, high, color=colour, alpha=0.16, linewidth=0)
    name = str(EMOTION_NAMES[emotion])
    title = name if kind == "curve" else _("%(expression)s, minus the neutral stretch") % {"expression": name}
    axes.set_title(title, loc="left", fontsize=9)
    if kind == "change":
        axes.axhline(0, color="#555555", linewidth=0.7)


def _draw_counts(axes: Axes, groups: Sequence[Lines]) -> None:
    most = max((n for group in groups for n in group.n or ()), default=1)
    for number, group in enumerate(groups):
        dashes = GROUP_DASHES[(number + number // len(GROUP_COLOURS)) % len(GROUP_DASHES)]
        axes.step(
            range(len(group.n or ())), group.n or [], where="post", linewidth=1.1,
            color=GROUP_COLOURS[number % len(GROUP_COLOURS)], linestyle=dashes,
        )  # fmt: skip
    axes.set(ylim=(0, most + 1))
    axes.yaxis.set_major_locator(MaxNLocator(3, integer=True))
    axes.set_title(_("n: people seen at each second"), loc="left", fontsize=8)


def _ends(groups: Sequence[Lines], emotions: Sequence[str], kind: str) -> tuple[float, float]:
    """From where to where an axis goes so that every value is on it: whole tens of percent, one for all rows."""
    curves = [curve for group in groups if (curve := getattr(group, kind))]
    parts = [curve[end] for curve in curves for end in ("mean", "low", "high") if curve.get(end)]
    values = [value for part in parts for emotion in emotions for value in part[emotion] if value is not None]
    lowest = math.floor(10 * min([0.0, *values])) / 10 if kind == "change" else 0.0
    highest = max(math.ceil(10 * max([0.0, *values])) / 10, 0.1)
    return lowest - ROOM * (highest - lowest), highest  # so that a line at the end is seen


def _comparison(comparison: Plain, title: str) -> Figure:
    """Each expression's difference with its interval, the first one on top; what has no interval is a point alone."""
    factor = 100 if comparison["measure"] in PERCENT else 1
    picture = Figure(figsize=(WIDTH_IN, 3.6), layout="constrained")
    axes = picture.subplots()
    names = []
    for line, row in enumerate(comparison["rows"]):
        colour, name = COLOURS[line % len(COLOURS)], str(EMOTION_NAMES[row["emotion"]])
        names.append(name)
        if row["difference"] is None:
            continue
        if row["low"] is not None:
            axes.plot([factor * row["low"], factor * row["high"]], [line, line], color=colour, linewidth=2)
        axes.plot([factor * row["difference"]], [line], "o", color=colour, markersize=6)
    axes.axvline(0, color="#555555", linewidth=0.9)
    axes.set_yticks(range(len(names)), names)
    axes.set(ylim=(len(names) - 0.5, -0.5))
    unit = _("percentage points") if factor == 100 else ""
    second, first = comparison["second"]["name"], comparison["first"]["name"]
    heading = f"{MEASURE_NAMES[comparison['measure']]}: {second} − {first}" + (f", {unit}" if unit else "")
    axes.set_xlabel(heading, fontsize=9, parse_math=False)
    picture.suptitle(title, parse_math=False, fontsize=11)
    return picture


def _numbers(values: Sequence[float | None]) -> list[float]:
    return [math.nan if value is None else value for value in values]


def _plain(name: str) -> str:
    """A name that matplotlib neither leaves out nor takes for a formula."""
    return name.lstrip("_").replace("$", "\\$") or "–"
