"""One attempt of a worker at a job, or at one stretch of it: what it may write, and how it ends."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import UUID

from django.db import Error, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

import inference
from webplatform.analysis.events import job_ended
from webplatform.analysis.models import AnalysisJob, MediaFile, Stretch, recording_of
from webplatform.analysis.progress import publish_job
from webplatform.analysis.withdrawals import drop_media, may_keep_media
from webplatform.common.errors import AppError, Conflict, StoreAway
from webplatform.common.observability.tracing import stage
from webplatform.history.glimpses import LEAST_SURE
from webplatform.history.models import Session
from webplatform.history.services import append_readings, close_session, fail_session
from webplatform.jobs.heartbeat import Heartbeat
from webplatform.jobs.job_errors import stored_error
from webplatform.jobs.leases import LeaseLost
from webplatform.jobs.outages import handed_back

BATCH_READINGS = 500
BEAT_EVERY_S = 0.5
PUBLISH_EVERY_S = 1.0
ENDED = {"lease": None, "seconds_left": None}
_ERROR_CODES = {
    inference.UnreadableVideo: "unreadable_video",
    inference.MediaTooLarge: "too_large",
    inference.BadBundle: "bad_model",
    inference.BadPrior: "bad_model",
}

logger = logging.getLogger(__name__)


@dataclass
class Run:
    """One attempt at a job, or at one of its stretches.

    Args:
        lease: under which the job is held; None while its stretches are read: nobody holds it then.
        stretch: which of them this worker holds.
    """

    job: AnalysisJob
    session: Session
    lease: UUID | None
    stretch: Stretch | None = None
    started_s: float = field(default_factory=time.monotonic)
    beaten_s: float = 0.0
    published_s: float = 0.0
    verdicts: Counter[int] = field(default_factory=Counter)

    def count_faces(self, reading: inference.FrameReading) -> None:
        """Note who was read surely."""
        self.verdicts.update(face.track for face in reading.faces if face.dominant)

    def is_due(self) -> bool:
        """Whether it is time, twice a second at most, to show the progress and to see whether to stop."""
        now_s = time.monotonic()
        if now_s - self.beaten_s < BEAT_EVERY_S:
            return False
        self.beaten_s = now_s
        return True

    def publish(self, prepare: Callable[[], object] = lambda: None) -> None:
        """Tell how far the job is, once a second at most, and do before what is needed for that only."""
        if time.monotonic() - self.published_s >= PUBLISH_EVERY_S:
            self.published_s = time.monotonic()
            prepare()
            publish_job(self.job.pk)

    @property
    def faces_found(self) -> int:
        """How many faces were read surely often enough to be one, so far."""
        return sum(count >= LEAST_SURE for count in self.verdicts.values())

    @property
    def held(self) -> QuerySet[AnalysisJob]:
        """The job's row while this run may write: running, under this lease."""
        return AnalysisJob.objects.filter(pk=self.job.pk, lease=self.lease, state=AnalysisJob.State.RUNNING)

    @property
    def own(self) -> QuerySet[Any]:  # jobs, or stretches
        """The row that this worker holds: the job's, or the stretch's."""
        return self.held if self.stretch is None else self.stretch.held


def attempt(run: Run, action: Callable[[], bool]) -> bool:
    """Do what is to be done; where it fails, the job has failed, and its session says the same.

    Returns what the action did; False where it failed, or where the job was taken away or cancelled meanwhile.
    """
    try:
        with Heartbeat(run.own):
            return action()
    except LeaseLost:
        logger.warning("Job %s was cancelled, deleted or taken away while this worker was at it.", run.job.pk)
    except (Error, StoreAway) as error:
        if not handed_back(run.own, error, f"Job {run.job.pk}"):
            raise
    except (inference.InferenceError, AppError) as error:
        code = _ERROR_CODES.get(type(error)) or getattr(error, "code", "unreadable_video")
        _fail(run, code, _as_the_user_names_it(run.session, str(error)))
    except MemoryError:
        logger.warning("Job %s wanted more memory than RAUT_DECODE_MEMORY_MB.", run.job.pk)
        _fail(run, "too_large", _("Reading this video takes more memory than the server gives one video."))
    except Exception:
        logger.exception("Job %s failed.", run.job.pk)
        message = _("Something went wrong on the server while it read this video. The operator's log says more.")
        _fail(run, "internal", message)
    return False


def write(run: Run, action: Callable[[], object], **changes: Any) -> None:  # fields of the job
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


@stage("store")
def append(run: Run, batch: list[inference.FrameReading]) -> None:
    """The readings are part of the session, if this run still holds its job."""
    write(run, partial(append_readings, session=run.session, readings=batch))


@stage("close")
def finish(run: Run, end: inference.VideoEnd, track: inference.PictureTrack | None) -> None:
    """The job is done and its session closed; of its stretches nothing is left."""
    done = {"state": AnalysisJob.State.DONE, "progress": 1.0}
    write(run, partial(_close, run, end, track), **done, **ENDED, finished_at=timezone.now())
    if not may_keep_media(run.session):
        drop_media(run.session)
    publish_job(run.job.pk)


def _close(run: Run, end: inference.VideoEnd, track: inference.PictureTrack | None) -> None:
    closed = close_session(
        session=run.session,
        duration_ms=end.ended_at_ms,
        is_partial=end.is_partial,
        frames_decoded=end.frames_decoded,
        end=end,
        track=track,
    )
    run.held.update(faces_found=closed.people)
    Stretch.objects.filter(job=run.job).delete()
    job_ended.send(sender=AnalysisJob, job=run.job, state=AnalysisJob.State.DONE)


def _fail(run: Run, code: str, message: str) -> None:
    failed = {"state": AnalysisJob.State.FAILED, "error_code": code, **stored_error(message)}
    with suppress(LeaseLost):
        write(run, partial(_give_up, run), **failed, **ENDED, finished_at=timezone.now())
        publish_job(run.job.pk)


def _give_up(run: Run) -> None:
    fail_session(session=run.session)
    if run.stretch is not None and not run.own.update(state=Stretch.State.FAILED, lease=None):
        raise LeaseLost
    job_ended.send(sender=AnalysisJob, job=run.job, state=AnalysisJob.State.FAILED)


def _as_the_user_names_it(session: Session, text: str) -> str:
    """The engine knows the file by our name for it, the user by theirs."""
    media = MediaFile.objects.filter(session=recording_of(session)).first()
    return text.replace(media.stored_name, media.original_name) if media else text
