"""Files that come in several goes: begun, gone on with wherever they stopped, and handed in when they are whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any  # what a serializer has read

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from webplatform.accounts.models import User
from webplatform.accounts.repeated import forget_answers
from webplatform.analysis.given import asked_for, place_of
from webplatform.analysis.kinds import HEAD_BYTES
from webplatform.analysis.models import ResumableUpload
from webplatform.analysis.queue_limits import require_place
from webplatform.analysis.quota import require_quota
from webplatform.analysis.serializers import ResumableIn
from webplatform.analysis.services import accept_video, require_grounds
from webplatform.analysis.uploads import CheckedUpload, check_announced, check_head, check_upload, telling_full
from webplatform.common.disk import free_bytes, storage_full
from webplatform.common.errors import AppError, Conflict, Gone, Invalid, KeyGone, OffsetMismatch, Refused, TooLarge
from webplatform.common.limits import spend
from webplatform.vault.growing import GrowingFile, Rest, held_bytes
from webplatform.vault.keys import erase_key, keep_key, key_of
from webplatform.vault.sealed import new_key, sealed_size
from webplatform.vault.uploads import SealedUpload

State = ResumableUpload.State


def begin_upload(*, user: User, name: str, size_bytes: int, given: Mapping[str, str]) -> ResumableUpload:
    """A file of this size may come; everything that can be said against it is said now.

    Raises:
        ConsentMissing, NotAllowed, NotFound, Invalid, TooLarge, StorageFull, QuotaExceeded, QueueFull,
            TooManyAttempts: as `submit_video`.
    """
    spend("upload", user.pk)
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
            expires_at=_expiry(),
        )
        try:
            with telling_full():
                key = new_key()
                keep_key(upload.key_name, key)
                GrowingFile.begin(upload.path, key)
        except BaseException:
            _forget(upload)
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
        with _opened(upload) as file:
            if file.size_bytes != offset:
                raise _mismatch(file.size_bytes)
            try:
                _append(upload, file, parts if offset else _video(upload, parts))
            except Invalid:
                drop_upload(upload=upload)
                raise
        upload.refresh_from_db()
    elif offset != upload.size_bytes:
        raise _mismatch(upload.size_bytes)
    return finish_upload(upload=upload) if upload.state == State.COMPLETE else upload


def finish_upload(*, upload: ResumableUpload) -> ResumableUpload:
    """A complete file is a job's; safe to run twice and to kill at any moment.

    Until the job is committed the file stays where it is: a database that goes away in that moment costs nothing.

    Raises:
        Refused, and what `submit_video` raises: it is not taken; nothing of it is left.
        Locked: another request is at it.
    """
    with _opened(upload) as file:
        upload.refresh_from_db()
        if upload.state != State.COMPLETE:
            return upload
        file.finish()
        try:
            _hand_in(upload)
        except AppError as error:
            drop_upload(upload=upload)
            raise _final(error) from error
    _forget(upload)
    upload.refresh_from_db()
    return upload


def drop_upload(*, upload: ResumableUpload) -> None:
    """Nothing of a file is left that has no job yet; one that has a job stays with it."""
    _forget(upload)
    forget_answers(about=[upload.pk])
    ResumableUpload.objects.filter(pk=upload.pk).delete()


def drop_uploads(found: QuerySet[ResumableUpload]) -> int:
    """The same for several, such as those that a withdrawn consent covered; returns how many."""
    uploads = list(found)
    for upload in uploads:
        drop_upload(upload=upload)
    return len(uploads)


def tend_uploads() -> int:
    """Uploads whose time is over are gone, and those that were complete when a process ended are handed in.

    Returns how many are gone.
    """
    for upload in ResumableUpload.objects.filter(state=State.COMPLETE, expires_at__gt=timezone.now()):
        with suppress(AppError):  # a refusal took it away; whoever asks for it hears that it is gone
            finish_upload(upload=upload)
    return drop_uploads(ResumableUpload.objects.filter(expires_at__lt=timezone.now()))


def require_live(upload: ResumableUpload) -> None:
    """Raises Gone where nobody can go on with it any more."""
    if upload.expires_at < timezone.now():
        raise _gone()


def offset_of(upload: ResumableUpload) -> int:
    """How many bytes have come; raises Gone where the file is not there."""
    if upload.state == State.DONE or (upload.state == State.COMPLETE and upload.path.is_file()):
        return upload.size_bytes
    try:
        return held_bytes(upload.path, _rest_of(upload), upload.rest_bytes)
    except FileNotFoundError as error:
        raise _gone() from error


def _opened(upload: ResumableUpload) -> GrowingFile:
    def read_rest() -> tuple[Rest | None, bool]:
        now = ResumableUpload.objects.filter(pk=upload.pk).first()
        if now is None or now.state == State.DONE:  # what lies there is the session's file by now
            raise _gone()
        return _rest_of(now), now.state != State.RECEIVING

    try:
        return GrowingFile(upload.path, key_of(upload.key_name), read_rest)
    except (FileNotFoundError, KeyGone) as error:
        raise _gone() from error


def _append(upload: ResumableUpload, file: GrowingFile, parts: Iterable[bytes]) -> None:
    """Keep what came, also where it broke off or was too much: the next go follows it."""
    try:
        with telling_full():
            for part in parts:
                if file.size_bytes + len(part) > upload.size_bytes:
                    text = _("More was sent than the %(size)d bytes that were announced.")
                    raise TooLarge(text % {"size": upload.size_bytes})
                file.write(part)
                if not upload.path.exists():  # withdrawn, erased or ended by another request
                    raise _gone()
    finally:
        _pause(upload, file)


def _video(upload: ResumableUpload, parts: Iterable[bytes]) -> Iterator[bytes]:
    """The parts of a file; raises Invalid as soon as it can be told that it is no video."""
    head, is_told = b"", False
    for part in parts:
        head = head if is_told else head + part
        if not is_told and len(head) >= HEAD_BYTES:
            check_head(upload.name, head[:HEAD_BYTES], upload.size_bytes)
            is_told = True
        yield part


def _pause(upload: ResumableUpload, file: GrowingFile) -> None:
    rest, is_complete = file.pause(), file.size_bytes == upload.size_bytes
    changed = ResumableUpload.objects.filter(pk=upload.pk, state=State.RECEIVING).update(
        rest=rest.sealed,
        rest_number=rest.number,
        rest_bytes=file.rest_bytes,
        state=State.COMPLETE if is_complete else State.RECEIVING,
        expires_at=_expiry(),
    )
    if not changed:
        _forget(upload)
        raise _gone()


def _hand_in(upload: ResumableUpload) -> None:
    asked, key = asked_for(upload.user, _read(upload.given)), key_of(upload.key_name)
    sealed = SealedUpload(upload.path, key, name=upload.name, content_type="", size=upload.size_bytes, stays=True)
    with sealed:
        _accept(upload, check_upload(sealed), asked)


@transaction.atomic
def _accept(upload: ResumableUpload, checked: CheckedUpload, asked: dict[str, Any]) -> None:
    job = accept_video(user=upload.user, checked=checked, **asked)
    kept = {"given": {}, "name": "", "rest": b"", "rest_bytes": 0}  # the session has them now
    ResumableUpload.objects.filter(pk=upload.pk).update(job=job, state=State.DONE, **kept)


def _final(error: AppError) -> AppError:
    """A conflict would make tus clients ask for the offset and try once more."""
    if not isinstance(error, Conflict):
        return error
    refused = Refused(error.message, **error.details)
    refused.code = error.code
    return refused


def _forget(upload: ResumableUpload) -> None:
    erase_key(upload.key_name)
    upload.path.unlink(missing_ok=True)  # at once, too: without its key nobody can go on with it


def _require_room(size_bytes: int) -> None:
    """What other uploads still have to bring counts as taken."""
    coming = ResumableUpload.objects.filter(state=State.RECEIVING, expires_at__gt=timezone.now())
    missing = sum(max(0, sealed_size(upload.size_bytes) - _stored_bytes(upload.path)) for upload in coming)
    least = settings.RAUT_MIN_FREE_DISK_MB * 2**20
    if free_bytes(settings.DATA_DIR) < missing + sealed_size(size_bytes) + least:
        raise storage_full()


def _stored_bytes(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _read(given: Mapping[str, str]) -> dict[str, object]:
    sent = ResumableIn(data=given)
    sent.is_valid(raise_exception=True)
    return sent.validated_data


def _rest_of(upload: ResumableUpload) -> Rest | None:
    return Rest(upload.rest_number, bytes(upload.rest)) if upload.rest else None


def _expiry() -> datetime:
    return timezone.now() + timedelta(hours=settings.RAUT_UPLOAD_HOURS)


def _mismatch(offset: int) -> OffsetMismatch:
    text = _("So far %(offset)d bytes have come: go on from there.")
    return OffsetMismatch(text % {"offset": offset}, offset=offset)


def _gone() -> Gone:
    return Gone(_("This upload is over. Begin it anew."))
