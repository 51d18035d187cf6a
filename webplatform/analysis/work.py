"""The analysis itself, in a worker: claim the job, read the video, write its history, say how it ended.

Safe to run twice and at once: only one run holds the job's lease, every write checks it, and a new run starts from an
empty session.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any, BinaryIO
from uuid import UUID, uuid4

from django.conf import settings
from django.db import Error, connection, transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

import inference
from webplatform.analysis.events import job_ended
from webplatform.analysis.models import AnalysisJob, MediaFile, recording_of
from webplatform.analysis.progress import publish_job, publish_turns
from webplatform.analysis.withdrawals import drop_media, may_keep_media
from webplatform.common.errors import AppError, Conflict
from webplatform.common.job_errors import stored_error
from webplatform.common.memory import memory_bound
from webplatform.common.pulse import Pulse, hand_back
from webplatform.consent.models import Scope
from webplatform.consent.services import require_scope
from webplatform.history.glimpses import LEAST_SURE
from webplatform.history.media import open_file
from webplatform.history.models import Session
from webplatform.history.services import append_readings, close_session, discard_readings, fail_session, use_model
from webplatform.modelhub.engines import engine_for
from webplatform.modelhub.models import ModelVersion
from webplatform.modelhub.services import ensure_active_model
from webplatform.studies.approvals import require_permitted

BATCH_READINGS = 500
BEAT_EVERY_S = 0.5
PUBLISH_EVERY_S = 1.0
HAND_BACK_WITHIN_S = 120  # a database that is away for longer costs an attempt
_ENDED = {"lease": None, "seconds_left": None}
_ERROR_CODES = {
    inference.UnreadableVideo: "unreadable_video",
    inference.MediaTooLarge: "too_large",
    inference.BadBundle: "bad_model",
    inference.BadPrior: "bad_model",
}

logger = logging.getLogger(__name__)


class LeaseLost(Exception):
    """The job is another worker's, was cancelled or does not exist any more: whoever sees this must write nothing."""


@dataclass
class _Run:
    """One attempt at a job."""

    job: AnalysisJob
    session: Session
    lease: UUID
    started_s: float = field(default_factory=time.monotonic)
    beaten_s: float = 0.0
    published_s: float = 0.0
    verdicts: Counter[int] = field(default_factory=Counter)

    def count_faces(self, reading: inference.FrameReading) -> None:
        """Note who was read surely."""
        self.verdicts.update(face.track for face in reading.faces if face.dominant)

    @property
    def faces_found(self) -> int:
        """How many faces were read surely often enough to be one, so far."""
        return sum(count >= LEAST_SURE for count in self.verdicts.values())

    @property
    def held(self) -> QuerySet[AnalysisJob]:
        """The job's row while this run may write: running, under this lease."""
        return AnalysisJob.objects.filter(pk=self.job.pk, lease=self.lease, state=AnalysisJob.State.RUNNING)


def run_job(job_id: UUID) -> Session | None:
    """The job is done, failed or cancelled, and its session says the same; or another worker has it.

    Returns the session of a job that is done now.
    """
    run = _claim(job_id)
    if run is None:
        logger.info("Job %s is not waiting any more.", job_id)
        return None
    try:
        with Pulse(run.held, every_s=settings.RAUT_JOB_STALE_SECONDS / 4):
            _read(run)
        return run.session
    except LeaseLost:
        logger.warning("Job %s was cancelled, deleted or taken away while this worker was at it.", job_id)
    except (inference.InferenceError, AppError) as error:
        code = _ERROR_CODES.get(type(error)) or getattr(error, "code", "unreadable_video")
        _fail(run, code, _as_the_user_names_it(run.session, str(error)))
    except Error as error:
        if connection.is_usable():
            raise
        logger.warning("Job %s is handed back: the database was away (%s).", job_id, type(error).__name__)
        _hand_back_later(run)
    except MemoryError:
        logger.warning("Job %s wanted more memory than RAUT_DECODE_MEMORY_MB.", job_id)
        _fail(run, "too_large", _("Reading this video takes more memory than the server gives one video."))
    except Exception:
        logger.exception("Job %s failed.", job_id)
        message = _("Something went wrong on the server while it read this video. The operator's log says more.")
        _fail(run, "internal", message)
    return None


def _hand_back_later(run: _Run) -> None:
    """The job waits again as soon as the database is back; an attempt that its restart ended is not counted."""
    for _second in range(HAND_BACK_WITHIN_S):
        connection.close()
        try:
            hand_back(run.held)
        except Error:
            time.sleep(1)
        else:
            return


