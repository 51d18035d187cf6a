"""A participant's copy of what is held of them: a readable summary, JSON and CSV, and the proofs of consent."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from webplatform.consent.proofs import proof_of
from webplatform.consent.queries import participant_history
from webplatform.history.models import Observation, Session
from webplatform.participation.queries import held_of
from webplatform.studies.models import Participant

SUMMARY = """\
What study "{study}" holds of {pseudonym}
{sessions} session(s), {proofs} consent record(s).

held.json        the sessions and what each holds
consent-*.json   each consent: the text word for word, its hash, scopes, times
readings-*.csv   each session's readings: time in ms, place of the face in pixels, seven scores or the reason
"""
FIELDS = ["t_ms", "x", "y", "w", "h", "angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"]
FIELDS += ["dominant", "reason"]


def copy_of(participant: Participant) -> bytes:
    """The copy as a ZIP file."""
    target = io.BytesIO()
    records, held = participant_history(participant), held_of(participant)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        summary = SUMMARY.format(
            study=participant.study.name, pseudonym=participant.pseudonym, sessions=len(held), proofs=len(records)
        )
        archive.writestr("README.txt", summary)
        archive.writestr("held.json", _json(held))
        for record in records:
            archive.writestr(f"consent-{record.pk}.json", _json(proof_of(record)))
        for session in Session.objects.filter(participant=participant):
            with archive.open(f"readings-{session.pk}.csv", "w") as file:
                _write_readings(session, io.TextIOWrapper(file, "utf-8", newline=""))
    return target.getvalue()


def _write_readings(session: Session, file: io.TextIOWrapper) -> None:
    writer = csv.writer(file)
    writer.writerow(FIELDS)
    rows = Observation.objects.filter(session=session).order_by("t_ms", "id").values_list(*FIELDS)
    for row in rows.iterator(chunk_size=2000):
        writer.writerow(["" if value is None else value for value in row])
    file.flush()
    file.detach()


def _json(value: Any) -> str:  # whatever our queries return
    return json.dumps(value, cls=DjangoJSONEncoder, indent=2, ensure_ascii=False)
