"""The analysis itself, in a worker: claim the job, read the video, write its history, say how it ended.

A long video is only cut here: its stretches are read by whatever workers are free (`stretch_work`), and whoever does
the last one joins them. Safe to run twice and at once: only one run holds the job's lease, every write checks it, and
a new run starts from an empty session, with the stretches that are whole already.
"""

from __future__ import annotations

import logging
from functools import partial
from typing import BinaryIO
from uuid import UUID

from django.conf import settings
from django.utils import timezone

import inference
from webplatform.analysis import stretch_work, stretches
from webplatform.analysis.models import AnalysisJob
from webplatform.analysis.progress import publish_job, publish_turns
from webplatform.analysis.recordings import open_media, video_limits
from webplatform.analysis.runs import BATCH_READINGS, Run, append, attempt, finish, write
from webplatform.common.observability.tracing import job, stage
from webplatform.common.system.memory import memory_bound
from webplatform.consent.models import ConsentScope
from webplatform.consent.services import require_scope
from webplatform.history.models import Session
from webplatform.history.services import discard_readings, use_model
from webplatform.jobs.leases import LeaseLost, claim
from webplatform.modelhub.engines import engine_for
from webplatform.modelhub.models import ModelVersion
from webplatform.modelhub.services import ensure_active_model
from webplatform.studies.approvals import require_permitted

logger = logging.getLogger(__name__)


@job("analysis", task="webplatform.analysis.tasks.analyze")
def run_job(job_id: UUID) -> Session | None:
    """The job is done, failed or cancelled, and its session says the same; or it waits in stretches, or is another's.

    Returns the session of a job that is done now.
    """
    run = _claim(job_id)
    if run is None:
        logger.info("Job %s is not waiting any more.", job_id)
        return None
    return run.session if attempt(run, partial(_read, run)) else None


def _claim(job_id: UUID) -> Run | None:
    """Take the waiting job; of two workers that try, one gets it."""
    rows = AnalysisJob.objects.select_related("session__media", "session__study", "session__consent")
    job = claim(rows, job_id, started_at=timezone.now(), finished_at=None)
    if job is None:
        return None
    publish_job(job_id)
    publish_turns()
    return Run(job, job.session, job.lease)


def _read(run: Run) -> bool:
    """Returns whether the job is done; else its stretches wait, and the job is nobody's until they are done."""
    require_permitted(run.session.study)
    require_scope(record=run.session.consent, scope=ConsentScope.ANALYSE)
    version = _version_for(run.session)
    write(run, partial(discard_readings, session=run.session))
    write(run, partial(use_model, session=run.session, version=version))
    if stretches.resume(run.job, version):
        if stretches.is_whole(run.job):
            return stretch_work.join(run)
        write(run, lambda: None, lease=None)
        return False
    with memory_bound(settings.RAUT_DECODE_MEMORY_MB), open_media(run.session) as source:
        plan = _plan(run, source)
        if len(plan.spans) == 1:
            return _read_whole(run, source, plan, version)
    write(run, partial(stretches.lay_out, run.job, plan.spans, version), lease=None)
    logger.info("Job %s waits in %d stretches.", run.job.pk, len(plan.spans))
    return False


def _plan(run: Run, source: BinaryIO) -> inference.StretchPlan:
    """Where the video is cut; one that cannot even be opened is whole, and reading it tells what is wrong."""
    if stretches.key_for(run.session) is None:
        return inference.StretchPlan()
    least_ms = settings.RAUT_STRETCH_SECONDS * 1000
    try:
        plan = inference.plan_stretches(source, least_ms=least_ms, limits=video_limits())
    except inference.InferenceError:
        return inference.StretchPlan()
    if plan.why_whole:
        logger.info("Job %s is read whole: %s.", run.job.pk, plan.why_whole)
    return plan


@stage("read")
def _read_whole(run: Run, source: BinaryIO, plan: inference.StretchPlan, version: ModelVersion) -> bool:
    batch: list[inference.FrameReading] = []
    options = {"every_ms": run.session.every_ms, "prior": tuple(run.session.prior) or None, "plan": plan}
    with engine_for(version).read_video(source, limits=video_limits(), **options) as video:
        for reading in video:
            batch.append(reading)
            run.count_faces(reading)
            _beat(run, reading.t_ms, video.stated_ms)
            if len(batch) >= BATCH_READINGS:
                append(run, batch)
                batch = []
        append(run, batch)
    finish(run, video.end, video.track)
    return True


def _version_for(session: Session) -> ModelVersion:
    """The active model; a repetition was asked for with one of its own."""
    return session.model_version if session.repeats_id and session.model_version else ensure_active_model()


def _beat(run: Run, t_ms: int, stated_ms: int | None) -> None:
    """Twice a second where frames come that quickly: show the progress, and see whether to stop."""
    if not run.is_due():
        return
    share = min(t_ms / stated_ms, 0.99) if stated_ms else 0.0
    left_s = (run.beaten_s - run.started_s) * (1 / share - 1) if share > 0 else None
    progress = {"progress": share, "seconds_left": left_s, "faces_found": run.faces_found}
    if not run.held.update(heartbeat_at=timezone.now(), **progress):
        raise LeaseLost
    run.publish()
