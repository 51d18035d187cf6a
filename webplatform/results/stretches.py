"""Each session's stretch on the common clock, with its baseline, or the reason why it does not count."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from webplatform.results.bins import BIN_MS, Bins, Seconds, held, on_clock
from webplatform.results.choices import Choice
from webplatform.results.figures import Floats
from webplatform.results.material import Recorded, Why
from webplatform.results.measures import measured

FIRST_MS = 30_000  # the baseline where none is marked


@dataclass(frozen=True, slots=True)
class Stretch:
    """One session that counts.

    Attributes:
        recorded: the session.
        group: key of its group.
        curve: (T, 7) float64, mean scores by second; NaN in a second without a scored reading.
        change: the same minus the baseline; None where none is asked for.
        measures: (5, 7) float64: mean, change, share, times, longest.
        is_marked: whether the baseline was marked; else it is the first 30 s.
    """

    recorded: Recorded
    group: str
    curve: Floats
    change: Floats | None
    measures: Floats
    is_marked: bool = False


def stretch_of(recorded: Recorded, choice: Choice) -> Stretch | Why:
    """The session's stretch, or the first reason against it."""
    why = recorded.why or _unplaced(recorded, choice)
    if why is not None or recorded.bins is None:
        return why or Why.NOT_MADE
    from_ms, to_ms = _ends(recorded, choice)
    seconds = on_clock(recorded.bins, from_ms=from_ms, to_ms=to_ms, sure_only=choice.sure)
    seconds = held(seconds, step_ms=recorded.step_ms)
    if seen_share(seconds, recorded, from_ms, to_ms) * 100 < choice.seen or not seconds.scored.any():
        return Why.TOO_LITTLE_SEEN
    return _with_baseline(recorded, choice, seconds)


def seen_share(seconds: Seconds, recorded: Recorded, from_ms: int, to_ms: int | None) -> float:
    """In which share of the stretch, without what is excluded, the person was scored."""
    end_ms = recorded.duration_ms if to_ms is None else min(to_ms, recorded.duration_ms)
    gone_ms = sum(max(0, min(to, end_ms) - max(start, from_ms)) for start, to in recorded.excluded)
    expected_s = (end_ms - from_ms - gone_ms) / 1000
    scored_s = int((~np.isnan(seconds.values[:, 0])).sum())
    return min(1.0, scored_s / max(expected_s, 1.0))


def group_of(recorded: Recorded, choice: Choice) -> str:
    """The key of the session's group; empty: it has none."""
    if choice.by == "all":
        return "all"
    if choice.by == "participant":
        return recorded.participant
    if choice.by == "condition":
        return recorded.condition
    value = recorded.values.get(str(choice.variable))
    return "" if value is None else str(value).strip()


def _unplaced(recorded: Recorded, choice: Choice) -> Why | None:
    if not recorded.participant:
        return Why.NO_PARTICIPANT
    if not group_of(recorded, choice):
        return Why.NO_CONDITION if choice.by == "condition" else Why.NO_VALUE
    if choice.clock and choice.clock not in recorded.moments:
        return Why.NO_MARKER
    if choice.until and choice.until not in recorded.moments:
        return Why.NO_END_MARKER
    return None


def _ends(recorded: Recorded, choice: Choice) -> tuple[int, int | None]:
    from_ms = recorded.moments[choice.clock] if choice.clock else 0
    return from_ms, recorded.moments[choice.until] if choice.until else None


def _with_baseline(recorded: Recorded, choice: Choice, seconds: Seconds) -> Stretch | Why:
    raw = measured(seconds, threshold=choice.threshold / 100)
    change = np.full((1, raw.shape[1]), np.nan)
    curve = None
    if choice.baseline:
        neutral = baseline_of(recorded.bins, recorded.baseline, sure_only=choice.sure)
        if np.isnan(neutral).all():
            return Why.NO_BASELINE
        curve, change = seconds.values - neutral, raw[:1] - neutral
    measures = np.concatenate([raw[:1], change, raw[1:]])
    return Stretch(recorded, group_of(recorded, choice), seconds.values, curve, measures, bool(recorded.baseline))


def baseline_of(bins: Bins, marked: tuple[tuple[int, int], ...], *, sure_only: bool = False) -> Floats:
    """The mean score of each expression in the marked stretches, or in the first 30 s where none is marked.

    Args:
        bins: the session's.
        marked: from and to, ms, each rounded to a quarter second.
        sure_only: whether readings without a verdict stay out.

    Returns:
        (7,) float64: the mean over the readings, which may overlap no second; NaN where there are none.
    """
    is_baseline = np.zeros(len(bins), dtype=bool)
    for from_ms, to_ms in marked or ((0, FIRST_MS),):
        is_baseline[round(from_ms / BIN_MS) : max(round(to_ms / BIN_MS), round(from_ms / BIN_MS))] = True
    sums = (bins.sure_sums if sure_only else bins.sums)[is_baseline].astype(np.float64).sum(axis=0)
    count = (bins.verdicts if sure_only else bins.scored)[is_baseline].astype(np.int64).sum()
    return sums / count if count else np.full(len(sums), np.nan)
