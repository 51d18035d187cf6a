"""Everything that is held of a person, as one ZIP file: written piece by piece, whatever its size."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path, PurePath
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from inference import defuse_cell
from webplatform.accounts.models import AuditEvent, User
from webplatform.analysis.models import MediaFile
from webplatform.common.errors import KeyGone
from webplatform.consent.models import ConsentRecord
from webplatform.consent.proofs import proof_of
from webplatform.consent.queries import consent_history
from webplatform.consent.subject import Subject
from webplatform.history.bin import gone_at
from webplatform.history.media import open_file
from webplatform.history.models import Correction, FaceEdit, Marker, Segment, Session
from webplatform.history.session_files import csv_pieces, json_pieces
from webplatform.retention.models import DataExport
from webplatform.retention.queries import held_in, own_sessions
from webplatform.studies.models import Participant
from webplatform.studies.queries import variables_of

COPIED_BYTES = 2**20
WEBHOOK = ("name", "url", "events", "study__name", "off", "created_at")
SEGMENT = ("from_ms", "to_ms", "kind", "label", "reason")
FACE_EDIT = ("kind", "face", "into", "text", "at_ms", "created_at")


def write_export(export: DataExport, target: Path) -> None:
    """The ZIP file lies at `target`, whole."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.touch(mode=0o600)
    subject = export.subject
    sessions, records = own_sessions(subject), consent_history(subject)
    with override(export.language), ZipFile(target, "w", ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", _readme(_title(subject), sessions.count(), len(records)))
        archive.writestr("person.json", _json(_data_of(subject)))
        if export.user is not None:
            with archive.open("activity.csv", "w") as file:
                _write_text(file, _activity(export.user))
        _write_consents_and_sessions(archive, sessions, records)


def _title(subject: Subject) -> str:
    if isinstance(subject, Participant):
        names = {"study": subject.study.name, "name": subject.pseudonym}
        return _("What the study “%(study)s” holds of %(name)s") % names
    return _("What Raut holds of %(name)s") % {"name": subject.email}


def _data_of(subject: Subject) -> dict[str, Any]:
    return _participant_data(subject) if isinstance(subject, Participant) else _account_data(subject)


def _write_consents_and_sessions(
    archive: ZipFile, sessions: QuerySet[Session], records: Iterable[ConsentRecord]
) -> None:
    for record in records:
        archive.writestr(f"consent/consent-{record.pk}.json", _json(proof_of(record)))
    archive.writestr("sessions.json", _json(held_in(sessions)))
    for session in sessions.select_related("study", "condition", "stimulus", "model_version").order_by("created_at"):
        _write_session(archive, session)


def _write_session(archive: ZipFile, session: Session) -> None:
    folder = f"sessions/{session.pk}"
    head = _session_data(session)
    archive.writestr(f"{folder}/session.json", _json(head))
    with archive.open(f"{folder}/readings.csv", "w", force_zip64=True) as file:
        _write_text(file, csv_pieces(session))
    with archive.open(f"{folder}/readings.json", "w", force_zip64=True) as file:
        _write_text(file, json_pieces(session, {"id": str(session.pk)}))
    media = MediaFile.objects.filter(session=session).first()
    if media is not None:
        _write_media(archive, folder, session, media)


def _write_media(archive: ZipFile, folder: str, session: Session, media: MediaFile) -> None:
    entry = ZipInfo(f"{folder}/video{PurePath(media.original_name).suffix.lower()}", timezone.now().timetuple()[:6])
    entry.compress_type = ZIP_STORED  # a video does not shrink
    with (
        suppress(FileNotFoundError, KeyGone),  # nobody can read it any more
        open_file(session, media.stored_name) as video,
        archive.open(entry, "w", force_zip64=True) as file,
    ):
        shutil.copyfileobj(video, file, COPIED_BYTES)


def _readme(title: str, sessions: int, consents: int) -> str:
    lines = [
        title,
        "=" * len(title),
        _("Made on %(day)s.") % {"day": date_format(timezone.now(), "DATETIME_FORMAT")},
        _("Sessions: %(n)d. Consent records: %(m)d.") % {"n": sessions, "m": consents},
        "",
        "person.json · " + _("who you are here, and what you asked for"),
        "sessions.json · " + _("every recording of you and what is kept of it"),
        "sessions.json, deleted_at · " + _("who recorded it has deleted it; until gone_at it can be restored"),
        "sessions/…/readings.csv, readings.json · "
        + _("what was read from your face: time in ms, place in the picture, seven scores or the reason without them"),
        "sessions/…/video… · " + _("the video, where it is kept"),
        "consent/… · " + _("each consent: the text word for word, its hash, what for, when"),
        "",
        _("A score says what a face shows, not what you felt. Nothing in here is needed to go on taking part."),
    ]
    return "\r\n".join(lines) + "\r\n"


def _participant_data(participant: Participant) -> dict[str, Any]:
    links = participant.links.values("created_at", "expires_at", "revoked_at", "last_used_at")
    requests = participant.requests.values("kind", "text", "state", "asked_at", "due_at", "answered_at", "answer")
    return {
        "participant": str(participant.pk),
        "pseudonym": participant.pseudonym,
        "language": participant.language,
        "variables": variables_of(participant),
        "study": participant.study.name,
        "contact": participant.study.contact,
        "since": participant.created_at,
        "retention_days": participant.study.retention.days(),
        "links": list(links),
        "requests": list(requests),
    }


def _account_data(user: User) -> dict[str, Any]:
    return {
        "account": user.pk,
        "email": user.email,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "since": user.date_joined,
        "last_login": user.last_login,
        "is_admin": user.is_staff,
        "studies": list(user.memberships.values("study__id", "study__name", "role")),
        "tokens": list(user.api_tokens.values("name", "prefix", "created_at", "last_used_at", "expires_at")),
        "webhooks": list(user.webhooks.values(*WEBHOOK)),
        "saved_views": list(user.saved_views.values("name", "query", "created_at")),
        "markers": list(Marker.objects.filter(created_by=user).values("session_id", "t_ms", "text", "created_at")),
        "corrections": list(
            Correction.objects.filter(created_by=user).values("session_id", "from_ms", "to_ms", "emotion", "created_at")
        ),
        "segments": list(Segment.objects.filter(created_by=user).values("session_id", *SEGMENT, "created_at")),
        "face_edits": list(FaceEdit.objects.filter(created_by=user).values("session_id", *FACE_EDIT)),
    }


def _session_data(session: Session) -> dict[str, Any]:
    return {
        "session": str(session.pk),
        "title": session.title,
        "external_id": session.external_id,
        "metadata": session.metadata,
        "study": session.study.name,
        "condition": str(session.condition or ""),
        "stimulus": str(session.stimulus or ""),
        "stimulus_position": session.stimulus_position,
        "source": session.source,
        "state": session.state,
        "recorded_at": session.created_at,
        "ended_at": session.closed_at,
        "duration_ms": session.duration_ms,
        "model": str(session.model_version or ""),
        "readings_removed_at": session.readings_removed_at,
        "deleted_at": session.binned_at,
        "gone_at": gone_at(session),
        "summary": session.summary,
        "live_statistics": session.live_statistics,
        "markers": list(session.markers.values("t_ms", "text")),
        "corrections": list(session.corrections.values("track__number", "from_ms", "to_ms", "emotion")),
        "segments": list(session.segments.values(*SEGMENT)),
        "face_edits": list(session.face_edits.values(*FACE_EDIT)),
        "revised": session.revised,
    }


def _activity(user: User) -> Iterator[str]:
    """What the audit log holds of the user's own doing, oldest first."""
    yield _csv_line(["at", "action", "target"])
    events = AuditEvent.objects.filter(actor_id=user.pk).order_by("pk")
    page = list(events[:1000])
    while page:
        yield "".join(_csv_line([event.at.isoformat(), event.action, event.target]) for event in page)
        page = list(events.filter(pk__gt=page[-1].pk)[:1000])


def _csv_line(cells: list[object]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow([defuse_cell(cell) if isinstance(cell, str) else cell for cell in cells])
    return buffer.getvalue()


def _write_text(file: Any, pieces: Iterable[str]) -> None:  # zipfile's own writer has no public type
    for piece in pieces:
        file.write(piece.encode())


def _json(value: Any) -> str:  # whatever our queries return
    return json.dumps(value, cls=DjangoJSONEncoder, indent=2, ensure_ascii=False)
