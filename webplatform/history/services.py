"""Write a session: open it, add readings, close it with its summary, erase it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext as _

from inference import EMOTIONS, FaceReading, FrameReading, PictureTrack, VideoEnd
from webplatform.accounts.models import User
from webplatform.common.errors import Conflict, ConsentMissing, Invalid, NotAllowed
from webplatform.common.input.text import shown_text
from webplatform.consent.models import ConsentRecord, ConsentScope
from webplatform.consent.services import require_scope
from webplatform.history.erasing import erase_session
from webplatform.history.events import session_closed
from webplatform.history.models import FrameSize, Observation, Session, Track
from webplatform.history.queries import is_editable_by, require_deletable
from webplatform.history.revision import revise
from webplatform.history.seconds import keep_seconds
from webplatform.history.summary import summarize
from webplatform.modelhub.models import ModelVersion
from webplatform.studies.approvals import require_permitted
from webplatform.studies.models import Study
from webplatform.studies.permissions import may_in
from webplatform.studies.roles import Act

INSERT_ROWS = 1000
MAX_TITLE = 200


def open_session(
    *, study: Study, user: User, consent: ConsentRecord, title: str, source: Session.Source, every_ms: int
) -> Session:
    """An empty session of `study` is open; it carries the consent, and the participant whose consent it is.

    Raises:
        NotAllowed: the user may not record in this study, or the law forbids the study to record.
        ConsentMissing: the consent is somebody else's, was withdrawn, or does not cover the analysis.
        Invalid: the title is blank or the sampling step is not positive.
    """
    fields = {"study": study, "created_by": user, "consent": consent, "title": title}
    return begin_session(session=Session(**fields, source=source, every_ms=every_ms))


def begin_session(*, session: Session) -> Session:
    """The same for a session that was thought of already, as one whose file came first; raises as `open_session`."""
    study, user, consent = session.study, session.created_by, session.consent
    if not may_in(study, user, Act.RECORD):
        raise NotAllowed(_("Only owners and analysts of a study may record sessions in it."))
    require_permitted(study)
    participant = consent.participant
    if consent.user_id != user.pk if participant is None else participant.study_id != study.pk:
        raise ConsentMissing(_("A valid consent of the person who records is needed."))
    require_scope(record=consent, scope=ConsentScope.ANALYSE)
    if session.every_ms < 1:
        raise Invalid(_("The time between two sampled frames must be at least 1 ms."), every_ms=session.every_ms)
    session.participant, session.title = participant, _clean_title(session.title)
    session.save(force_insert=True)
    return session


def use_model(*, session: Session, version: ModelVersion) -> Session:
    """The open session says which model reads it, and how frequent its study expects each expression to be.

    Raises:
        Conflict: the session is not open.
    """
    _change_open(session, model_version=version, prior=session.study.prior)
    return session


@transaction.atomic
def discard_readings(*, session: Session) -> Session:
    """The open session is as empty as when it was opened: the work on it can start again.

    Raises:
        Conflict: the session is not open.
    """
    _change_open(
        session,
        frames_decoded=0,
        frames_sampled=0,
        frames_without_face=0,
        frames_unscored=0,
        frames_scored=0,
        frame_width=None,
        frame_height=None,
        duration_ms=None,
        is_partial=False,
        frames_damaged=0,
        missing_ms=0,
        missing=[],
        picture_track={},
        people=0,
        summary={},
        revised={},
    )
    Observation.objects.filter(session=session).delete()
    FrameSize.objects.filter(session=session).delete()
    Track.objects.filter(session=session).delete()
    return session


@transaction.atomic
def append_readings(*, session: Session, readings: Sequence[FrameReading]) -> int:
    """The readings are part of the open session and counted in its frames; returns how many faces were stored.

    All of them are stored or none. Readings come in the order of their time, each once.

    Raises:
        Conflict: the session is not open any more (or was deleted).
    """
    if not readings:
        return 0
    # The counters go first: their row lock makes a second writer, a closing and a deletion wait for this one.
    _count_frames(session, readings)
    _note_sizes(session, readings)
    tracks = _tracks_of(session, {face.track for reading in readings for face in reading.faces})
    rows = [
        _observation(session, tracks[face.track], reading.t_ms, face) for reading in readings for face in reading.faces
    ]
    Observation.objects.bulk_create(rows, batch_size=INSERT_ROWS)
    return len(rows)


@transaction.atomic
def close_session(
    *,
    session: Session,
    duration_ms: int,
    is_partial: bool,
    frames_decoded: int | None = None,
    end: VideoEnd | None = None,
    track: PictureTrack | None = None,
) -> Session:
    """The open session is closed and carries its summary; `frames_decoded` counts those after the last sample, too.

    Of a file, `end` tells what was damaged and is missing, and `track` which of its moving pictures was read.

    Raises:
        Conflict: the session is not open.
        Invalid: the duration is negative.
    """
    if duration_ms < 0:
        raise Invalid(_("A session cannot last less than nothing."), duration_ms=duration_ms)
    _change_open(
        session,
        state=Session.State.CLOSED,
        closed_at=timezone.now(),
        duration_ms=duration_ms,
        is_partial=is_partial,
        frames_decoded=Greatest(F("frames_decoded"), Value(frames_decoded or 0)),
        frames_damaged=end.frames_damaged if end else 0,
        missing_ms=end.missing_ms if end else 0,
        missing=[[gap.from_ms, gap.to_ms] for gap in end.missing] if end else [],
        picture_track=asdict(track) if track else {},
    )
    session.summary = summarize(session)
    session.save(update_fields=["summary"])
    keep_seconds(session)
    revise(session)
    session_closed.send(sender=Session, session=session)
    return session


def fail_session(*, session: Session) -> Session:
    """The open session is failed; what was read stays until it is reopened or deleted.

    Raises:
        Conflict: the session is not open.
    """
    _change_open(session, state=Session.State.FAILED, closed_at=timezone.now())
    return session


@transaction.atomic
def reopen_session(*, session: Session) -> Session:
    """The failed session is open and empty again; one that is open already stays as it is.

    Raises:
        Conflict: the session is closed: its history stands.
    """
    changed = Session.objects.filter(pk=session.pk, state=Session.State.FAILED).update(
        state=Session.State.OPEN, closed_at=None
    )
    if changed:
        return discard_readings(session=session)
    session.refresh_from_db()
    if session.state != Session.State.OPEN:
        raise Conflict(_("A closed session cannot be opened again."), state=session.state)
    return session


def rename_session(*, session: Session, user: User, title: str) -> Session:
    """The session has this title.

    Raises:
        NotAllowed: the user may only view the session.
        Invalid: the title is blank.
    """
    if not is_editable_by(session, user):
        raise NotAllowed(_("Only owners and analysts of the study may rename its sessions."))
    session.title = _clean_title(title)
    session.save(update_fields=["title"])
    return session


def delete_session(*, session: Session, user: User) -> None:
    """The session is gone: its rows at once, its folder when the deletion is committed.

    Raises:
        NotAllowed: the user neither created the session nor owns its study.
    """
    require_deletable(session, user)
    erase_session(session=session, by=user)


def _clean_title(title: str) -> str:
    cleaned = shown_text(title.replace("\0", " "))[:MAX_TITLE].strip()
    if not cleaned:
        raise Invalid(_("A session needs a title."))
    return cleaned


def _change_open(session: Session, **changes: object) -> None:
    """Change an open session's row and the instance with it; the row, not the instance, says whether it is open."""
    if not Session.objects.filter(pk=session.pk, state=Session.State.OPEN).update(**changes):
        raise Conflict(_("The session is not open."))
    session.refresh_from_db()


