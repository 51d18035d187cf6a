"""The order in which waiting videos are read: accounts take turns, by expected time.

Each person's videos form a line of their own. A job's turn is when it would end if that person had a worker alone: the
expected time of their running and earlier jobs and its own, less the time that it has waited, so that none waits for
ever. Of a long video each stretch has a turn of its own, and waits since its job was served last. Source: Demers,
Keshav & Shenker 1989, Analysis and Simulation of a Fair Queueing Algorithm.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F, Max, Min
from django.db.models.functions import Coalesce
from django.utils import timezone

from webplatform.analysis.models import AnalysisJob, Stretch

USUAL_BYTES_PER_S = 1_000_000  # Source: own; 720p at 8 Mbit/s is read as fast as it plays. Until something was measured
MEASURED_JOBS = 50
LEAST_S = 1.0  # starting a job and loading the model cost this much, however short the video

_SIZE = Coalesce("session__media__size_bytes", "session__repeats__media__size_bytes", 0)


@dataclass(frozen=True, slots=True)
class Turn:
    """Where a waiting job stands.

    Args:
        place: 1 for the next one.
        wait_s: when it is expected to begin, s from now.
    """

    job: UUID
    place: int
    wait_s: float


@dataclass(frozen=True, slots=True)
class _Unit:
    """What one worker does at a time: a waiting job, or a stretch of a job that is read."""

    job: UUID
    is_stretch: bool
    queued_at: datetime
    waits_since: datetime
    own_s: float
    owner: object


def next_job() -> UUID | None:
    """The job whose turn it is, waiting or with a stretch that waits; None where nothing waits."""
    units, _ = _order()
    return units[0].job if units else None


def waiting_turns() -> list[Turn]:
    """All waiting jobs in the order of their turns.

    Expected times rest on the size of the files and on how fast the last ones were read; as much is expected to run at
    a time as runs now, and at least one job.
    """
    units, left_s = _order()
    workers, before_s, turns = max(len(left_s), 1), sum(left_s), []
    for unit in units:
        if not unit.is_stretch:
            turns.append(Turn(unit.job, len(turns) + 1, before_s / workers))
        before_s += unit.own_s
    return turns


def _order() -> tuple[list[_Unit], list[float]]:
    """What waits, in the order of its turns, and how long everything that runs will still take, s."""
    now, bytes_per_s = timezone.now(), measured_rate()
    running = AnalysisJob.objects.filter(state=AnalysisJob.State.RUNNING).annotate(size=_SIZE)
    columns = ("pk", "lease", "size", "progress", "session__created_by", "session__study")
    rows = [
        (pk, lease, size, progress, _owner(*owner))
        for pk, lease, size, progress, *owner in running.values_list(*columns)
    ]
    cut = {pk: (size, owner) for pk, lease, size, _, owner in rows if lease is None}
    units, running_s = _stretches(cut, bytes_per_s) if cut else ([], [])
    in_stretches = {job for job, _, _ in running_s}
    for pk, _lease, size, progress, owner in rows:
        if pk not in in_stretches:
            running_s.append((pk, owner, _expected_s(size, bytes_per_s) * (1 - progress)))
    waiting = AnalysisJob.objects.filter(state=AnalysisJob.State.QUEUED).annotate(size=_SIZE)
    units += [
        _Unit(pk, False, queued_at, queued_at, _expected_s(size, bytes_per_s), _owner(*owner))
        for pk, queued_at, size, *owner in waiting.values_list(
            "pk", "queued_at", "size", "session__created_by", "session__study"
        )
    ]
    return _sort(units, running_s, now), [rest_s for _, _, rest_s in running_s if rest_s]


def _sort(units: list[_Unit], running_s: list[tuple[UUID, object, float]], now: datetime) -> list[_Unit]:
    lines: dict[object, float] = defaultdict(float)  # the expected time of each person's jobs, s
    for _, owner, rest_s in running_s:
        lines[owner] += rest_s
    ordered = []
    for position, unit in enumerate(sorted(units, key=lambda item: (item.queued_at, item.job))):
        lines[unit.owner] += unit.own_s
        ordered.append((lines[unit.owner] - (now - unit.waits_since).total_seconds(), position, unit))
    return [unit for _, _, unit in sorted(ordered, key=lambda item: item[:2])]


def _stretches(
    cut: Mapping[UUID, tuple[int, object]], bytes_per_s: float
) -> tuple[list[_Unit], list[tuple[UUID, object, float]]]:
    """The stretches of these jobs that wait; and of each that runs whose it is and how long it will still take, s."""
    summed = Stretch.objects.filter(job__in=cut).order_by().values("job", "job__queued_at")
    jobs = {
        row["job"]: row
        for row in summed.annotate(whole=Max("to_ms"), served_at=Coalesce(Max("started_at"), Min("queued_at")))
    }
    units, running_s = [], [(pk, cut[pk][1], 0.0) for pk in jobs]
    rows = Stretch.objects.filter(job__in=jobs, state__in=(Stretch.State.QUEUED, Stretch.State.RUNNING))
    for pk, state, from_ms, to_ms, progress in rows.values_list("job", "state", "from_ms", "to_ms", "progress"):
        job, (size, owner) = jobs[pk], cut[pk]
        own_s = _expected_s(size * (to_ms - from_ms) / max(job["whole"], 1), bytes_per_s)
        if state == Stretch.State.RUNNING:
            running_s.append((pk, owner, own_s * (1 - progress)))
        else:
            units.append(_Unit(pk, True, job["job__queued_at"], job["served_at"], own_s, owner))
    return units, running_s


def measured_rate() -> float:
    """How many bytes of a file one worker reads in a second, by the last jobs that are done."""
    done = AnalysisJob.objects.filter(
        state=AnalysisJob.State.DONE, session__media__size_bytes__gt=0, started_at__lt=F("finished_at")
    )
    columns = ("session__media__size_bytes", "started_at", "finished_at", "worker_seconds")
    latest = list(done.order_by("-finished_at").values_list(*columns)[:MEASURED_JOBS])
    size = sum(row[0] for row in latest)
    # Of a video that several workers read, the clock tells how long it took, but not how long they took together.
    time_s = sum(worker_s or (finished - started).total_seconds() for _, started, finished, worker_s in latest)
    return size / time_s if time_s > 0 else USUAL_BYTES_PER_S


def _expected_s(size: float, bytes_per_s: float) -> float:
    return LEAST_S + size / bytes_per_s


def _owner(user: int | None, study: UUID) -> object:
    """Whose line it is: the person's who sent it, the study's where that account is gone."""
    return user or study
