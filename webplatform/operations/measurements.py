"""The platform's state in numbers, for Prometheus and for the admins' page: read from the database when asked.

Whichever process answers says the same, since nothing is counted in a process. Events are counted for the last hour,
as gauges: rows go when their time is over, so a counter made of them could fall.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, Max, Min, Model, Q, Sum
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily, Metric

from webplatform.analysis.models import AnalysisJob, PlaybackCopy, Stretch
from webplatform.exporting.models import ExportJob
from webplatform.history.models import Session
from webplatform.learning.models import Comparison, Dataset, TrainingRun
from webplatform.live.models import LiveConnection
from webplatform.operations.health import read_health
from webplatform.results.models import StudyFigures
from webplatform.retention.models import DataExport
from webplatform.studies.models import ParticipantRequest
from webplatform.vault.models import FileRemoval
from webplatform.vault.stored import is_remote

WITHIN = timedelta(hours=1)
SOON = timedelta(hours=24)
QUEUED, RUNNING = "queued", "running"
# Each kind of job: its rows, and the fields that say since when it waits and when it ended, where they are kept.
JOBS: dict[str, tuple[type[Model], str, str]] = {
    "analysis": (AnalysisJob, "queued_at", "finished_at"),
    "stretch": (Stretch, "", ""),  # they wait for their turn, which is no fault
    "playback": (PlaybackCopy, "", ""),
    "export": (ExportJob, "asked_at", "finished_at"),
    "data_export": (DataExport, "asked_at", "finished_at"),
    "results": (StudyFigures, "asked_at", "made_at"),
    "data_set": (Dataset, "created_at", "finished_at"),
    "training_run": (TrainingRun, "created_at", "finished_at"),
    "comparison": (Comparison, "created_at", "finished_at"),
}


class Measurements:
    """A collector for `prometheus_client`: each scrape reads the database and Redis once."""

    def collect(self) -> Iterator[Metric]:
        """All metrics, in the order of the admins' page."""
        yield from _parts()
        yield from _jobs()
        yield from _analysis()
        yield from _live()
        yield _requests()
        yield from _disk()


def _parts() -> Iterator[Metric]:
    health = read_health()
    parts = {
        "database": health.has_database,
        "redis": health.has_redis,
        "beat": health.has_beat,
        "disk": health.has_disk,
    }
    if is_remote():
        parts["store"] = health.has_store
    waiting = FileRemoval.objects.count() if is_remote() else 0
    yield GaugeMetricFamily("raut_store_removals_waiting", "Removals that wait for the object store.", value=waiting)
    yield _by("raut_part_up", "Whether a part of the platform answers.", "part", parts)
    yield _by("raut_workers", "Workers heard of lately, by queue.", "queue", health.workers)
    yield GaugeMetricFamily("raut_purge_held", "Whether a purge waits for an admin.", value=health.is_purge_held)


def _jobs() -> Iterator[Metric]:
    states = GaugeMetricFamily("raut_jobs", "Jobs by kind and state.", labels=("kind", "state"))
    waiting = GaugeMetricFamily("raut_job_wait_seconds", "How long the oldest queued job waits.", labels=("kind",))
    ended = GaugeMetricFamily("raut_jobs_ended_last_hour", "Jobs that ended, by state.", labels=("kind", "state"))
    now = timezone.now()
    for kind, (model, since, until) in JOBS.items():
        rows = model._default_manager
        counts = dict(rows.order_by().values_list("state").annotate(Count("pk")))
        for state in (QUEUED, RUNNING, *sorted(counts.keys() - {QUEUED, RUNNING})):
            states.add_metric((kind, state), counts.get(state, 0))
        if since:
            oldest = rows.filter(state=QUEUED).aggregate(oldest=Min(since))["oldest"]
            waiting.add_metric((kind,), (now - oldest).total_seconds() if oldest else 0)
        if until:
            recent = rows.order_by().filter(**{f"{until}__gte": now - WITHIN}).exclude(state__in=(QUEUED, RUNNING))
            for state, count in recent.values_list("state").annotate(Count("pk")):
                ended.add_metric((kind, state), count)
    yield from (states, waiting, ended)


