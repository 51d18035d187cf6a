"""What a request may do with analyses: hand a video in, cancel, try again."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import PurePath

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from webplatform.accounts.models import User
from webplatform.analysis.models import AnalysisJob, MediaFile
from webplatform.analysis.progress import publish_job
from webplatform.analysis.queue_limits import require_place
from webplatform.analysis.quota import require_quota
from webplatform.analysis.tasks import send_analysis
from webplatform.analysis.uploads import CheckedUpload, check_upload, keep_upload
from webplatform.common.database.commits import after_commit, removed_unless_committed
from webplatform.common.errors import Conflict, Invalid, NotAllowed
from webplatform.common.rate_limits.limits import consume
from webplatform.common.system.locks import working_on
from webplatform.consent.models import ConsentRecord, ConsentScope
from webplatform.consent.services import require_consent, require_scope
from webplatform.history.assignments import set_condition
from webplatform.history.media import erase_session_key, keep_session_key
from webplatform.history.models import Session
from webplatform.history.queries import is_editable_by
from webplatform.history.references import set_reference
from webplatform.history.services import begin_session, fail_session, reopen_session
from webplatform.studies.approvals import require_permitted
from webplatform.studies.models import Study
from webplatform.studies.permissions import may_in
from webplatform.studies.place import Place
from webplatform.studies.roles import Act
from webplatform.studies.services import personal_study
from webplatform.vault.stored import remove_stored


def submit_video(
    *, user: User, upload: UploadedFile, title: str = "", again: bool = False, place: Place | None = None
) -> AnalysisJob:
    """The video lies in a new session's folder, and a job waits to turn it into that session's history.

    All of it exists or nothing does. The job waits also when its message cannot be sent now. A participant's video
    is recorded in their study and on their own consent; without a study, the personal one is meant.

    Raises:
        ConsentMissing: the participant, or without one the user, has not agreed to the newest consent text.
        NotAllowed: the user may not record in the study, or the law forbids the study to record.
        Invalid, TooLarge, StorageFull, QuotaExceeded: the file cannot be accepted, or the condition is not the study's.
        StoreAway: the object store does not answer; nothing of the file is kept.
        TooManyAttempts: the user hands in more than RAUT_RATE_UPLOAD.
        QueueFull: as many videos of the user or in the study wait as may.
        Conflict: the study holds this very file already and `again` is not set, or the external id is taken;
            `details` name that session.
    """
    place = place or Place()
    consume("upload", user.pk)
    study, _consent = require_grounds(user, place)
    require_place(user, study)
    require_quota(user, upload.size or 0)
    return accept_video(user=user, checked=check_upload(upload), title=title, again=again, place=place)


def accept_video(
    *,
    user: User,
    checked: CheckedUpload,
    title: str,
    again: bool,
    place: Place,
    also: Callable[[AnalysisJob], None] | None = None,
) -> AnalysisJob:
    """`submit_video` for a file that was checked, and whose rate and room were counted; raises the same otherwise.

    Args:
        also: becomes true with it, or not at all.
    """
    study, consent = require_grounds(user, place)
    _refuse_twice(study, checked, again)
    recording = Session(
        study=study,
        created_by=user,
        consent=consent,
        title=title.strip() or PurePath(checked.name).stem,
        source=Session.Source.UPLOAD,
        every_ms=settings.RAUT_SAMPLE_EVERY_MS,
    )
    rows = Session.everything.filter(pk=recording.pk)
    with working_on(recording.pk), removed_unless_committed(rows, partial(_remove_files, recording)) as writing_rows:
        # The file comes first: sending it to a store may take longer than a lock of the database may last.
        key = keep_upload(checked, recording.folder)
        with writing_rows():
            _refuse_twice(study, checked, again)
            session = begin_session(session=recording)
            set_condition(sessions=[session], user=user, condition=place.borne)
            set_reference(session=session, user=user, external_id=place.external_id, metadata=place.metadata)
            keep_session_key(session, key)
            job = _keep(session, checked)
            if also:
                also(job)
    return job


def cancel_job(*, job: AnalysisJob, user: User) -> AnalysisJob:
    """The job is cancelled at once; a worker that is at it writes nothing more and stops at its next look.

    Raises:
        NotAllowed: the user may only view the study.
        Conflict: the job has ended.
    """
    _require_editor(job, user)
    active = AnalysisJob.objects.filter(pk=job.pk, state__in=(AnalysisJob.State.QUEUED, AnalysisJob.State.RUNNING))
    cancelled = {"state": AnalysisJob.State.CANCELLED, "lease": None, "seconds_left": None}
    with transaction.atomic():
        with suppress(Conflict):
            fail_session(session=job.session)
        if not active.update(finished_at=timezone.now(), **cancelled):
            raise Conflict(_("The analysis has ended already."))
    return _publish(job)


def retry_job(*, job: AnalysisJob, user: User) -> AnalysisJob:
    """A failed or cancelled job waits again, and its session is open and empty.

    Raises:
        NotAllowed: the user may only view the study.
        ConsentMissing: the user's consent does not hold any more.
        QueueFull: as many videos of the user or in the study wait as may.
        Conflict: the job did not fail and was not cancelled.
    """
    _require_editor(job, user)
    require_permitted(job.session.study)
    require_place(user, job.session.study)
    require_scope(record=job.session.consent, scope=ConsentScope.ANALYSE)
    ended = AnalysisJob.objects.filter(pk=job.pk, state__in=(AnalysisJob.State.FAILED, AnalysisJob.State.CANCELLED))
    with transaction.atomic():
        reopen_session(session=job.session)
        changed = ended.update(
            state=AnalysisJob.State.QUEUED,
            max_attempts=job.attempts + settings.RAUT_JOB_MAX_ATTEMPTS,
            progress=0.0,
            faces_found=0,
            seconds_left=None,
            error_code="",
            error_message="",
            error_params={},
            queued_at=timezone.now(),
            enqueued_at=None,
            started_at=None,
            finished_at=None,
        )
        if not changed:
            raise Conflict(_("Only an analysis that failed or was cancelled can be started again."))
        after_commit(send_analysis, job.pk)
    return _publish(job)


def require_grounds(user: User, place: Place) -> tuple[Study, ConsentRecord]:
    """Where a video is recorded, and on whose consent.

    Raises:
        NotAllowed: the user may not record there, or the law forbids the study to record.
        ConsentMissing: the participant, or without one the user, has not agreed to the newest consent text.
        Invalid: the condition is not the study's.
    """
    study = place.participant.study if place.participant else place.study or personal_study(user)
    require_permitted(study)
    consent = require_consent(of=place.participant or user)
    if not may_in(study, user, Act.RECORD):
        raise NotAllowed(_("Only owners and analysts of a study may record sessions in it."))
    if place.borne is not None and place.borne.study_id != study.pk:
        name = {"name": place.borne}
        raise Invalid(_("“%(name)s” is a condition of another study.") % name, field="condition")
    return study, consent


def _keep(session: Session, checked: CheckedUpload) -> AnalysisJob:
    MediaFile.objects.create(
        session=session,
        original_name=checked.name,
        stored_name=checked.stored_name,
        content_type=checked.content_type,
        size_bytes=checked.file.size,
        sha256=checked.sha256,
    )
    job = AnalysisJob.objects.create(
        session=session, queued_at=timezone.now(), max_attempts=settings.RAUT_JOB_MAX_ATTEMPTS
    )
    after_commit(send_analysis, job.pk)
    after_commit(publish_job, job.pk)
    return job


def _remove_files(session: Session) -> None:
    """Key and folder, which are no part of the transaction."""
    erase_session_key(session)
    with suppress(OSError):
        remove_stored(session.folder, is_folder=True)


def _refuse_twice(study: Study, checked: CheckedUpload, again: bool) -> None:
    if again:
        return
    stored = MediaFile.objects.filter(session__study=study, session__binned_at=None)
    same = stored.filter(sha256=checked.sha256).select_related("session").first()
    if same is not None:
        raise Conflict(
            _("This file was uploaded before, as “%(title)s”.") % {"title": same.session.title},
            reason="duplicate",
            session=str(same.session_id),
            session_url=reverse("dashboard:session", args=[same.session_id]),
        )


def _require_editor(job: AnalysisJob, user: User) -> None:
    if not is_editable_by(job.session, user):
        raise NotAllowed(_("Only owners and analysts of the study may do this."))


def _publish(job: AnalysisJob) -> AnalysisJob:
    job.refresh_from_db()
    publish_job(job.pk)
    return job
