"""Read a study's material from the database, with digests that say whether stored figures are still current."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model

from webplatform.history.models import Correction, FaceEdit, Marker, Segment, Session
from webplatform.results.bins import unpacked
from webplatform.results.material import Material, Recorded, Why
from webplatform.results.models import SessionCurve
from webplatform.studies.models import Study

CURVE_VERSION = 1  # counts up when a session's readings are added up otherwise
FIGURES_VERSION = 1  # counts up when results are made otherwise
FIELDS = ("pk", "state", "duration_ms", "closed_at", "readings_removed_at", "repeats_id", "participant_id")
FIELDS += ("condition_id", "participant__values", "model_version_id", "every_ms", "frames_sampled")

EDITS: dict[type[Model], tuple[str, ...]] = {
    Correction: ("track_id", "from_ms", "to_ms", "emotion"),
    Segment: ("kind", "from_ms", "to_ms"),
    FaceEdit: ("kind", "face", "into", "at_ms", "participant_id"),
}

OWN = "own"  # whose a personal study's sessions are, where nobody else is named: the account's

Row = dict[str, Any]


def sessions_in(study: Study) -> list[Row]:
    """What results need to know of each of the study's sessions, in the order in which they were made."""
    return list(Session.objects.filter(study=study).order_by("created_at", "pk").values(*FIELDS))


def curve_digests(rows: list[Row]) -> dict[UUID, str]:
    """For each closed session with readings the digest of what its curve has to be made of."""
    read = [row for row in rows if _is_read(row)]
    edits = _edits([row["pk"] for row in read])
    inputs = {row["pk"]: [CURVE_VERSION, row["closed_at"], row["participant_id"], edits[row["pk"]]] for row in read}
    return {key: _digest(made_of) for key, made_of in inputs.items()}


def curve_digest(session: Session) -> str:
    """The same of one session; empty: it has no curve."""
    rows = list(Session.objects.filter(pk=session.pk).values(*FIELDS))
    return curve_digests(rows).get(session.pk, "")


def study_digest(study: Study) -> str:
    """The digest of everything that the study's results are made of now."""
    rows = sessions_in(study)
    of_curves = curve_digests(rows)
    inputs = [
        [row["pk"], row["state"], of_curves.get(row["pk"]), row["condition_id"], row["participant__values"]]
        for row in rows
    ]
    return _digest([FIGURES_VERSION, inputs, _markers(study), _names(study)])


def material_of(study: Study) -> Material:
    """The study's sessions with their curves; one whose curve is missing or was made of something else has none."""
    rows = sessions_in(study)
    digests = curve_digests(rows)
    curves = {curve.pk: curve for curve in SessionCurve.objects.filter(session__study=study)}
    moments: dict[UUID, dict[str, int]] = defaultdict(dict)
    for session_id, t_ms, text in _markers(study):
        moments[session_id].setdefault(text, t_ms)
    conditions, participants = _names(study)
    nobody = OWN if study.is_personal else ""
    sessions = (
        replace(one, participant=one.participant or nobody)
        for one in (_recorded(r, curves.get(r["pk"]), digests.get(r["pk"]), moments[r["pk"]]) for r in rows)
    )
    return Material(tuple(sessions), dict(conditions), dict(participants))


def marker_labels(study: Study) -> list[str]:
    """What the study's markers are called, each once."""
    return sorted({text for _session_id, _t_ms, text in _markers(study)})


def _edits(sessions: list[UUID]) -> dict[UUID, list[tuple[object, ...]]]:
    """What people changed in each of the sessions: corrections, stretches, who is who."""
    edits: dict[UUID, list[tuple[object, ...]]] = defaultdict(list)
    for model, names in EDITS.items():
        rows = model.objects.filter(session__in=sessions).order_by("pk").values_list("session_id", "pk", *names)
        for session_id, *values in rows:
            edits[session_id].append((model.__name__, *values))
    return edits


def _markers(study: Study) -> list[tuple[UUID, int, str]]:
    rows = Marker.objects.filter(session__study=study).order_by("session_id", "t_ms", "id")
    return list(rows.values_list("session_id", "t_ms", "text"))


def _names(study: Study) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    conditions = [(str(key), name) for key, name in study.conditions.values_list("pk", "name")]
    participants = [(str(key), name) for key, name in study.participants.values_list("pk", "pseudonym")]
    if study.is_personal:
        participants.append((OWN, ""))
    return conditions, participants


def _step_ms(row: Row) -> int:
    """How far apart the samples really are, as a summary has it."""
    return max(row["every_ms"], round((row["duration_ms"] or 0) / max(row["frames_sampled"], 1)))


def _is_read(row: Row) -> bool:
    return row["state"] == Session.State.CLOSED and row["readings_removed_at"] is None


def _recorded(row: Row, curve: SessionCurve | None, digest: str | None, moments: dict[str, int]) -> Recorded:
    why = _why_not(row, curve, digest)
    current = curve if why is None else None
    return Recorded(
        key=str(row["pk"]),
        participant=str(row["participant_id"] or ""),
        condition=str(row["condition_id"] or ""),
        values=row["participant__values"] or {},
        duration_ms=row["duration_ms"] or 0,
        step_ms=_step_ms(row),
        excluded=tuple((start, end) for start, end in current.excluded) if current else (),
        moments=moments,
        baseline=tuple((start, end) for start, end in current.baseline) if current else (),
        bins=unpacked(bytes(current.bins)) if current else None,
        why=why,
    )


def _why_not(row: Row, curve: SessionCurve | None, digest: str | None) -> Why | None:
    if row["state"] != Session.State.CLOSED:
        return Why.FAILED if row["state"] == Session.State.FAILED else Why.NOT_DONE
    if row["repeats_id"]:
        return Why.READ_AGAIN
    if row["readings_removed_at"]:
        return Why.READINGS_GONE
    if curve is None or curve.is_failed or curve.made_of != digest:
        return Why.NOT_MADE
    return Why.NOBODY_SEEN if curve.person == SessionCurve.Person.NONE else None


def _digest(inputs: object) -> str:
    return hashlib.sha256(json.dumps(inputs, cls=DjangoJSONEncoder).encode()).hexdigest()
