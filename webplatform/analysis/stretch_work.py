"""A worker's part in a long video: read one stretch, and join all stretches if it was the last one."""

from __future__ import annotations

import logging
import time
from collections import Counter
from functools import partial
from typing import BinaryIO
from uuid import UUID

from django.conf import settings
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

import inference
from webplatform.analysis import stretches
from webplatform.analysis.models import AnalysisJob, Stretch
from webplatform.analysis.recordings import open_media, video_limits
from webplatform.analysis.runs import BATCH_READINGS, Run, append, attempt, finish
from webplatform.common.errors import KeyGone
from webplatform.common.observability.tracing import job, stage
from webplatform.common.system.memory import memory_bound
from webplatform.consent.models import ConsentScope
from webplatform.consent.services import require_scope
from webplatform.history.glimpses import LEAST_SURE
from webplatform.history.models import Session
from webplatform.jobs.leases import LeaseLost
from webplatform.modelhub.engines import engine_for
from webplatform.studies.approvals import require_permitted
from webplatform.vault.sealed_bytes import seal_bytes

JOINED_FROM = 0.99  # how far a job is shown to be while it is joined

logger = logging.getLogger(__name__)


@job("stretch", task="webplatform.analysis.tasks.analyze")
def run_stretch(job_id: UUID) -> Session | None:
    """The next waiting stretch of the job is done; with the last one, the job is done and its session closed.

    Returns the session of a job that is done now.
    """
    stretch = stretches.claim(job_id)
    if stretch is None:
        stretches.outdate(job_id)
        return None
    job = AnalysisJob.objects.select_related("session__media", "session__study", "session__consent").get(pk=job_id)
    run = Run(job, job.session, None, stretch)
    if not attempt(run, partial(_observe, run)):
        return None
    joining = Run(job, job.session, run.lease)
    return job.session if attempt(joining, partial(join, joining)) else None


@stage("join")
def join(run: Run) -> bool:
    """The stretches, one after the other, are the session's history; the job is done."""
    key = _require_key(run.session)
    joiner = engine_for(run.session.model_version).join_stretches(prior=tuple(run.session.prior) or None)
    numbers = list(Stretch.objects.filter(job=run.job).order_by("number").values_list("number", flat=True))
    batch: list[inference.FrameReading] = []
    track = None
    for number in numbers:
        observed = stretches.observed_of(run.job, number, key)
        track = track or observed.track
        for reading in joiner.join(observed):
            batch.append(reading)
            run.count_faces(reading)
            if len(batch) >= BATCH_READINGS:
                append(run, batch)
                batch = []
            _beat_joining(run)
    append(run, batch)
    run.held.update(worker_seconds=F("worker_seconds") + time.monotonic() - run.started_s)
    finish(run, joiner.end(), track)
    return True


@stage("observe")
def _observe(run: Run) -> bool:
    """Returns whether all stretches are done now, and the job is this run's."""
    stretch, session = run.stretch, run.session
    require_permitted(session.study)
    require_scope(record=session.consent, scope=ConsentScope.ANALYSE)
    key = _require_key(session)
    engine = engine_for(stretch.model_version)
    with memory_bound(settings.RAUT_DECODE_MEMORY_MB), open_media(session) as source:
        sealed = seal_bytes(_read(run, engine, source), key)
    was_held, run.lease = stretches.finish(stretch, sealed, worker_s=time.monotonic() - run.started_s)
    if not was_held:
        raise LeaseLost
    stretches.note_progress(run.job)
    run.publish()
    return run.lease is not None


def _read(run: Run, engine: inference.Engine, source: BinaryIO) -> bytes:
    """What is observed of the run's stretch, packed."""
    row, packer, frames_by_faces = run.stretch, inference.StretchPacker(), Counter[int]()
    span = inference.Span(row.start, row.stop, row.from_ms, row.to_ms, row.before_ms)
    with engine.observe_stretch(source, span, every_ms=run.session.every_ms, limits=video_limits()) as stretch:
        for frame in stretch:
            packer.add(frame)
            frames_by_faces[sum(face.scores is not None for face in frame.faces)] += 1
            if run.is_due():
                _beat(run, (frame.t_ms - row.from_ms) / max(span.length_ms, 1), frames_by_faces)
        return packer.finish(stretch)


def _beat(run: Run, share: float, frames_by_faces: Counter[int]) -> None:
    progress = {"progress": min(max(share, 0.0), 0.99), "faces_found": _count_faces(frames_by_faces)}
    if not run.own.update(heartbeat_at=timezone.now(), **progress):
        raise LeaseLost
    run.publish(partial(stretches.note_progress, run.job))


def _beat_joining(run: Run) -> None:
    if not run.is_due():
        return
    progress = {"progress": JOINED_FROM, "faces_found": run.faces_found}
    if not run.held.update(heartbeat_at=timezone.now(), **progress):
        raise LeaseLost
    run.publish()


def _count_faces(frames_by_faces: Counter[int]) -> int:
    """How many faces were to be seen at once in enough frames: who is who is known only once all is joined."""
    frames = 0
    for count in sorted(frames_by_faces, reverse=True):
        frames += frames_by_faces[count]
        if frames >= LEAST_SURE:
            return count
    return 0


def _require_key(session: Session) -> bytes:
    key = stretches.key_for(session)
    if key is None:
        raise KeyGone(_("The video is not on the server any more."))
    return key
