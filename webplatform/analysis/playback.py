"""Make a copy of a video that browsers cannot play, in a worker. Safe to run twice and concurrently."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from functools import partial
from tempfile import TemporaryFile
from typing import IO

from django.conf import settings
from django.db.models import QuerySet

import inference
from webplatform.analysis.models import MediaFile, PlaybackCopy
from webplatform.common.errors import AppError, StoreAway
from webplatform.common.system.locks import working_on
from webplatform.common.system.memory import memory_bound
from webplatform.history.media import open_file
from webplatform.history.models import Session
from webplatform.jobs.heartbeat import Heartbeat
from webplatform.jobs.leases import LeaseLost, claim
from webplatform.jobs.outages import handed_back
from webplatform.vault.keys import key_of
from webplatform.vault.sealed import seal_copy
from webplatform.vault.stored import draft_of, remove_stored, store_file

BEAT_EVERY_MS = 2000  # of the video
COPIED_BYTES = 2**20
State = PlaybackCopy.State

logger = logging.getLogger(__name__)


def wanted_copy(session: Session) -> PlaybackCopy | None:
    """The row of a copy that waits to be made, where browsers do not play the video that the session keeps."""
    media = MediaFile.objects.filter(session=session, playback=None).first()
    if media is None or not media.stored_name.endswith(".sealed"):
        return None
    try:
        with open_file(session, media.stored_name) as source:
            if inference.plays_in_browsers(source, is_webm=media.content_type == "video/webm"):
                return None
    except StoreAway:  # a copy of a video that plays anyway does no harm; one that is missing cannot be told later
        pass
    except (inference.InferenceError, AppError, OSError) as error:
        logger.warning("Whether the video of session %s can be played is not known: %s", session.pk, error)
        return None
    return PlaybackCopy.objects.get_or_create(media=media)[0]


def run_copy(copy_id: int) -> None:
    """The copy lies in the session's folder, or it failed; or another worker has it."""
    copy = claim(PlaybackCopy.objects.select_related("media__session"), copy_id)
    if copy is None:
        return
    try:
        with Heartbeat(copy.held):
            _make(copy)
    except LeaseLost:
        logger.warning("The copy %s was taken away while this worker was at it.", copy_id)
    except Exception as error:
        if handed_back(copy.held, error, f"The copy {copy_id}"):
            return
        logger.exception("The copy %s for playing could not be made.", copy_id)
        copy.held.update(state=State.FAILED, lease=None)


def give_up(copy: PlaybackCopy, held: QuerySet[PlaybackCopy]) -> bool:
    """The copy has failed, as its worker died so often; False where it is not held like this any more."""
    return bool(held.update(state=State.FAILED, lease=None))


def _make(copy: PlaybackCopy) -> None:
    session, media = copy.media.session, copy.media
    limits = inference.VideoLimits(max_duration_ms=settings.RAUT_MAX_VIDEO_MINUTES * 60_000)
    beat = _Beat(copy.held)
    with TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as file:
        with memory_bound(settings.RAUT_DECODE_MEMORY_MB):
            opened = partial(open_file, session, media.stored_name)
            inference.make_playback_copy(opened, file, limits=limits, note=beat.note)
        # The name of a video, so that one that no row knows of is found and removed with the others.
        target = session.folder / f"media.playback.{copy.lease.hex[:12]}.sealed"
        size_bytes, draft = file.seek(0, os.SEEK_END), draft_of(target)
        with working_on(session.pk):
            try:
                seal_copy(_pieces(file), draft, key_of(str(session.pk)))
                store_file(draft, target)
            finally:
                draft.unlink(missing_ok=True)
            if not copy.held.update(state=State.DONE, lease=None, stored_name=target.name, size_bytes=size_bytes):
                remove_stored(target)
                raise LeaseLost


class _Beat:
    """Sees every two seconds of video whether to stop."""

    def __init__(self, held: QuerySet[PlaybackCopy]) -> None:
        self._held, self._waiting_ms = held, 0

    def note(self, done_ms: int) -> None:
        self._waiting_ms += done_ms
        if self._waiting_ms >= BEAT_EVERY_MS:
            self._waiting_ms = 0
            if not self._held.exists():
                raise LeaseLost


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    while piece := file.read(COPIED_BYTES):
        yield piece
