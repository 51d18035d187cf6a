"""Opening, keeping, resuming and ending webcam sessions. Everything here touches the database: call it off the loop."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from inference import FrameReading, InferenceError
from webplatform.accounts.models import User
from webplatform.common.errors import AppError, Conflict, Invalid, NotAllowed
from webplatform.consent.services import require_consent
from webplatform.history import services as history
from webplatform.history.models import Session, Track
from webplatform.history.queries import role_in
from webplatform.live.models import LiveConnection
from webplatform.live.protocol import Close
from webplatform.live.recording import Ended, LiveRecording
from webplatform.live.silent import RESUME_WITHIN_S, close_recorded
from webplatform.live.statistics import LiveStatistics
from webplatform.modelhub.engines import engine_for
from webplatform.modelhub.queries import active_version
from webplatform.studies.models import Membership, Study
from webplatform.studies.services import personal_study

SOCKET = "/ws/live/"
TICKET_SALT, RESUME_SALT = "live-ticket", "live-resume"
TICKET_S = 60
RECORDERS = (Membership.Role.OWNER, Membership.Role.ANALYST)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a client wants of a new session.

    Args:
        study_id: empty for the personal study.
        title: empty for one with the time in it.
        fps: how many frames a second it means to send.
    """

    study_id: str
    title: str
    fps: float


def studies_to_record_in(user: User) -> list[Study]:
    """The studies in which the user may record; the personal one is among them."""
    personal_study(user)
    return list(Study.objects.filter(memberships__user=user, memberships__role__in=RECORDERS).distinct())


def look_once(*, user: User, picture: bytes) -> FrameReading:
    """What the active model sees in one picture, of which nothing is kept: the check before a session.

    Raises:
        ConsentMissing: the user has not agreed to the newest text.
        Conflict: there is no model to read with.
        Invalid: the picture cannot be read.
    """
    require_consent(user=user)
    version = active_version()
    if version is None:
        raise Conflict(_("There is no model to read with yet."))
    try:
        return engine_for(version).live().read(picture, 0)
    except InferenceError as error:
        raise Invalid(str(error)) from error


def issue_ticket(*, user: User) -> str:
    """A word that opens the live socket in the user's name for a minute, where no login cookie does."""
    return signing.dumps(user.pk, salt=TICKET_SALT)


def user_of_ticket(ticket: str) -> User | None:
    """The active user whom a ticket speaks for; None for a forged or an old one."""
    try:
        user_id = signing.loads(ticket, salt=TICKET_SALT, max_age=TICKET_S)
    except signing.BadSignature:
        return None
    return User.objects.filter(pk=user_id, is_active=True).first()


@transaction.atomic
def begin(*, user: User, asked: Asked) -> LiveRecording:
    """A webcam session of the user is open, read with the active model, and held by the caller.

    Raises:
        NotAllowed: the user may not record in the study, or there is no such study.
        ConsentMissing: the user has not agreed to the newest text.
        Conflict: there is no model to read with.
    """
    study = _study(user, asked.study_id)
    version = active_version()
    if version is None:
        raise Conflict(_("There is no model to read with yet."))
    session = history.open_session(
        study=study,
        user=user,
        consent=require_consent(user=user),
        title=asked.title.strip() or _("Live session, %(time)s") % {"time": f"{timezone.localtime():%Y-%m-%d %H:%M}"},
        source=Session.Source.WEBCAM,
        every_ms=max(1, round(1000 / asked.fps)),
    )
    history.use_model(session=session, version=version)
    holder = secrets.token_hex(16)
    LiveConnection.objects.create(session=session, holder=holder, heard_at=timezone.now())
    engine = engine_for(version)
    return LiveRecording(session, holder, user.pk, engine, engine.live(), LiveStatistics())


def resume_token(recording: LiveRecording) -> str:
    """A word by which the same user takes the session up again after its connection was lost."""
    return signing.dumps([str(recording.session.pk), recording.user_id], salt=RESUME_SALT)


