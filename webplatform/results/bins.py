"""The readings of one person in one session, summed by quarter seconds: small enough to store, fine enough to realign.

A marker lies anywhere in a second. Quarters are put together to seconds from wherever the clock starts, so that a
common clock is wrong by an eighth of a second at most; whole seconds would be wrong by half of one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from inference import EMOTIONS

BIN_MS = 250
SECOND_MS = 1000
BINS_A_SECOND = SECOND_MS // BIN_MS
EXPRESSIONS = len(EMOTIONS)
_PLACE = {str(emotion): place for place, emotion in enumerate(EMOTIONS)}


class Moment(NamedTuple):
    """One reading: its time in ms, seven scores in the order of the expressions or none, and the verdict or none.

    A verdict may be a person's correction of the model's; the scores stay the model's.
    """

    t_ms: int
    scores: tuple[float, ...] | None
    verdict: str | None
    is_corrected: bool = False


@dataclass(frozen=True, slots=True)
class Bins:
    """Sums of one person's readings in B quarter seconds from the session's start.

    Attributes:
        sums: (B, 7) float32, scores added up, of every scored reading.
        sure_sums: (B, 7) float32, the same of the readings that have a verdict.
        scored: (B,) uint16, readings with scores.
        unscored: (B,) uint16, readings in which the face was seen and not scored.
        verdicts: (B, 7) uint16, readings whose verdict each expression is.
    """

    sums: NDArray[np.float32]
    sure_sums: NDArray[np.float32]
    scored: NDArray[np.uint16]
    unscored: NDArray[np.uint16]
    verdicts: NDArray[np.uint16]

    def __len__(self) -> int:
        return len(self.scored)

    def packed(self) -> bytes:
        """The five arrays one after the other, little-endian."""
        parts = (self.sums.astype("<f4"), self.sure_sums.astype("<f4"), self.scored.astype("<u2"))
        return b"".join(part.tobytes() for part in (*parts, self.unscored.astype("<u2"), self.verdicts.astype("<u2")))


@dataclass(frozen=True, slots=True)
class Seconds:
    """One person's T seconds on a clock.

    Attributes:
        values: (T, 7) float64, mean score; NaN in a second without a scored reading.
        scored: (T,) int64, readings with scores.
        unscored: (T,) int64, readings in which the face was seen and not scored.
        verdicts: (T, 7) int64, readings whose verdict each expression is.
    """

    values: NDArray[np.float64]
    scored: NDArray[np.int64]
    unscored: NDArray[np.int64]
    verdicts: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.scored)


def folded(moments: Iterable[Moment]) -> Bins:
    """Add up readings, in any order; the last bin is the last reading's."""
    rows: dict[int, list[float]] = {}
    for moment in moments:
        row = rows.setdefault(moment.t_ms // BIN_MS, [0.0] * (3 * EXPRESSIONS + 2))
        _add(row, moment)
    table = np.zeros((max(rows, default=-1) + 1, 3 * EXPRESSIONS + 2))
    if rows:
        table[list(rows)] = list(rows.values())
    e = EXPRESSIONS
    return Bins(
        sums=table[:, :e].astype(np.float32),
        sure_sums=table[:, e : 2 * e].astype(np.float32),
        scored=table[:, 3 * e].astype(np.uint16),
        unscored=table[:, 3 * e + 1].astype(np.uint16),
        verdicts=table[:, 2 * e : 3 * e].astype(np.uint16),
    )


def _add(row: list[float], moment: Moment) -> None:
    if moment.scores is None:
        row[3 * EXPRESSIONS + 1] += 1
        return
    row[3 * EXPRESSIONS] += 1
    for index, score in enumerate(moment.scores):
        row[index] += score
        if moment.verdict is not None:
            row[EXPRESSIONS + index] += score
    if moment.verdict is not None:
        row[2 * EXPRESSIONS + _PLACE[moment.verdict]] += 1


def unpacked(data: bytes) -> Bins:
    """What `Bins.packed` made bytes of.

    Raises:
        ValueError: the length fits no number of bins.
    """
    width = 2 * EXPRESSIONS * 4 + 2 * 2 + EXPRESSIONS * 2
    count, remainder = divmod(len(data), width)
    if remainder:
        raise ValueError(f"{len(data)} bytes are no whole number of bins of {width} bytes.")
    floats, words = 4 * EXPRESSIONS * count, 2 * count
    offset = 2 * floats
    return Bins(
        sums=np.frombuffer(data[:floats], "<f4").reshape(count, EXPRESSIONS),
        sure_sums=np.frombuffer(data[floats:offset], "<f4").reshape(count, EXPRESSIONS),
        scored=np.frombuffer(data[offset : offset + words], "<u2"),
        unscored=np.frombuffer(data[offset + words : offset + 2 * words], "<u2"),
        verdicts=np.frombuffer(data[offset + 2 * words :], "<u2").reshape(count, EXPRESSIONS),
    )


def on_clock(bins: Bins, *, from_ms: int = 0, to_ms: int | None = None, sure_only: bool = False) -> Seconds:
    """The seconds from one moment of the session to another, both rounded to a quarter second.

    Args:
        bins: of B quarter seconds.
        from_ms: where the clock is zero, ms from the session's start.
        to_ms: the end, not included; none: the last reading. The last second may hold fewer than four quarters.
        sure_only: whether readings without a verdict are left out of the values and of `scored`.
    """
    first = round(from_ms / BIN_MS)
    end = len(bins) if to_ms is None else min(len(bins), round(to_ms / BIN_MS))
    chosen = slice(first, max(first, end))
    verdicts = _by_second(bins.verdicts[chosen])
    scored = verdicts.sum(axis=1) if sure_only else _by_second(bins.scored[chosen, None])[:, 0]
    sums = _by_second((bins.sure_sums if sure_only else bins.sums)[chosen])
    values = np.full(sums.shape, np.nan)
    np.divide(sums, scored[:, None], out=values, where=scored[:, None] > 0)
    unscored = _by_second(bins.unscored[chosen, None])[:, 0]
    return Seconds(values, scored.astype(np.int64), unscored.astype(np.int64), verdicts.astype(np.int64))


def held(seconds: Seconds, *, step_ms: int) -> Seconds:
    """The same where readings are further apart than a second: each stands for the time until the next sample.

    Args:
        seconds: T seconds.
        step_ms: time between two samples.
    """
    values = seconds.values.copy()
    for _second in range(-(-step_ms // SECOND_MS) - 1):
        is_empty = np.isnan(values[1:, 0])
        values[1:][is_empty] = values[:-1][is_empty]
    return replace(seconds, values=values)


def _by_second(rows: NDArray[np.generic]) -> NDArray[np.float64]:
    seconds = -(-len(rows) // BINS_A_SECOND)
    padded = np.zeros((seconds * BINS_A_SECOND, rows.shape[1]))
    padded[: len(rows)] = rows
    return padded.reshape(seconds, BINS_A_SECOND, rows.shape[1]).sum(axis=1)
