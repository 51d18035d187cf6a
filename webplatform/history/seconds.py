"""Sums of a closed session's readings by face and second, stored: the timelines are made of them.

Ten hours of readings are hundreds of thousands of rows; their seconds are some megabytes in one row.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from django.db import transaction
from django.db.models import Count, F, IntegerField, QuerySet, Sum
from django.db.models.expressions import ExpressionWrapper
from numpy.typing import NDArray

from inference import EMOTIONS
from webplatform.history.models import Observation, Session, SessionSeconds

SECOND_MS = 1000
COUNTS = ("n", "scored", "sure")
SUMS = tuple(f"sum_{emotion}" for emotion in EMOTIONS)


@dataclass(frozen=True, slots=True)
class Cells:
    """Sums of N pairs of a face and a stretch of time, ordered by face, then time; only where the face was seen.

    Attributes:
        track: (N,) uint32, the face's number.
        step: (N,) uint32, how many stretches lie before this one.
        n: (N,) uint32, readings.
        scored: (N,) uint32, of these with scores.
        sure: (N,) uint32, of these with a verdict.
        sums: (N, 7) float64, scores added up.
    """

    track: NDArray[np.uint32]
    step: NDArray[np.uint32]
    n: NDArray[np.uint32]
    scored: NDArray[np.uint32]
    sure: NDArray[np.uint32]
    sums: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.track)

    def __getitem__(self, chosen: Any) -> Cells:  # whatever numpy takes as an index
        return Cells(*(getattr(self, field.name)[chosen] for field in fields(self)))

    def packed(self) -> bytes:
        """The arrays one after the other, little-endian; sums as float32, good for seven digits."""
        integers = [getattr(self, name).astype("<u4").tobytes() for name in ("track", "step", *COUNTS)]
        return b"".join((*integers, self.sums.astype("<f4").tobytes()))

    def between(self, first: int, end: int, track: int | None = None) -> Cells:
        """Those from the stretch `first` up to, not including, `end`; of one face, or of all."""
        chosen = (self.step >= first) & (self.step < end)
        return self[chosen & (self.track == track) if track is not None else chosen]

    def joined(self, many: int) -> Cells:
        """The same with `many` stretches as one."""
        if many == 1 or not len(self):
            return self
        step = self.step // many
        starts = np.flatnonzero(np.r_[True, (np.diff(self.track) != 0) | (np.diff(step) != 0)])
        added = [np.add.reduceat(getattr(self, name), starts) for name in (*COUNTS, "sums")]
        return Cells(self.track[starts], step[starts], *added)


def unpacked(data: bytes) -> Cells:
    """What `Cells.packed` made bytes of."""
    width = 5 * 4 + 4 * len(EMOTIONS)
    count = len(data) // width
    integers = np.frombuffer(data[: 20 * count], "<u4").reshape(5, count)
    return Cells(*integers, np.frombuffer(data[20 * count :], "<f4").reshape(count, len(EMOTIONS)).astype(np.float64))


def seconds_of(session: Session) -> Cells:
    """The session's seconds; those of a session that closed before seconds were kept are added up now, and kept."""
    data = SessionSeconds.objects.filter(pk=session.pk).values_list("data", flat=True).first()
    return unpacked(bytes(data)) if data is not None else keep_seconds(session)


@transaction.atomic
def keep_seconds(session: Session) -> Cells:
    """Add the seconds up; they are kept where the session is closed and has its readings."""
    closed_session = Session.objects.select_for_update().filter(pk=session.pk, state=Session.State.CLOSED)
    data = cells_of(session, Observation.objects.filter(session=session), SECOND_MS).packed()
    if closed_session.filter(readings_removed_at=None).exists():
        SessionSeconds.objects.update_or_create(pk=session.pk, defaults={"data": data})
    return unpacked(data)


def cells_of(session: Session, observations: QuerySet[Observation], step_ms: int, most: int | None = None) -> Cells:
    """Add up the observations by face and stretches of `step_ms`; no more than `most` pairs."""
    # Whole numbers divide to whole numbers in SQLite and PostgreSQL alike.
    step = ExpressionWrapper(F("t_ms") / step_ms, output_field=IntegerField())
    numbers = dict(session.tracks.values_list("pk", "number"))
    rows = (
        observations.order_by()
        .annotate(step=step)
        .values("track_id", "step")
        .annotate(n=Count("pk"), scored=Count("angry"), sure=Count("dominant"))
        .annotate(**{name: Sum(emotion) for name, emotion in zip(SUMS, EMOTIONS, strict=True)})
        .values_list("track_id", "step", *COUNTS, *SUMS)
    )
    table = [(numbers[track_id], *(value or 0 for value in row)) for track_id, *row in rows[:most]]
    array = np.array(sorted(table), np.float64).reshape(len(table), 5 + len(EMOTIONS))
    return Cells(*array[:, :5].astype(np.uint32).T, array[:, 5:])
