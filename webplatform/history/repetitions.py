"""Reading a recording again with another model: both sessions are kept, and each number names its model."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from webplatform.accounts.audit import record_event
from webplatform.accounts.models import User
from webplatform.common.errors import Conflict, NotAllowed
from webplatform.consent.models import ConsentScope
from webplatform.consent.services import require_scope
from webplatform.history.models import Session
from webplatform.history.queries import is_editable_by
from webplatform.history.services import MAX_TITLE
from webplatform.modelhub.models import ModelVersion
from webplatform.studies.approvals import require_permitted


def recording_and_repetitions(session: Session) -> list[Session]:
    """The session that brought the video, then every session that read it again, oldest first."""
    first = session.repeats or session
    return [first, *first.repetitions.select_related("model_version", "study", "condition").order_by("created_at")]


def of_one_video(session: Session) -> list[Session]:
    """The same with those that lie in the bin: what is said of whose face it is holds for them, too."""
    first = session.repeats or session
    return [first, *Session.everything.filter(repeats=first).select_related("study").order_by("created_at")]


def open_repetition(*, session: Session, user: User, version: ModelVersion) -> Session:
    """An empty session is open that will be read from the same video with `version`.

    Raises:
        NotAllowed: the user may only view the session, or the law forbids the study to record.
        ConsentMissing: the consent was withdrawn.
        Conflict: the session is not done, brought no video, or was read with this version already.
    """
    if not is_editable_by(session, user):
        raise NotAllowed(_("Only owners and analysts of the study may do this."))
    require_permitted(session.study)
    require_scope(record=session.consent, scope=ConsentScope.ANALYSE)
    if session.source != Session.Source.UPLOAD or session.state != Session.State.CLOSED:
        raise Conflict(_("Only an uploaded video whose analysis is done can be read again."))
    first = session.repeats or session
    existing = next((one for one in recording_and_repetitions(first) if one.model_version_id == version.pk), None)
    if existing is not None:
        raise Conflict(_("This video was read with %(model)s already.") % {"model": version}, session=str(existing.pk))
    if Session.everything.binned().filter(repeats=first, model_version=version).exists():
        text = _("This video was read with %(model)s; that session is in the bin. Restore it, or delete it for good.")
        raise Conflict(text % {"model": version})
    try:
        with transaction.atomic():
            return _open(first, user, version)
    except IntegrityError as error:  # the constraint decides who was first
        raise Conflict(_("This video was read with %(model)s already.") % {"model": version}) from error


def _open(first: Session, user: User, version: ModelVersion) -> Session:
    opened = Session.objects.create(
        study=first.study,
        created_by=user,
        consent=first.consent,
        participant=first.participant,
        condition=first.condition,
        model_version=version,
        repeats=first,
        title=f"{first.title[: MAX_TITLE - len(str(version)) - 3]} · {version}"[:MAX_TITLE],
        source=first.source,
        every_ms=first.every_ms,
    )
    record_event("session.repeated", actor=user, study_id=first.study_id, target=f"session:{opened.pk}", of=first.pk)
    return opened
