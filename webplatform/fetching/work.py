"""Download videos in threads of the housekeeper: claim what is due, receive it into an encrypted upload, submit it.

Safe to run twice and to kill at any moment: what came stays, and the next attempt asks for the rest of it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta

from django.conf import settings
from django.db import connections
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from webplatform.analysis.models import ResumableUpload
from webplatform.analysis.receiving import offset_of
from webplatform.analysis.resumable import drop_upload, reserve_upload, take_part
from webplatform.common.errors import AppError, Gone, OffsetMismatch, StorageFull, StoreAway
from webplatform.common.system.worker_shutdown import is_leaving
from webplatform.fetching.models import Fetch
from webplatform.fetching.source import Source, Unfetched, opened
from webplatform.jobs.heartbeat import Heartbeat
from webplatform.jobs.job_errors import stored_error
from webplatform.jobs.leases import claim, is_stale, requeue
from webplatform.vault.appendable_file import Locked

FETCHERS = 3
MOST_ATTEMPTS = 6
FIRST_PAUSE = timedelta(seconds=10)
BEAT_EVERY_S = 5.0
# Its upload is over or held by a process that is just ending, the disk is full, or its server or the store is away.
PASSING = (Gone, Locked, OffsetMismatch, StorageFull, StoreAway, Unfetched)

logger = logging.getLogger(__name__)
_places = threading.BoundedSemaphore(FETCHERS)


def fetch_due() -> int:
    """Threads are at what is due, as many as there may be; returns how many were begun. Waits for none of them."""
    begun = 0
    while not is_leaving() and _places.acquire(blocking=False):
        fetch = None
        try:
            fetch = _claimed()
        finally:
            if fetch is None:
                _places.release()
        if fetch is None:
            break
        threading.Thread(target=_run_in_thread, args=(fetch,), name="fetch", daemon=True).start()
        begun += 1
    return begun


def run_due() -> int:
    """What is due was fetched, one after the other, here; returns how many there were."""
    done = 0
    while fetch := _claimed():
        _run(fetch)
        done += 1
    return done


def release_stale_fetches() -> bool:
    """What a dead process held waits again; returns whether anything is due."""
    requeue(Fetch.objects.filter(is_stale(), state=Fetch.State.RUNNING))
    return _due().exists()


def forget_old_fetches() -> int:
    """Fetches that ended RAUT_UPLOAD_HOURS ago are gone; returns how many."""
    before = timezone.now() - timedelta(hours=settings.RAUT_UPLOAD_HOURS)
    return Fetch.objects.filter(finished_at__lt=before).delete()[0]


def _run_in_thread(fetch: Fetch) -> None:
    try:
        _run(fetch)
    finally:
        connections.close_all()
        _places.release()


def _due() -> QuerySet[Fetch]:
    return Fetch.objects.filter(state=Fetch.State.QUEUED, next_at__lte=timezone.now()).order_by("next_at")


def _claimed() -> Fetch | None:
    """The longest due one, with a lease of ours."""
    for pk in _due().values_list("pk", flat=True)[: 2 * FETCHERS]:
        if fetch := claim(Fetch.objects.select_related("user", "upload"), pk):
            return fetch
    return None


def _run(fetch: Fetch) -> None:
    held = Fetch.objects.filter(pk=fetch.pk, lease=fetch.lease)
    try:
        with Heartbeat(held, every_s=BEAT_EVERY_S):
            _receive(fetch, held)
    except PASSING as error:
        _try_later(fetch, held, error)
    except AppError as error:
        _fail(held, error)
    except Exception:
        logger.exception("Fetch %s fell.", fetch.pk)
        _try_later(fetch, held, Unfetched(_("Something went wrong on this server.")))


def _receive(fetch: Fetch, held: QuerySet[Fetch]) -> None:
    upload, offset = fetch.upload, _offset(fetch)
    if upload is None or upload.state == ResumableUpload.State.RECEIVING:
        headers = {"Range": f"bytes={offset}-", "If-Range": fetch.validator} if offset else {}
        with opened(fetch.url, headers, within_s=settings.RAUT_FETCH_MINUTES * 60) as source:
            upload, offset = _goes_on(fetch, held, source, offset)
            upload = take_part(upload=upload, offset=offset, parts=_parts(source))
    else:
        upload = take_part(upload=upload, offset=upload.size_bytes, parts=())
    if upload.job_id is None:
        raise Unfetched(_("%(host)s broke off.") % {"host": fetch.host})
    _end(held, state=Fetch.State.DONE, job=upload.job_id)


def _offset(fetch: Fetch) -> int:
    """How many bytes are stored from which the download can continue."""
    if fetch.upload is None or not fetch.validator:
        return 0
    with suppress(Gone):
        return offset_of(fetch.upload)
    return 0


def _goes_on(fetch: Fetch, held: QuerySet[Fetch], source: Source, offset: int) -> tuple[ResumableUpload, int]:
    """The upload that the source's content goes to, and from where on; a new one where it is not the same any more."""
    if offset and fetch.upload and source.begins_at(offset, fetch.upload.size_bytes):
        return fetch.upload, offset
    if source.status != 200:
        held.update(validator="")
        raise Unfetched(_("%(host)s does not send the file from its beginning.") % {"host": fetch.host})
    if fetch.upload is not None:
        drop_upload(upload=fetch.upload)
    size_bytes = source.size_bytes
    upload = reserve_upload(user=fetch.user, name=fetch.name, size_bytes=size_bytes, given=fetch.given)
    description = {"size_bytes": size_bytes, "validator": source.validator}
    if not held.update(upload=upload, **description):
        drop_upload(upload=upload)
        raise Gone(_("This upload is over. Begin it anew."))
    return upload, 0


def _parts(source: Source) -> Iterator[bytes]:
    _give_connections_back()  # what comes may take an hour, and none of it needs the database
    for part in source.parts():
        yield part
        if is_leaving():
            return


def _give_connections_back() -> None:
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close()


def _try_later(fetch: Fetch, held: QuerySet[Fetch], error: AppError) -> None:
    """Nothing happens to one that was withdrawn, erased or ended meanwhile: it is not there any more."""
    if getattr(error, "is_final", False) or fetch.attempts >= MOST_ATTEMPTS:
        _fail(held, error)
        return
    again = timezone.now() + FIRST_PAUSE * 4 ** (fetch.attempts - 1)
    held.update(state=Fetch.State.QUEUED, lease=None, next_at=again)


def _fail(held: QuerySet[Fetch], error: AppError) -> None:
    for fetch in held.select_related("upload"):
        if fetch.upload is not None and fetch.upload.job_id is None:
            drop_upload(upload=fetch.upload)
    _end(held, state=Fetch.State.FAILED, error_code=error.code, **stored_error(error.message))


def _end(held: QuerySet[Fetch], **outcome: object) -> None:
    held.update(lease=None, finished_at=timezone.now(), url="", name="", given={}, validator="", **outcome)
