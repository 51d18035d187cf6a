"""Up to a hundred workers in one queue, simulated from measured times: who waits how long, and what is full first.

Arrivals are by chance (exponential), 9 of 10 videos short (two minutes, whole), the others an hour (sixty stretches of
a minute), of twenty people. Turns are as in `webplatform/analysis/job_order.py`: a person's line by expected time, less
the time since they were served. The database is one server that every stretch needs for as long as was measured: its
claim, its signs of life, its progress and its share of joining. Cutting an hour is part of its first stretch here, and
the others do not wait for it, which makes an hour some seconds too short. Source: own; for the turns see that module.
"""

from __future__ import annotations

import heapq
import random
import statistics
from dataclasses import dataclass, field
from typing import Any

PEOPLE, SHORT_S, LONG_MINUTES, SHARE_SHORT = 20, 120.0, 60, 0.9
HOURS = 12.0
SEED = 7


@dataclass(frozen=True, slots=True)
class Measured:
    """What one worker needs, s: for a minute of video, to cut an hour and to join it; and of the database a minute."""

    minute_s: float
    plan_s: float
    join_s: float
    database_s: float

    @classmethod
    def of(cls, row: dict[str, Any], minutes: int) -> Measured:
        """From the measurement of one worker that read a video of so many minutes in stretches."""
        reading_s = row["busy_s"] - row["plan_s"] - row["join_s"]
        hours = minutes / 60
        return cls(reading_s / minutes, row["plan_s"] / hours, row["join_s"] / hours, row["database_s"] / minutes)


@dataclass(slots=True)
class _Job:
    person: int
    came_s: float
    is_short: bool
    left: int  # units that wait
    undone: int
    served_s: float
    begun_s: float | None = None
    ended_s: float | None = None


@dataclass(slots=True)
class _Queue:
    measured: Measured
    workers: int
    waiting: list[_Job] = field(default_factory=list)
    running_s: dict[int, float] = field(default_factory=dict)  # expected time of what runs, by person
    busy_s: float = 0.0

    def unit_s(self, job: _Job) -> float:
        return self.measured.minute_s * (SHORT_S / 60 if job.is_short else 1.0)

    def next_job(self, now_s: float) -> _Job | None:
        """The waiting unit with the least key; a person's units stand in the order in which their videos came."""
        lines = dict(self.running_s)
        best, least = None, float("inf")
        for job in self.waiting:
            own_s = self.unit_s(job)
            key = lines.get(job.person, 0.0) + own_s - (now_s - job.served_s)
            lines[job.person] = lines.get(job.person, 0.0) + own_s * job.left
            if key < least:
                best, least = job, key
        return best


def simulate(measured: Measured, workers: int, load: float) -> dict[str, float]:
    """Let videos come for half a day so that the workers are busy for this share of the time."""
    rng = random.Random(SEED)
    hour_s = measured.plan_s + measured.join_s + LONG_MINUTES * measured.minute_s
    mean_s = SHARE_SHORT * measured.minute_s * SHORT_S / 60 + (1 - SHARE_SHORT) * hour_s
    every_s = mean_s / (workers * load)
    events: list[tuple[float, int, str, _Job]] = []
    at_s, number, jobs = 0.0, 0, []
    while at_s < HOURS * 3600:
        at_s += rng.expovariate(1 / every_s)
        is_short = rng.random() < SHARE_SHORT
        units = 1 if is_short else LONG_MINUTES
        jobs.append(_Job(rng.randrange(PEOPLE), at_s, is_short, units, units, at_s))
        heapq.heappush(events, (at_s, number := number + 1, "comes", jobs[-1]))
    queue, free = _Queue(measured, workers), workers
    while events:
        now_s, _, event, job = heapq.heappop(events)
        if event == "comes":
            queue.waiting.append(job)
        else:
            free += 1
            queue.running_s[job.person] -= queue.unit_s(job)
            job.undone -= 1
            job.ended_s = now_s if job.undone == 0 else None
        while free and (chosen := queue.next_job(now_s)) is not None:
            took_s = queue.unit_s(chosen) + _once_s(chosen, measured)
            free, chosen.left, chosen.served_s = free - 1, chosen.left - 1, now_s
            chosen.begun_s = now_s if chosen.begun_s is None else chosen.begun_s
            if chosen.left == 0:
                queue.waiting.remove(chosen)
            queue.busy_s += took_s
            queue.running_s[chosen.person] = queue.running_s.get(chosen.person, 0.0) + queue.unit_s(chosen)
            heapq.heappush(events, (now_s + took_s, number := number + 1, "ends", chosen))
    return _sum_up(jobs, measured, workers, queue.busy_s)


def _once_s(job: _Job, measured: Measured) -> float:
    """What the first and the last stretch of an hour cost beside reading them."""
    if job.is_short:
        return 0.0
    return measured.plan_s * (job.left == LONG_MINUTES) + measured.join_s * (job.left == 1)


def _sum_up(jobs: list[_Job], measured: Measured, workers: int, busy_s: float) -> dict[str, float]:
    span_s = max(job.ended_s or 0.0 for job in jobs)
    waits = sorted((job.begun_s or 0.0) - job.came_s for job in jobs if job.is_short)
    hours = [(job.ended_s or 0.0) - job.came_s for job in jobs if not job.is_short]
    minutes = sum(SHORT_S / 60 if job.is_short else LONG_MINUTES for job in jobs)
    return {
        "wait_mean_s": statistics.mean(waits),
        "wait_p95_s": waits[int(len(waits) * 0.95)],
        "hour_mean_s": statistics.mean(hours) if hours else 0.0,
        "busy": busy_s / (workers * span_s),
        "database": minutes * measured.database_s / span_s,
    }


def print_queues(measured: Measured) -> None:
    """Print the table, and from how many workers on the database is full."""
    print(
        f"\nsimulated, from {measured.minute_s:.2f} s for a minute of video, {measured.plan_s:.2f} s to cut an hour, "
        f"{measured.join_s:.2f} s to join it, {measured.database_s:.3f} s of the database a minute:\n"
    )
    print(
        "| workers | load | short: mean wait s | 95 % wait s | an hour is done after s | workers busy | database busy |"
    )
    print("|---|---|---|---|---|---|---|")
    for workers in (1, 2, 4, 16, 100):
        for load in (0.5, 0.8, 0.95):
            row = simulate(measured, workers, load)
            waits = f"{row['wait_mean_s']:.1f} | {row['wait_p95_s']:.1f} | {row['hour_mean_s']:.0f}"
            is_full = row["database"] >= 1
            database = "full" if is_full else f"{row['database']:.0%}"
            print(f"| {workers} | {load:.0%} | {'- | - | -' if is_full else waits} | {row['busy']:.0%} | {database} |")
    print(f"\nThe database is full with {measured.minute_s / measured.database_s:.0f} workers that are always busy.")
