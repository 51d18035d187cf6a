"""Resumable uploads: created, continued where they stopped, and submitted when they are complete."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import nullcontext, suppress

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from webplatform.accounts.idempotency_keys import forget_answers
from webplatform.accounts.models import User
from webplatform.analysis.models import AnalysisJob, ResumableUpload
from webplatform.analysis.queue_limits import require_place
from webplatform.analysis.quota import require_quota
from webplatform.analysis.receiving import expiry, forget, gone, mismatch, opened, stored_bytes, take_bytes
from webplatform.analysis.segments import putting_together
from webplatform.analysis.serializers import ResumableIn
from webplatform.analysis.services import accept_video, require_grounds
from webplatform.analysis.upload_metadata import place_of, submission_arguments
from webplatform.analysis.uploads import check_announced, check_upload, telling_full
from webplatform.common.errors import AppError, Conflict, Invalid, Refused, StorageFull, StoreAway
from webplatform.common.rate_limits.limits import consume
from webplatform.common.system.disk import free_bytes, storage_full
from webplatform.vault.appendable_file import GrowingFile, Locked
from webplatform.vault.keys import keep_key, key_of
from webplatform.vault.sealed import new_key, sealed_size
from webplatform.vault.stored import is_remote
from webplatform.vault.uploads import SealedUpload

State = ResumableUpload.State


def begin_upload(*, user: User, name: str, size_bytes: int, given: Mapping[str, str]) -> ResumableUpload:
    """A file of this size may come; everything that can be said against it is said now.

    Raises:
        ConsentMissing, NotAllowed, NotFound, Invalid, TooLarge, StorageFull, QuotaExceeded, QueueFull,
            TooManyAttempts: as `submit_video`.
    """
    consume("upload", user.pk)
    return reserve_upload(user=user, name=name, size_bytes=size_bytes, given=given)


def reserve_upload(*, user: User, name: str, size_bytes: int, given: Mapping[str, str]) -> ResumableUpload:
    """`begin_upload` for a file whose rate was counted already; raises the same otherwise."""
    study, consent = require_grounds(user, place_of(user, _read(given)))
    name = check_announced(name, size_bytes)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)  # two at once do not both take the last room
        require_place(user, study)
        require_quota(user, size_bytes)
        _require_room(size_bytes)
        upload = ResumableUpload.objects.create(
            user=user,
            consent=consent,
            study=study,
            name=name,
            size_bytes=size_bytes,
            given=dict(given),
            expires_at=expiry(),
        )
        try:
            with telling_full():
                key = new_key()
                keep_key(upload.key_name, key)
                if not is_remote():
                    GrowingFile.begin(upload.path, key)
        except BaseException:
            forget(upload)
            raise
    return upload


def take_part(*, upload: ResumableUpload, offset: int, parts: Iterable[bytes]) -> ResumableUpload:
    """What comes follows what is there, as far as it comes; with its last byte the file is handed in.

    Raises:
        Gone: its time is over, or it was taken away meanwhile.
        Invalid: it begins as no video; nothing of it is left.
        Locked: another request is at it.
        OffsetMismatch: so many bytes are not there, or more.
        TooLarge: more came than the file was to have.
        Refused, and what `submit_video` raises: it is whole and not taken; nothing of it is left.
    """
    require_live(upload)
    if upload.state == State.RECEIVING:
        require_grounds(upload.user, place_of(upload.user, _read(upload.given)))
        try:
            take_bytes(upload, offset, parts)
        except Invalid:
            drop_upload(upload=upload)
            raise
        upload.refresh_from_db()
    elif offset != upload.size_bytes:
        raise mismatch(upload.size_bytes)
    return finish_upload(upload=upload) if upload.state == State.COMPLETE else upload


def finish_upload(*, upload: ResumableUpload) -> ResumableUpload:
    """A complete file is a job's; safe to run twice and to kill at any moment.

    Until the job is committed the file stays where it is: a database that goes away in that moment costs nothing.

    Raises:
        Refused, and what `submit_video` raises: it is not taken; nothing of it is left.
        Locked: another request is at it.
        StoreAway, StorageFull: it stays complete, and the housekeeper tries again.
    """
    with opened(upload) if not is_remote() else nullcontext() as file:
        upload.refresh_from_db()
        if upload.state != State.COMPLETE:
            return upload
        if file is not None:
            file.finish()
        try:
            _hand_in(upload)
        except (StoreAway, StorageFull, Locked):  # the housekeeper tries again
            raise
        except AppError as error:
            is_done = ResumableUpload.objects.filter(pk=upload.pk, state=State.DONE).exists()
            if not is_done:  # otherwise another process has done the same meanwhile
                drop_upload(upload=upload)
                raise _final(error) from error
    forget(upload)
    upload.refresh_from_db()
    return upload


def drop_upload(*, upload: ResumableUpload) -> None:
    """Nothing of a file is left that has no job yet; one that has a job stays with it."""
    forget(upload)
    forget_answers(about=[upload.pk])
    ResumableUpload.objects.filter(pk=upload.pk).delete()


def drop_uploads(uploads_to_drop: QuerySet[ResumableUpload]) -> int:
    """The same for several, such as those that a withdrawn consent covered; returns how many."""
    uploads = list(uploads_to_drop)
    for upload in uploads:
        drop_upload(upload=upload)
    return len(uploads)


def tend_uploads() -> int:
    """Uploads whose time is over are gone, and those that were complete when a process ended are handed in.

    Returns how many are gone.
    """
    for upload in ResumableUpload.objects.filter(state=State.COMPLETE, expires_at__gt=timezone.now()):
        with suppress(AppError):  # the upload was refused and removed; the client gets 410
            finish_upload(upload=upload)
    return drop_uploads(ResumableUpload.objects.filter(expires_at__lt=timezone.now()))


def require_live(upload: ResumableUpload) -> None:
    """Raises Gone where nobody can go on with it any more."""
    if upload.expires_at < timezone.now():
        raise gone()


def _hand_in(upload: ResumableUpload) -> None:
    if is_remote():
        with putting_together(upload) as (sealed, held):
            _accept(upload, sealed, held)
        return
    key = key_of(upload.key_name)
    sealed = SealedUpload(upload.path, key, name=upload.name, content_type="", size=upload.size_bytes, stays=True)
    with sealed:
        _accept(upload, sealed, ResumableUpload.objects.filter(pk=upload.pk))


def _accept(upload: ResumableUpload, sealed: SealedUpload, held: QuerySet[ResumableUpload]) -> None:
    def note(job: AnalysisJob) -> None:
        emptied = {"given": {}, "name": "", "rest": b"", "rest_bytes": 0}  # the session has them now
        if not held.update(job=job, state=State.DONE, **emptied):
            raise Locked(_("Another request sends this file at the moment."))  # or has taken it away

    arguments = submission_arguments(upload.user, _read(upload.given))
    accept_video(user=upload.user, checked=check_upload(sealed), **arguments, also=note)


def _final(error: AppError) -> AppError:
    """A conflict would make tus clients ask for the offset and try once more."""
    if not isinstance(error, Conflict):
        return error
    refused = Refused(error.message, **error.details)
    refused.code = error.code
    return refused


def _require_room(size_bytes: int) -> None:
    """What other uploads still have to bring counts as taken."""
    uploads = ResumableUpload.objects.filter(state=State.RECEIVING, expires_at__gt=timezone.now())
    missing = sum(max(0, sealed_size(upload.size_bytes) - stored_bytes(upload.path)) for upload in uploads)
    least = settings.RAUT_MIN_FREE_DISK_MB * 2**20
    if is_remote():  # a file lies on this disk only while it is put together
        missing = 0
    if free_bytes(settings.DATA_DIR) < missing + sealed_size(size_bytes) + least:
        raise storage_full()


def _read(given: Mapping[str, str]) -> dict[str, object]:
    sent = ResumableIn(data=given)
    sent.is_valid(raise_exception=True)
    return sent.validated_data
