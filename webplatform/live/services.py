"""Open, keep, resume and end webcam sessions. All of it uses the database: call it off the event loop."""

from __future__ import annotations

import secrets
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.db import Error, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from inference import BadPrior, Engine, LiveReader
from webplatform.accounts.models import User
from webplatform.accounts.tokens import valid_tokens
from webplatform.common.errors import AppError, Conflict, NotAllowed
from webplatform.common.rate_limits.limits import consume
from webplatform.consent.models import ConsentRecord
from webplatform.consent.services import require_consent
from webplatform.history import services as history
from webplatform.history.assignments import set_condition, set_stimulus
from webplatform.history.models import Session, Track
from webplatform.history.queries import faces_in_sight
from webplatform.history.references import set_reference
from webplatform.live.models import LiveConnection
from webplatform.live.protocol import Close
from webplatform.live.queries import find_condition, find_participant, find_stimulus, find_study
from webplatform.live.recording import Ended, LiveRecording
from webplatform.live.session_request import SessionRequest
from webplatform.live.stale_connections import RESUME_WITHIN_S, close_recorded
from webplatform.live.statistics import LiveStatistics
from webplatform.modelhub.engines import engine_for
from webplatform.modelhub.queries import active_version
from webplatform.studies.approvals import require_permitted
from webplatform.studies.film_order import place_of
from webplatform.studies.models import Condition, Participant, Stimulus, Study
from webplatform.studies.place import Place
from webplatform.studies.roles import ROLES, Act

SOCKET = "/ws/live/"
RESUME_SALT = "live-resume"
SAY_EVERY_S = 5.0
IN_SIGHT_MS = 2000  # a person seen so shortly before the connection was lost may still sit there when it is back
TAKEN = Ended(Close.TAKEN_OVER, gettext_noop("This session has ended, or goes on elsewhere."))


@dataclass(frozen=True, slots=True)
class LiveIdentity:
    """Who sits at a socket.

    Args:
        user: whose session it becomes.
        participant: who is before the camera, in their own study and on their own consent; None: the user.
        token_id: the API token that their ticket was asked for with; None: they have a login or a link.
    """

    user: User
    participant: Participant | None = None
    token_id: int | None = None

    @property
    def tells_scores(self) -> bool:
        """Whether the client gets scores: participants only if their study allows it."""
        return self.participant is None or self.participant.study.shows_scores

    @property
    def login_epoch(self) -> int | None:
        """The session ends when it changes; a participant's does not depend on anybody's login."""
        return self.user.login_epoch if self.participant is None else None


def begin(*, identity: LiveIdentity, request: SessionRequest) -> LiveRecording:
    """A webcam session is open, read with the active model, and held by the caller.

    Raises:
        NotAllowed: the user may not record in the study, there is no such study, or the law forbids it to record.
        ConsentMissing: who is before the camera has not agreed to the newest text.
        Conflict: there is no model to read with, or the external id is taken.
        Invalid: the external id or the metadata cannot be kept.
        TooManyAttempts: they start more sessions than RAUT_RATE_LIVE.
    """
    user, participant = identity.user, identity.participant or find_participant(identity.user, request.participant_id)
    consume("live", f"participant:{participant.pk}" if participant else f"user:{user.pk}")
    study = participant.study if participant else find_study(user, request.study_id)
    chosen = find_condition(study, "" if identity.participant else request.condition_id)  # not the participant's to say
    stimulus = find_stimulus(study, request.stimulus_id if identity.participant else "")
    condition = Place(study, participant, stimulus.condition if stimulus and stimulus.condition else chosen).borne
    version = active_version()
    if version is None:
        raise Conflict(_("There is no model to read with yet."))
    engine = engine_for(version)  # may take seconds in a new process: before the transaction, not in it
    holder = secrets.token_hex(16)
    with transaction.atomic():
        session = history.open_session(
            study=study,
            user=user,
            consent=require_consent(of=participant or user),
            title=request.title.strip() or _title(participant, stimulus or condition),
            source=Session.Source.WEBCAM,
            every_ms=max(1, round(1000 / request.fps)),
        )
        history.use_model(session=session, version=version)
        set_condition(sessions=[session], user=user, condition=condition)
        set_stimulus(session=session, stimulus=stimulus, position=stimulus and place_of(stimulus, participant))
        if not identity.participant:  # not the participant's to say
            set_reference(session=session, user=user, external_id=request.external_id, metadata=request.metadata)
        LiveConnection.objects.create(session=session, holder=holder, heard_at=timezone.now())
        reader = _reader(engine, session)
    return LiveRecording(session, holder, user.pk, engine, reader, LiveStatistics())


def _reader(engine: Engine, session: Session, **start: Any) -> LiveReader:
    """What reads the session's frames, as its study expects expressions to be frequent.

    Raises:
        Conflict: the model does not state what its scores assume, and the study does.
    """
    try:
        return engine.live(**start, prior=tuple(session.prior) or None)
    except BadPrior as error:
        raise Conflict(_("The model does not state its shares of expressions, so none can be expected.")) from error


def resume_token(recording: LiveRecording) -> str:
    """A word by which the same user takes the session up again after its connection was lost."""
    return signing.dumps([str(recording.session.pk), recording.user_id], salt=RESUME_SALT)