def _analysis() -> Iterator[Metric]:
    read = AnalysisJob.objects.filter(state=AnalysisJob.State.DONE, finished_at__gte=timezone.now() - WITHIN)
    times = {
        "wait": ExpressionWrapper(F("started_at") - F("queued_at"), output_field=DurationField()),
        "read": ExpressionWrapper(F("finished_at") - F("started_at"), output_field=DurationField()),
    }
    mean = GaugeMetricFamily("raut_analysis_mean_seconds", "Mean time of the last hour's videos.", labels=("stage",))
    most = GaugeMetricFamily("raut_analysis_max_seconds", "Longest time of the last hour's videos.", labels=("stage",))
    for stage, time in times.items():
        seconds = read.aggregate(mean=Avg(time), most=Max(time))
        mean.add_metric((stage,), _seconds(seconds["mean"]))
        most.add_metric((stage,), _seconds(seconds["most"]))
    cut = Q(worker_seconds__gt=0)  # read by several workers at once: what each of them took is added up
    sums = read.aggregate(
        time=Sum(times["read"], filter=~cut), together=Sum("worker_seconds"), frames=Sum("session__frames_sampled")
    )
    worker_s = _seconds(sums["time"]) + (sums["together"] or 0.0)
    rate = (sums["frames"] or 0) / worker_s if worker_s else 0
    yield from (mean, most)
    yield GaugeMetricFamily("raut_analysis_frames_per_second", "Frames read a second by one worker.", value=rate)


def _live() -> Iterator[Metric]:
    yield GaugeMetricFamily("raut_live_sessions", "Webcam sessions in progress.", value=LiveConnection.objects.count())
    counts = {"received": 0, "answered": 0, "dropped": 0}
    slowest = 0.0
    recent = Session.objects.filter(source=Session.Source.WEBCAM, closed_at__gte=timezone.now() - WITHIN)
    for statistics in recent.values_list("live_statistics", flat=True):
        counts["received"] += statistics.get("received", 0)
        counts["answered"] += statistics.get("answered", 0)
        counts["dropped"] += sum(statistics.get("dropped", {}).values())
        slowest = max(slowest, (statistics.get("server_ms", {}).get("p95") or 0) / 1000)
    yield _by("raut_live_frames_last_hour", "Frames of the webcam sessions that ended, by fate.", "fate", counts)
    yield GaugeMetricFamily("raut_live_answer_seconds", "The slowest session's 95th percentile.", value=slowest)


def _requests() -> Metric:
    now, is_open = timezone.now(), ParticipantRequest.objects.filter(state=ParticipantRequest.State.OPEN)
    due = {
        "late": is_open.filter(due_at__lt=now).count(),
        "soon": is_open.filter(due_at__gte=now, due_at__lt=now + SOON).count(),
        "later": is_open.filter(due_at__gte=now + SOON).count(),
    }
    return _by("raut_participant_requests", "Participants' open requests: late, due in 24 hours, later.", "due", due)


def _disk() -> Iterator[Metric]:
    usage, least = shutil.disk_usage(settings.DATA_DIR), settings.RAUT_MIN_FREE_DISK_MB * 2**20
    yield GaugeMetricFamily("raut_disk_free_bytes", "Free where the data lies.", value=usage.free)
    yield GaugeMetricFamily("raut_disk_size_bytes", "The size of that disk.", value=usage.total)
    yield GaugeMetricFamily("raut_disk_least_free_bytes", "Below this, uploads are refused.", value=least)


def _by(name: str, description: str, label: str, values: dict[str, bool] | dict[str, int]) -> GaugeMetricFamily:
    metric = GaugeMetricFamily(name, description, labels=(label,))
    for key, value in values.items():
        metric.add_metric((key,), value)
    return metric


def _seconds(time: timedelta | None) -> float:
    return time.total_seconds() if time else 0.0
