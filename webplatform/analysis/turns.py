"""In which order waiting videos are read: nobody's fifty videos hold up another's one, nor an hour a minute.

Each person's videos form a line of their own. A job's turn is when it would end if that person had a worker alone: the
expected time of their running and earlier jobs and its own, less the time that it has waited, so that none waits for
ever. Source: Demers, Keshav & Shenker 1989, Analysis and Simulation of a Fair Queueing Algorithm.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import timezone

from webplatform.analysis.models import AnalysisJob

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


def next_job() -> UUID | None:
    """The waiting job whose turn it is; None where none waits."""
    turns = waiting_turns()
    return turns[0].job if turns else None


def waiting_turns() -> list[Turn]:
    """All waiting jobs in the order of their turns.

    Expected times rest on the size of the files and on how fast the last ones were read; as many jobs are expected to
    run at a time as run now, and at least one.
    """
    now, bytes_per_s = timezone.now(), measured_rate()
    lines: dict[object, float] = defaultdict(float)  # the expected time of each person's jobs, s
    running = AnalysisJob.objects.filter(state=AnalysisJob.State.RUNNING).annotate(size=_SIZE)
    left_s = []
    for size, progress, *owner in running.values_list("size", "progress", "session__created_by", "session__study"):
        left_s.append(_expected_s(size, bytes_per_s) * (1 - progress))
        lines[_owner(*owner)] += left_s[-1]
    waiting = (
        AnalysisJob.objects.filter(state=AnalysisJob.State.QUEUED).annotate(size=_SIZE).order_by("queued_at", "pk")
    )
    found: list[tuple[float, datetime, UUID, float]] = []
    rows = waiting.values_list("pk", "queued_at", "size", "session__created_by", "session__study")
    for pk, queued_at, size, *owner in rows:
        line, own_s = _owner(*owner), _expected_s(size, bytes_per_s)
        lines[line] += own_s
        found.append((lines[line] - (now - queued_at).total_seconds(), queued_at, pk, own_s))
    workers, before_s, turns = max(len(left_s), 1), sum(left_s), []
    for place, (_key, _since, pk, own_s) in enumerate(sorted(found), start=1):
        turns.append(Turn(pk, place, before_s / workers))
        before_s += own_s
    return turns


def measured_rate() -> float:
    """How many bytes of a file one worker reads in a second, by the last jobs that are done."""
    done = AnalysisJob.objects.filter(
        state=AnalysisJob.State.DONE, session__media__size_bytes__gt=0, started_at__lt=F("finished_at")
    )
    latest = done.order_by("-finished_at").values("session__media__size_bytes", "started_at", "finished_at")[
        :MEASURED_JOBS
    ]
    size = sum(row["session__media__size_bytes"] for row in latest)
    time_s = sum((row["finished_at"] - row["started_at"]).total_seconds() for row in latest)
    return size / time_s if time_s > 0 else USUAL_BYTES_PER_S


def _expected_s(size: int, bytes_per_s: float) -> float:
    return LEAST_S + size / bytes_per_s


def _owner(user: int | None, study: UUID) -> object:
    """Whose line it is: the person's who sent it, the study's where that account is gone."""
    return user or study