@transaction.atomic
def resume(*, user: User, token: str) -> LiveRecording:
    """The caller holds the session that the token names; whoever held it before is refused from now on.

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
    heard_since = now - timedelta(seconds=RESUME_WITHIN_S)
    mine = LiveConnection.objects.filter(session=session_id, session__state=Session.State.OPEN)
    if not mine.filter(heard_at__gte=heard_since).update(holder=holder, heard_at=now):
        raise Conflict(_("The session has ended. Start a new one."))
    session = Session.objects.select_related("model_version").get(pk=session_id)
    engine = engine_for(session.model_version)
    last_track = Track.objects.filter(session=session).aggregate(last=Max("number"))["last"] or 0
    statistics = LiveStatistics.of(session.live_statistics)
    statistics.resumed += 1
    reader = engine.live(first_track=last_track + 1)
    last_ms = statistics.last_ms if statistics.answered else -1
    return LiveRecording(session, holder, user.pk, engine, reader, statistics, last_ms=last_ms)


def keep(recording: LiveRecording) -> Ended | None:
    """Say that the session lives and store what is due; the reason where it may not go on.

    What waits is stored first: a withdrawn right ends the session, it does not rob what was recorded before.
    """
    if recording.is_due:
        store(recording)
    is_held = LiveConnection.objects.filter(session=recording.session, holder=recording.holder).update(
        heard_at=timezone.now()
    )
    if not is_held:
        return Ended(Close.TAKEN_OVER, _("This session goes on elsewhere, or was deleted."))
    return _refusal(recording.session.pk, recording.user_id)


@transaction.atomic
def store(recording: LiveRecording) -> None:
    """The readings that wait are part of the session.

    Raises:
        Conflict: another socket holds the session, or it is not open.
    """
    is_held = LiveConnection.objects.select_for_update().filter(session=recording.session, holder=recording.holder)
    if not is_held.exists():
        recording.readings.clear()
        raise Conflict(_("This session goes on elsewhere, or was deleted."))
    waiting = list(recording.readings)
    history.append_readings(session=recording.session, readings=waiting)
    Session.objects.filter(pk=recording.session.pk).update(live_statistics=recording.statistics.data())
    del recording.readings[: len(waiting)]
    recording.stored_s = time.monotonic()


@transaction.atomic
def finish(recording: LiveRecording, *, is_partial: bool = False) -> Session | None:
    """Store what waits and close the session; None where not one frame was read: then nothing is left of it.

    Raises:
        Conflict: another socket holds the session, or it is not open.
    """
    store(recording)
    return close_recorded(recording.session, is_partial=is_partial)


def let_go(recording: LiveRecording) -> None:
    """Store what waits; the session stays open for whoever resumes it, or until it is found silent."""
    try:
        store(recording)
    except AppError:
        return  # taken over or ended: nothing of ours is left to store


def _study(user: User, study_id: str) -> Study:
    if not study_id:
        return personal_study(user)
    try:
        study = Study.objects.for_user(user).filter(pk=UUID(study_id)).first()
    except ValueError as error:
        raise Invalid(_("There is no such study.")) from error
    if study is None:
        raise NotAllowed(_("There is no such study."))
    return study


def _refusal(session_id: UUID, user_id: int) -> Ended | None:
    """Why the right to record is gone; None while it holds."""
    session = Session.objects.filter(pk=session_id).select_related("consent", "study").first()
    user = User.objects.filter(pk=user_id).first()
    if session is None or session.state != Session.State.OPEN:
        return Ended(Close.TAKEN_OVER, _("This session has ended elsewhere."))
    if user is None or not user.is_active:
        return Ended(Close.NOT_SIGNED_IN, _("This account is disabled."))
    if session.consent.withdrawn_at is not None:
        return Ended(Close.CONSENT_MISSING, _("The consent was withdrawn."))
    if role_in(session.study, user) not in RECORDERS:
        return Ended(Close.NOT_ALLOWED, _("You may not record in this study any more."))
    return None
