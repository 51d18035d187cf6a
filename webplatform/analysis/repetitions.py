"""Read a video that is still kept again with another model."""

from __future__ import annotations

from typing import Any  # what a template takes

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from webplatform.accounts.models import User
from webplatform.analysis.models import AnalysisJob, MediaFile, recording_of
from webplatform.analysis.progress import publish_job
from webplatform.analysis.queue_limits import require_place
from webplatform.analysis.tasks import send_analysis
from webplatform.analysis.withdrawals import may_keep_media
from webplatform.common.database.commits import after_commit
from webplatform.common.errors import Conflict
from webplatform.history.models import Session
from webplatform.history.repetitions import open_repetition, recording_and_repetitions
from webplatform.modelhub.models import ModelVersion
from webplatform.modelhub.services import is_whole
from webplatform.vault.stored import seems_stored


def has_video(session: Session) -> bool:
    """Whether the session's video is kept and lies on the server."""
    recording = recording_of(session)
    media: MediaFile | None = getattr(recording, "media", None)
    return media is not None and may_keep_media(recording) and seems_stored(recording.folder / media.stored_name)


def readings_of(session: Session, *, may_edit: bool) -> dict[str, Any]:
    """What a session's page tells of other readings of its video, and of models that could read it."""
    if session.source != Session.Source.UPLOAD or session.state != Session.State.CLOSED:
        return {}
    readings = recording_and_repetitions(session)
    context: dict[str, Any] = {"others": [one for one in readings if one.pk != session.pk]}
    if may_edit:
        version_ids = [one.model_version_id for one in readings]
        context |= {"models": list(ModelVersion.objects.exclude(pk__in=version_ids)), "has_video": has_video(session)}
    return context


@transaction.atomic
def repeat_analysis(*, session: Session, user: User, version: ModelVersion) -> AnalysisJob:
    """A job waits to read the session's video with `version` into a session beside this one.

    Raises:
        NotAllowed: the user may only view the session, or the law forbids the study to record.
        ConsentMissing: the consent was withdrawn.
        QueueFull: as many videos of the user or in the study wait as may.
        Conflict: the video is not kept, the bundle is damaged, or this version has read it already.
    """
    opened = open_repetition(session=session, user=user, version=version)
    require_place(user, session.study)
    if not has_video(session):
        raise Conflict(_("The video is not kept on the server any more, so no other model can read it."))
    if not is_whole(version):
        raise Conflict(_("The bundle of %(model)s is not the one that was registered.") % {"model": version})
    job = AnalysisJob.objects.create(
        session=opened, queued_at=timezone.now(), max_attempts=settings.RAUT_JOB_MAX_ATTEMPTS
    )
    after_commit(send_analysis, job.pk)
    after_commit(publish_job, job.pk)
    return job
