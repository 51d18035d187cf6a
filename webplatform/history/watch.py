"""Monitor a model: a study's readings week by week, compared with the data that the model was validated on.

Drift is measured by the population stability index of two mixes of expressions, sum of (p - q) ln(p / q): 0 for the
same mix; from 0.25 on it is customary to speak of a strong shift. Source: Siddiqi 2006, Credit Risk Scorecards, ch. 10.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from inference import EMOTIONS
from webplatform.history.models import Session
from webplatform.modelhub.models import ModelVersion
from webplatform.studies.models import Study

WEEKS = 26
STRONG_SHIFT = 0.25
MORE_BY = 0.15  # as a share of the readings
LEAST_READINGS = 200  # below them a week says too little
LEAST_SHARE = 1e-3  # a class that did not come up stands for this much of a mix, so that the logarithm exists

Mix = dict[str, float]


class DriftNotice:
    """What may be wrong with a week."""

    UNLIKE_VALIDATION = "unlike_validation"
    MIX_CHANGED = "mix_changed"
    MORE_DOUBT = "more_doubt"
    WORSE_PICTURES = "worse_pictures"


@dataclass(slots=True)
class Counts:
    """Readings of a week, or of several together.

    Args:
        scores: the sum of the scores of each expression.
    """

    sessions: int = 0
    observations: int = 0
    scored: int = 0
    not_sure: int = 0
    unscored: Counter[str] = field(default_factory=Counter)
    scores: Counter[str] = field(default_factory=Counter)

    def add(self, summary: dict[str, Any]) -> None:
        """Count a session's readings by the summary of its closing."""
        scored = summary.get("scored", 0)
        self.sessions += 1
        self.observations += summary.get("observations", 0)
        self.scored += scored
        self.not_sure += summary.get("not_sure", 0)
        self.unscored.update(summary.get("unscored", {}))
        self.scores.update({emotion: mean * scored for emotion, mean in summary.get("mean", {}).items()})

    def join(self, other: Counts) -> None:
        """Count the other's readings as well."""
        self.sessions += other.sessions
        self.observations += other.observations
        self.scored += other.scored
        self.not_sure += other.not_sure
        self.unscored.update(other.unscored)
        self.scores.update(other.scores)

    @property
    def mix(self) -> Mix:
        """The mean score of each expression; empty without scores."""
        return {str(e): self.scores[e] / self.scored for e in EMOTIONS} if self.scored else {}

    @property
    def not_sure_share(self) -> float | None:
        """Of the scored readings."""
        return self.not_sure / self.scored if self.scored else None

    @property
    def unscored_share(self) -> float | None:
        """Of all readings of faces: too small, blurred, dark and the like."""
        return (self.observations - self.scored) / self.observations if self.observations else None


@dataclass(frozen=True, slots=True)
class Week:
    """What one model read in one week.

    Args:
        starts: its Monday.
        from_validation: the shift from the mix that the model was validated on; None where one is unknown.
        from_before: the shift from the same model's earlier weeks together; None where there are none.
        notices: of `Notice`.
    """

    starts: date
    model: str
    counts: Counts
    from_validation: float | None
    from_before: float | None
    notices: tuple[str, ...]


def weeks_of(study: Study, *, now: datetime | None = None) -> list[Week]:
    """The weeks of the last half year in which the study's recordings were read, newest first; one row per model."""
    since = (now or timezone.now()) - timedelta(weeks=WEEKS)
    read = Session.objects.filter(study=study, state=Session.State.CLOSED, repeats=None, created_at__gte=since)
    counts_by_model: dict[int, dict[date, Counts]] = defaultdict(lambda: defaultdict(Counts))
    rows = read.exclude(model_version=None).values_list("model_version_id", "created_at", "summary")
    for version_id, created_at, summary in rows.iterator():
        counts_by_model[version_id][_monday(created_at)].add(summary)
    versions = ModelVersion.objects.in_bulk(counts_by_model)
    weeks = [week for key, by_week in counts_by_model.items() for week in _weeks_of_model(versions[key], by_week)]
    return sorted(weeks, key=lambda week: (week.starts, week.model), reverse=True)


def validation_of(version: ModelVersion) -> tuple[Mix, float | None]:
    """The mix of labels of the split that the model was calibrated on, and the share of it that it was not sure of."""
    figures = version.metrics.get("public") or version.metrics.get("private") or {}
    counts = {name: row["n"] for name, row in figures.get("per_class", {}).items()}
    total = sum(counts.values())
    coverage = figures.get("abstention", {}).get("coverage")
    mix = {str(e): counts.get(e, 0) / total for e in EMOTIONS} if total else {}
    return mix, None if coverage is None else 1 - coverage


def shift_between(mix: Mix, other: Mix) -> float | None:
    """The population stability index of two mixes; None where one is empty."""
    if not mix or not other:
        return None
    pairs = [(max(mix[str(e)], LEAST_SHARE), max(other[str(e)], LEAST_SHARE)) for e in EMOTIONS]
    return sum((one - two) * math.log(one / two) for one, two in pairs)


def _weeks_of_model(version: ModelVersion, by_week: dict[date, Counts]) -> Iterable[Week]:
    validation, doubt = validation_of(version)
    before = Counts()
    for starts in sorted(by_week):
        counts = by_week[starts]
        from_validation, from_before = shift_between(counts.mix, validation), shift_between(counts.mix, before.mix)
        notices: tuple[str, ...] = ()
        if counts.scored >= LEAST_READINGS:
            notices = tuple(
                name
                for name, is_so in (
                    (DriftNotice.UNLIKE_VALIDATION, (from_validation or 0) >= STRONG_SHIFT),
                    (DriftNotice.MIX_CHANGED, (from_before or 0) >= STRONG_SHIFT and before.scored >= LEAST_READINGS),
                    (DriftNotice.MORE_DOUBT, _is_more(counts.not_sure_share, doubt)),
                    (DriftNotice.WORSE_PICTURES, _is_more(counts.unscored_share, before.unscored_share)),
                )
                if is_so
            )
        yield Week(starts, str(version), counts, from_validation, from_before, notices)
        before.join(counts)


def _is_more(share: float | None, usual: float | None) -> bool:
    return share is not None and usual is not None and share >= usual + MORE_BY


def _monday(moment: datetime) -> date:
    day = timezone.localtime(moment).date()
    return day - timedelta(days=day.weekday())
