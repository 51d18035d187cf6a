"""What a request may do with exports: ask for one, delete one."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from webplatform.accounts.audit import record_event
from webplatform.accounts.models import User
from webplatform.common.database.commits import after_commit
from webplatform.common.errors import Conflict, Invalid, NotFound, TooLarge
from webplatform.exporting.job_endings import remove_jobs
from webplatform.exporting.kinds import KINDS, Format
from webplatform.exporting.models import ExportJob, ExportPart
from webplatform.exporting.options import Options
from webplatform.exporting.queries import exportable, has_video
from webplatform.exporting.tasks import send_export_job
from webplatform.history.models import Session
from webplatform.studies.models import Study

MOST_SESSIONS = 1000
MOST_WAITING = 10


@transaction.atomic
def request_export_job(
    *,
    user: User,
    kind: str,
    options: Options,
    language: str,
    sessions: Sequence[UUID] = (),
    study: Study | None = None,
) -> ExportJob:
    """A file of the sessions, or of all that the study has now, is being made; the job waits also while Redis is away.

    Raises:
        Invalid: there is no such kind of file, or faces are chosen of several sessions.
        NotFound: there are no such sessions.
        Conflict: there is nothing to export, no video of it is kept, or too much of the user's waits already.
        TooLarge: these are too many sessions.
    """
    if kind not in KINDS:
        raise Invalid(_("There is no such kind of file."), field="format")
    chosen = _sessions(user, sessions, study)
    if options.faces and len(chosen) > 1:
        raise Invalid(_("Faces can be chosen for one session only: their numbers differ in the others."), field="faces")
    _refuse_unknown_faces(chosen, options)
    if KINDS[Format(kind)].needs_video and not any(has_video(session) for session in chosen):
        raise Conflict(_("No video of it is kept on this server. Choose another kind of file."), reason="no_video")
    waiting = (ExportJob.State.QUEUED, ExportJob.State.RUNNING)
    if ExportJob.objects.filter(user=user, state__in=waiting).count() >= MOST_WAITING:
        raise Conflict(_("%(n)d of your exports are being made. Wait until one is done.") % {"n": MOST_WAITING})
    job = ExportJob.objects.create(
        user=user, study=study, format=kind, options=options.stored(), language=language, asked_at=timezone.now()
    )
    parts = [ExportPart(job=job, session=session, position=position) for position, session in enumerate(chosen)]
    ExportPart.objects.bulk_create(parts)
    about = {"format": kind, "sessions": len(chosen)}
    for study_id in {session.study_id for session in chosen}:
        record_event("exportjob.asked", actor=user, study_id=study_id, target=f"exportjob:{job.pk}", **about)
    after_commit(send_export_job, job.pk)
    return job


def delete_export_job(*, job: ExportJob) -> None:
    """The job and its file are gone; a worker that is at it writes nothing more."""
    record_event("exportjob.deleted", actor=job.user, study_id=job.study_id, target=f"exportjob:{job.pk}")
    remove_jobs(ExportJob.objects.filter(pk=job.pk))


def _sessions(user: User, session_ids: Sequence[UUID], study: Study | None) -> list[Session]:
    """The sessions in the order that was asked for, a study's oldest first."""
    if study is not None:
        chosen = list(exportable(user).filter(study=study).order_by("created_at", "pk")[: MOST_SESSIONS + 1])
    else:
        if not Session.objects.for_user(user).filter(pk__in=list(session_ids)).exists():
            raise NotFound(_("There is no such session."))
        by_key = {
            session.pk: session for session in exportable(user).filter(pk__in=list(session_ids)[: MOST_SESSIONS + 1])
        }
        chosen = [by_key[key] for key in dict.fromkeys(session_ids) if key in by_key]
    if not chosen:
        raise Conflict(_("There is nothing to export: no session of it is done and still has its readings."))
    if max(len(chosen), len(session_ids)) > MOST_SESSIONS:
        raise TooLarge(_("One file holds at most %(n)d sessions. Choose fewer.") % {"n": MOST_SESSIONS})
    return chosen


def _refuse_unknown_faces(sessions: list[Session], options: Options) -> None:
    known_faces = set(sessions[0].tracks.values_list("number", flat=True)) if options.faces else set()
    lost = [face for face in options.faces if face not in known_faces]
    if lost:
        raise Invalid(_("The session has no face %(n)d.") % {"n": lost[0]}, field="faces")
