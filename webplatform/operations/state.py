"""The measurements, arranged for the admins' page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import gettext as _
from prometheus_client.core import Metric

from webplatform.operations.measurements import QUEUED, RUNNING, Measurements

NOTHING = "–"  # there was none in that hour

Values = dict[tuple[str, ...], float]


@dataclass(frozen=True, slots=True)
class Jobs:
    """One kind of job: how many wait, run and failed in the last hour, and how long the oldest one waits."""

    name: str
    queued: int
    running: int
    failed: int
    waits: timedelta


@dataclass(frozen=True, slots=True)
class State:
    """What the page shows.

    Args:
        parts: name, whether it answers.
        workers: queue, how many workers were heard of.
        figures: what, and its value as text.
        disk: free, whole and least free, bytes.
        requests: participants' open requests: late, due in a day, later.
        removals: how much waits to be removed from the object store.
    """

    parts: list[tuple[str, bool]]
    workers: list[tuple[str, int]]
    jobs: list[Jobs]
    figures: list[tuple[str, str]]
    disk: tuple[float, float, float]
    requests: tuple[int, int, int]
    removals: int

    @property
    def is_disk_short(self) -> bool:
        """Whether uploads are refused."""
        free, _size, least = self.disk
        return free < least


def read_state() -> State:
    """Measure once."""
    values = {metric.name: _values(metric) for metric in Measurements().collect()}
    due = values["raut_participant_requests"]
    disk = [values[f"raut_disk_{figure}_bytes"][()] for figure in ("free", "size", "least_free")]
    return State(
        parts=[(_part_name(key[0]), bool(value)) for key, value in values["raut_part_up"].items()],
        workers=[(_queue_name(key[0]), int(value)) for key, value in values["raut_workers"].items()],
        jobs=[_jobs(kind, name, values) for kind, name in _kinds().items()],
        figures=_figures(values),
        disk=(disk[0], disk[1], disk[2]),
        requests=(int(due[("late",)]), int(due[("soon",)]), int(due[("later",)])),
        removals=int(values["raut_store_removals_waiting"][()]),
    )


def _values(metric: Metric) -> Values:
    return {tuple(sample.labels.values()): sample.value for sample in metric.samples}


def _jobs(kind: str, name: str, values: dict[str, Values]) -> Jobs:
    return Jobs(
        name=name,
        queued=int(values["raut_jobs"][(kind, QUEUED)]),
        running=int(values["raut_jobs"][(kind, RUNNING)]),
        failed=int(values["raut_jobs_ended_last_hour"].get((kind, "failed"), 0)),
        waits=timedelta(seconds=round(values["raut_job_wait_seconds"].get((kind,), 0))),
    )


def _figures(values: dict[str, Values]) -> list[tuple[str, str]]:
    mean, longest = values["raut_analysis_mean_seconds"], values["raut_analysis_max_seconds"]
    frames = values["raut_live_frames_last_hour"]
    two = _("%(mean).1f s on average, %(most).1f s at most")
    figures = [
        (_("Videos wait"), two % {"mean": mean[("wait",)], "most": longest[("wait",)]}),
        (_("Videos are read in"), two % {"mean": mean[("read",)], "most": longest[("read",)]}),
        (
            _("One worker reads"),
            _("%(rate).1f frames a second") % {"rate": values["raut_analysis_frames_per_second"][()]},
        ),
        (_("Webcam sessions now"), str(int(values["raut_live_sessions"][()]))),
        (
            _("Webcam frames"),
            _("%(received)d received, %(answered)d answered, %(dropped)d dropped")
            % {name: int(frames[(name,)]) for name in ("received", "answered", "dropped")},
        ),
        (
            _("Slowest webcam session"),
            _("19 of 20 answers within %(ms).0f ms") % {"ms": 1000 * values["raut_live_answer_seconds"][()]},
        ),
    ]
    has_videos, has_frames = bool(values["raut_analysis_frames_per_second"][()]), bool(frames[("received",)])
    have_values = (has_videos, has_videos, has_videos, True, has_frames, has_frames)
    return [
        (label, value if has_value else NOTHING) for (label, value), has_value in zip(figures, have_values, strict=True)
    ]


def _part_name(part: str) -> str:
    names = {
        "database": _("Database"),
        "redis": "Redis",
        "beat": _("Beat (timed tasks)"),
        "disk": _("Room on the disk"),
        "store": _("Object store"),
    }
    return names[part]


def _queue_name(queue: str) -> str:
    names = {"analysis": _("Videos"), "housekeeping": _("Housekeeping"), "training": _("Training")}
    return names[queue]


def _kinds() -> dict[str, str]:
    return {
        "analysis": _("Videos"),
        "stretch": _("Stretches of long videos"),
        "playback": _("Copies for playing"),
        "export": _("Exports"),
        "data_export": _("Copies of a person's data"),
        "results": _("Results of studies"),
        "data_set": _("Data sets"),
        "training_run": _("Training runs"),
        "comparison": _("Comparisons of models"),
    }