@transaction.atomic
def resume(*, user: User, token: str) -> LiveRecording:
    """The caller holds the session that the token names; the previous holder is refused from now on.

    Raises:
        NotAllowed: the token is forged or somebody else's.
        Conflict: the session has ended, or was last heard too long ago.
    """
    try:
        session_id, user_id = signing.loads(token, salt=RESUME_SALT, max_age=settings.RAUT_LIVE_MAX_MINUTES * 60)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise NotAllowed(_("This session cannot be resumed.")) from error
    if user_id != user.pk:
        raise NotAllowed(_("This session cannot be resumed."))
    holder, now = secrets.token_hex(16), timezone.now()
    heard_since = now - timedelta(seconds=RESUME_WITHIN_S + SAY_EVERY_S)
    connections = LiveConnection.objects.filter(
        session__in=Session.objects.filter(pk=session_id, state=Session.State.OPEN)
    )
    if not connections.filter(heard_at__gte=heard_since).update(holder=holder, heard_at=now):
        raise Conflict(_("The session has ended. Start a new one."))
    session = Session.objects.select_related("model_version").get(pk=session_id)
    engine = engine_for(session.model_version)
    last_track = Track.objects.filter(session=session).aggregate(last=Max("number"))["last"] or 0
    statistics = LiveStatistics.of(session.live_statistics)
    statistics.resumed += 1
    last_ms = statistics.last_ms if statistics.answered else -1
    known_faces = faces_in_sight(session, since_ms=max(last_ms - IN_SIGHT_MS, 0))
    reader = _reader(engine, session, first_track=last_track + 1, known=known_faces)
    return LiveRecording(session, holder, user.pk, engine, reader, statistics, last_ms=last_ms)


def keep(recording: LiveRecording) -> Ended | None:
    """Store what is due, and say that the session lives; the reason where it may not go on."""
    if ended := refusal(recording):
        return ended
    if recording.is_due:
        try:
            store(recording)
        except Conflict:
            return refusal(recording) or TAKEN
    elif time.monotonic() - recording.heard_s >= SAY_EVERY_S and not _hold(recording):
        return refusal(recording) or TAKEN
    return None


def store(recording: LiveRecording) -> None:
    """The readings that wait are part of the session; where that cannot be committed they wait on.

    Raises:
        Conflict: another socket holds the session, or it is not open.
    """
    with transaction.atomic():
        stored = _store(recording)
    _forget(recording, stored)


def finish(recording: LiveRecording, *, is_partial: bool = False) -> Session | None:
    """Store what waits and close the session; None where not one frame was read: then nothing is left of it.

    Raises:
        Conflict: another socket holds the session, or it is not open.
    """
    with transaction.atomic():
        stored = _store(recording)
        closed = close_recorded(recording.session, is_partial=is_partial)
    _forget(recording, stored)
    return closed


def detach(recording: LiveRecording) -> None:
    """Store pending readings; the session stays open until it is resumed or found stale."""
    with suppress(AppError, Error):  # taken over or ended: nothing of ours is left to store; or the database is away
        store(recording)


def refusal(recording: LiveRecording) -> Ended | None:
    """Why the session may not go on; None while it may. One query where all is well."""
    session, user_id = recording.session, recording.user_id
    held = Session.objects.filter(pk=session.pk, state=Session.State.OPEN, connection__holder=recording.holder)
    signed_in = {} if recording.login_epoch is None else {"login_epoch": recording.login_epoch}
    user = {f"user__{name}": value for name, value in {"is_active": True, **signed_in}.items()}
    member = {"user_id": user_id, "role__in": ROLES[Act.RECORD], **user}
    allowed = held.filter(
        consent__withdrawn_at=None, **{f"study__memberships__{name}": value for name, value in member.items()}
    )
    is_revoked = recording.token_id is not None and not valid_tokens().filter(pk=recording.token_id).exists()
    now = None if is_revoked else allowed.select_related("study").first()
    if now is not None:
        return _refusal_of_study(now.study)
    # The session may be gone with the consent: the record tells which.
    if ConsentRecord.objects.filter(pk=session.consent_id, withdrawn_at__isnull=False).exists():
        return Ended(Close.CONSENT_MISSING, _("The consent was withdrawn."))
    if not User.objects.filter(pk=user_id, is_active=True).exists():
        return Ended(Close.NOT_SIGNED_IN, _("This account is disabled."))
    if is_revoked or not User.objects.filter(pk=user_id, **signed_in).exists():
        return Ended(Close.NOT_SIGNED_IN, _("You are signed out."))
    if held.exists():
        return Ended(Close.NOT_ALLOWED, _("You may not record in this study any more."))
    return TAKEN


def _refusal_of_study(study: Study) -> Ended | None:
    try:
        require_permitted(study)
    except NotAllowed as error:
        return Ended(Close.NOT_ALLOWED, error.message)
    return None


def _title(participant: Participant | None, shown: Stimulus | Condition | None) -> str:
    """What a session is called that nobody named: whose it is, what was seen, and when."""
    now = f"{timezone.localtime():%Y-%m-%d %H:%M}"
    if participant is None:
        return _("Live session, %(time)s") % {"time": now}
    return " · ".join(str(part) for part in (participant, shown, now) if part is not None)


def _store(recording: LiveRecording) -> int:
    """Write the readings that wait; how many there were. They are forgotten only once that is committed."""
    if not _hold(recording):
        recording.readings.clear()
        raise Conflict(TAKEN.message)
    waiting, statistics = recording.waiting()
    history.append_readings(session=recording.session, readings=waiting)
    Session.objects.filter(pk=recording.session.pk).update(live_statistics=statistics)
    return len(waiting)


def _forget(recording: LiveRecording, stored: int) -> None:
    del recording.readings[:stored]
    recording.stored_s = time.monotonic()


def _hold(recording: LiveRecording) -> bool:
    """Say that the session lives; False where another socket holds it."""
    recording.heard_s = time.monotonic()
    connections = LiveConnection.objects.filter(session=recording.session, holder=recording.holder)
    return bool(connections.update(heard_at=timezone.now()))