def _claim(job_id: UUID) -> _Run | None:
    """Take the waiting job; of two workers that try, one gets it."""
    now, lease = timezone.now(), uuid4()
    claimed = AnalysisJob.objects.filter(pk=job_id, state=AnalysisJob.State.QUEUED).update(
        state=AnalysisJob.State.RUNNING,
        lease=lease,
        attempts=F("attempts") + 1,
        heartbeat_at=now,
        started_at=now,
        finished_at=None,
    )
    if not claimed:
        return None
    job = AnalysisJob.objects.select_related("session__media", "session__study", "session__consent").get(pk=job_id)
    publish_job(job_id)
    publish_turns()
    return _Run(job, job.session, lease)


def _read(run: _Run) -> None:
    require_permitted(run.session.study)
    require_scope(record=run.session.consent, scope=Scope.ANALYSE)
    version = _version_for(run.session)
    _write(run, partial(discard_readings, session=run.session))
    _write(run, partial(use_model, session=run.session, version=version))
    limits = inference.VideoLimits(max_duration_ms=settings.RAUT_MAX_VIDEO_MINUTES * 60_000)
    engine = engine_for(version)
    batch: list[inference.FrameReading] = []
    with (
        memory_bound(settings.RAUT_DECODE_MEMORY_MB),
        _open_media(run.session) as source,
        engine.read_video(
            source, every_ms=run.session.every_ms, limits=limits, prior=tuple(run.session.prior) or None
        ) as video,
    ):
        for reading in video:
            batch.append(reading)
            run.count_faces(reading)
            _beat(run, reading.t_ms, video.stated_ms)
            if len(batch) >= BATCH_READINGS:
                _append(run, batch)
                batch = []
        _append(run, batch)
    _finish(run, video)


def _version_for(session: Session) -> ModelVersion:
    """The active model; a repetition was asked for with one of its own."""
    return session.model_version if session.repeats_id and session.model_version else ensure_active_model()


def _open_media(session: Session) -> BinaryIO:
    recording = recording_of(session)
    media = MediaFile.objects.filter(session=recording).first()
    try:
        return open_file(recording, media.stored_name if media else "")
    except (FileNotFoundError, IsADirectoryError) as error:
        raise Conflict(_("The video is not on the server any more.")) from error


def _as_the_user_names_it(session: Session, text: str) -> str:
    """The engine knows the file by our name for it, the user by theirs."""
    media = MediaFile.objects.filter(session=recording_of(session)).first()
    return text.replace(media.stored_name, media.original_name) if media else text


def _append(run: _Run, batch: list[inference.FrameReading]) -> None:
    _write(run, partial(append_readings, session=run.session, readings=batch))


def _finish(run: _Run, video: inference.VideoReading) -> None:
    done = {"state": AnalysisJob.State.DONE, "progress": 1.0}
    _write(run, partial(_close, run, video), **done, **_ENDED, finished_at=timezone.now())
    if not may_keep_media(run.session):
        drop_media(run.session)
    publish_job(run.job.pk)


def _close(run: _Run, video: inference.VideoReading) -> None:
    end = video.end
    closed = close_session(
        session=run.session,
        duration_ms=end.ended_at_ms,
        is_partial=end.is_partial,
        frames_decoded=end.frames_decoded,
        end=end,
        track=video.track,
    )
    run.held.update(faces_found=closed.people)
    job_ended.send(sender=AnalysisJob, job=run.job, state=AnalysisJob.State.DONE)


def _write(run: _Run, action: Callable[[], object], **changes: Any) -> None:  # fields of the job
    """Write to the session and the job's row, or to neither when this run does not hold the job any more.

    The session's row comes first, here as everywhere: a deletion locks the two in that order.
    """
    try:
        with transaction.atomic():
            action()
            if not run.held.update(heartbeat_at=timezone.now(), **changes):
                raise LeaseLost
    except Conflict as error:  # the session was deleted, or is another run's by now
        raise LeaseLost from error


def _beat(run: _Run, t_ms: int, stated_ms: int | None) -> None:
    """Twice a second where frames come that quickly: show the progress, and see whether to stop."""
    now_s = time.monotonic()
    if now_s - run.beaten_s < BEAT_EVERY_S:
        return
    run.beaten_s = now_s
    share = min(t_ms / stated_ms, 0.99) if stated_ms else 0.0
    left_s = (now_s - run.started_s) * (1 / share - 1) if share > 0 else None
    shown = {"progress": share, "seconds_left": left_s, "faces_found": run.faces_found}
    if not run.held.update(heartbeat_at=timezone.now(), **shown):
        raise LeaseLost
    if now_s - run.published_s >= PUBLISH_EVERY_S:
        run.published_s = now_s
        publish_job(run.job.pk)


def _fail(run: _Run, code: str, message: str) -> None:
    failed = {"state": AnalysisJob.State.FAILED, "error_code": code, **stored_error(message)}
    with suppress(LeaseLost):
        _write(run, partial(_give_up, run), **failed, **_ENDED, finished_at=timezone.now())
        publish_job(run.job.pk)


def _give_up(run: _Run) -> None:
    fail_session(session=run.session)
    job_ended.send(sender=AnalysisJob, job=run.job, state=AnalysisJob.State.FAILED)
