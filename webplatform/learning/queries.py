"""Read data sets, runs and models for the pages and the API."""

from __future__ import annotations

from datetime import datetime
from itertools import groupby
from typing import Any

from django.conf import settings
from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inference import EMOTIONS, Emotion
from training import LEAST_PICTURES, Shortfall, find_shortfalls
from webplatform.history.words import EMOTION_NAMES
from webplatform.learning.models import Comparison, Dataset, TrainingRun
from webplatform.learning.words import RECIPE_LINES, SPLIT_WORDS
from webplatform.modelhub.bundles import bundle_of
from webplatform.modelhub.models import ModelVersion
from webplatform.modelhub.queries import active_version
from webplatform.modelhub.services import checks_of

MOST_SHOWN = 20
SPLITS = ("train", "public", "private")
PICTURES = {  # the figures that a run draws, by file name: what they show
    "confusion": gettext_lazy("Which expression was taken for which"),
    "learning_curves": gettext_lazy("How the model learnt, epoch by epoch"),
    "reliability": gettext_lazy("How often an answer is right, by its score"),
    "risk_coverage": gettext_lazy("How many answers are wrong when the doubtful ones are left out"),
    "robustness": gettext_lazy("How well spoilt pictures are read"),
}


def overview() -> dict[str, Any]:
    """The newest models, runs and data sets."""
    runs = list(TrainingRun.objects.select_related("dataset", "version")[:MOST_SHOWN])
    datasets = list(Dataset.objects.all()[:MOST_SHOWN])
    return {
        "active": active_version(),
        "versions": [(version, withdrawn_since(version)) for version in ModelVersion.objects.all()[:MOST_SHOWN]],
        "runs": runs,
        "datasets": datasets,
        "is_active": any(work.is_active for work in (*runs, *datasets)),
    }


def counts_of(dataset: Dataset) -> list[dict[str, Any]]:
    """How many pictures of each class each split holds; the sums last."""
    counts = dataset.report.get("counts")
    if not counts:
        return []
    rows = [{"name": str(e), "counts": [counts[split][e] for split in SPLITS]} for e in EMOTIONS]
    return [*rows, {"name": "", "counts": [sum(counts[split].values()) for split in SPLITS]}]


def shortfalls_of(dataset: Dataset) -> list[Shortfall]:
    """The classes that its splits lack or have very few pictures of; nothing before it is checked."""
    counts = dataset.report.get("counts")
    return find_shortfalls(counts) if counts else []


def missing_to_learn(dataset: Dataset) -> list[str]:
    """The classes without a training picture, in the reader's language: no run can learn from such a data set."""
    lacking = [
        shortfall.emotion for shortfall in shortfalls_of(dataset) if shortfall.split == "train" and shortfall.is_missing
    ]
    return [str(EMOTION_NAMES[Emotion(emotion)]) for emotion in lacking]


def dataset_page(dataset: Dataset) -> dict[str, Any]:
    """Everything that the page of a data set shows, beside its forms."""
    shortfalls, runs = shortfalls_of(dataset), list(dataset.runs.all())
    return {
        "dataset": dataset,
        "table": counts_of(dataset),
        "runs": runs,
        "is_awaited": any(work.is_active for work in (dataset, *runs)),
        "missing": _by_split([shortfall for shortfall in shortfalls if shortfall.is_missing]),
        "small": _by_split([shortfall for shortfall in shortfalls if not shortfall.is_missing]),
        "cannot_teach": bool(missing_to_learn(dataset)),
        "least": LEAST_PICTURES,
        "recipes": RECIPE_LINES,
    }


def _by_split(shortfalls: list[Shortfall]) -> list[tuple[str, list[Shortfall]]]:
    return [
        (SPLIT_WORDS[split], list(rows)) for split, rows in groupby(shortfalls, key=lambda shortfall: shortfall.split)
    ]


def run_data(run: TrainingRun) -> dict[str, Any]:
    """What the run's page and the API tell of it."""
    return {
        "id": str(run.pk),
        "dataset": str(run.dataset_id),
        "recipe": run.recipe,
        "start": run.start,
        "epochs": run.epochs,
        "seed": run.seed,
        "state": run.state,
        "progress": run.progress,
        "seconds_left": run.seconds_left,
        "curves": run.curves,
        "log": run.log,
        "error_message": run.error_text,
        "model": run.version_id,
        "created_at": run.created_at.isoformat(),
        "finished_at": run.finished_at and run.finished_at.isoformat(),
    }


def log_of(run: TrainingRun) -> list[dict[str, Any]]:
    """The run's log with its times as such, so that the page tells them as its reader does."""
    return [{"at": datetime.fromisoformat(row["at"]), "text": row["text"]} for row in run.log]


def computes_on(run: TrainingRun) -> str:
    """What the run's last epoch was computed on and how fast; nothing before its first."""
    last = run.curves[-1] if run.curves else {}
    if not last.get("device"):
        return ""
    return _("{device}, {n} pictures a second").format(device=last["device"], n=intcomma(round(last["pictures_s"])))


def withdrawn_since(version: ModelVersion) -> datetime | None:
    """Since when somebody whose faces taught the model, or one that it goes on from, has not agreed any more."""
    times, seen = [], set()
    run = TrainingRun.objects.filter(version=version).select_related("dataset").first()
    while run is not None and run.pk not in seen:
        seen.add(run.pk)
        times.append(run.dataset.withdrawn_at)
        run = run.started_from_id and TrainingRun.objects.filter(version=run.started_from_id).first()
    return min(filter(None, times), default=None)


def model_page(version: ModelVersion, evidence: Comparison | None) -> dict[str, Any]:
    """Everything that the page of a model shows."""
    comparisons = list(Comparison.objects.filter(second=version).select_related("first", "dataset")[:5])
    figures = version.metrics.get("private") or version.metrics.get("public") or {}
    folder = bundle_of(version)
    drawn = [(name, shows) for name, shows in PICTURES.items() if (folder / f"{name}.svg").is_file()]
    card = folder / "MODEL_CARD.md"
    return {
        "version": version,
        "withdrawn_since": withdrawn_since(version),
        "figures": figures,
        "rows": [{"name": name, **row} for name, row in figures.get("per_class", {}).items()],
        "pictures": drawn,
        "card": card.read_text(encoding="utf-8") if card.is_file() else "",
        "comparisons": comparisons,
        "is_awaited": any(work.is_active for work in comparisons),
        "evidence": evidence,
        "differences": _differences(evidence),
        "checks": checks_of(version, evidence.result if evidence else None),
        "proposal": version.proposals.filter(decided_at=None).select_related("by").first(),
        "needs_second": settings.RAUT_TWO_PERSON_PROMOTION,
        "promotions": version.promotions.select_related("by", "replaced", "confirmed_by"),
        "datasets": Dataset.objects.filter(state=Dataset.State.DONE),
    }


def _differences(evidence: Comparison | None) -> list[dict[str, Any]]:
    """Candidate less active, each with its interval, for a table."""
    if evidence is None:
        return []
    differences = evidence.result["difference"]
    rows = {_("Right answers"): differences["accuracy"], _("Macro-F1"): differences["macro_f1"], **differences["f1"]}
    return [
        {"name": name, "value": row["value"], "low": row["interval"][0], "high": row["interval"][1]}
        for name, row in rows.items()
    ]