def _count_frames(session: Session, readings: Sequence[FrameReading]) -> None:
    scored = sum(any(face.is_scored for face in reading.faces) for reading in readings)
    empty = sum(not reading.faces for reading in readings)
    sampled = F("frames_sampled") + len(readings)
    _change_open(
        session,
        frame_width=readings[0].width if session.frame_width is None else session.frame_width,
        frame_height=readings[0].height if session.frame_height is None else session.frame_height,
        # A source that is no stream counts no decoded frames: there, each sampled frame is one.
        frames_decoded=Greatest(F("frames_decoded"), sampled, Value(max(r.frames_decoded for r in readings))),
        frames_sampled=sampled,
        frames_without_face=F("frames_without_face") + empty,
        frames_scored=F("frames_scored") + scored,
        frames_unscored=F("frames_unscored") + len(readings) - empty - scored,
    )


def _note_sizes(session: Session, readings: Sequence[FrameReading]) -> None:
    """Write down from when on the frames have another size."""
    newest = FrameSize.objects.filter(session=session).order_by("-from_ms").values_list("width", "height").first()
    size = newest or (session.frame_width, session.frame_height)
    changes = []
    for reading in readings:
        if (reading.width, reading.height) != size:
            size = (reading.width, reading.height)
            changes.append(FrameSize(session=session, from_ms=reading.t_ms, width=size[0], height=size[1]))
    FrameSize.objects.bulk_create(changes)


def _tracks_of(session: Session, numbers: set[int]) -> dict[int, Track]:
    existing = {track.number: track for track in Track.objects.filter(session=session, number__in=numbers)}
    missing = [Track(session=session, number=number) for number in sorted(numbers - existing.keys())]
    return existing | {track.number: track for track in Track.objects.bulk_create(missing)}


def _observation(session: Session, track: Track, t_ms: int, face: FaceReading) -> Observation:
    scores = face.scores or (None,) * len(EMOTIONS)
    return Observation(
        session=session,
        track=track,
        t_ms=t_ms,
        x=face.box.x,
        y=face.box.y,
        w=face.box.w,
        h=face.box.h,
        dominant=face.dominant and face.dominant.value,
        reason=face.reason and face.reason.value,
        **dict(zip(EMOTIONS, scores, strict=True)),
    )
