"""Where the bytes of an upload are stored while they arrive: in a growing file, or in the object store."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from webplatform.analysis.file_types import HEAD_BYTES
from webplatform.analysis.models import ResumableUpload
from webplatform.analysis.segments import Elsewhere, remove_segments, take_segments
from webplatform.analysis.uploads import check_head, telling_full
from webplatform.common.errors import Gone, KeyGone, OffsetMismatch, TooLarge
from webplatform.vault.appendable_file import GrowingFile, Rest, held_bytes
from webplatform.vault.keys import erase_key, key_of
from webplatform.vault.stored import is_remote

State = ResumableUpload.State


def take_bytes(upload: ResumableUpload, offset: int, parts: Iterable[bytes]) -> None:
    """What comes follows what is there, as far as it comes.

    Raises:
        Gone, Invalid, Locked, OffsetMismatch, TooLarge, StoreAway: as `take_part`.
    """
    (_take_segments if is_remote() else _take_growing)(upload, offset, parts)


def offset_of(upload: ResumableUpload) -> int:
    """How many bytes have come; raises Gone where the file is not there."""
    if is_remote():
        return upload.size_bytes if upload.state != State.RECEIVING else upload.received_bytes
    if upload.state == State.DONE or (upload.state == State.COMPLETE and upload.path.is_file()):
        return upload.size_bytes
    try:
        return held_bytes(upload.path, _rest_of(upload), upload.rest_bytes)
    except FileNotFoundError as error:
        raise gone() from error


def forget(upload: ResumableUpload) -> None:
    """Nobody can go on with the file, and nothing of it is left."""
    erase_key(upload.key_name)
    upload.path.unlink(missing_ok=True)  # at once, too: without its key nobody can go on with it
    if is_remote():
        remove_segments(upload)


def _take_growing(upload: ResumableUpload, offset: int, parts: Iterable[bytes]) -> None:
    with opened(upload) as file:
        if file.size_bytes != offset:
            raise mismatch(file.size_bytes)
        _append(upload, file, parts if offset else _video(upload, parts))


def opened(upload: ResumableUpload) -> GrowingFile:
    """The growing file, opened to go on with it; raises Gone and Locked."""

    def read_rest() -> tuple[Rest | None, bool]:
        now = ResumableUpload.objects.filter(pk=upload.pk).first()
        if now is None or now.state == State.DONE:  # what lies there is the session's file by now
            raise gone()
        return _rest_of(now), now.state != State.RECEIVING

    try:
        return GrowingFile(upload.path, key_of(upload.key_name), read_rest)
    except (FileNotFoundError, KeyGone) as error:
        raise gone() from error


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
                    raise gone()
    finally:
        _pause(upload, file)


def _video(upload: ResumableUpload, parts: Iterable[bytes]) -> Iterator[bytes]:
    """The parts of a file; raises Invalid as soon as it can be told that it is no video."""
    head, is_checked = b"", False
    for part in parts:
        head = head if is_checked else head + part
        if not is_checked and len(head) >= HEAD_BYTES:
            check_head(upload.name, head[:HEAD_BYTES], upload.size_bytes)
            is_checked = True
        yield part


def _pause(upload: ResumableUpload, file: GrowingFile) -> None:
    rest, is_complete = file.pause(), file.size_bytes == upload.size_bytes
    changed = ResumableUpload.objects.filter(pk=upload.pk, state=State.RECEIVING).update(
        rest=rest.sealed,
        rest_number=rest.number,
        rest_bytes=file.rest_bytes,
        state=State.COMPLETE if is_complete else State.RECEIVING,
        expires_at=expiry(),
    )
    if not changed:
        forget(upload)
        raise gone()


def _rest_of(upload: ResumableUpload) -> Rest | None:
    return Rest(upload.rest_number, bytes(upload.rest)) if upload.rest else None


def stored_bytes(path: Path) -> int:
    """How much lies there."""
    return path.stat().st_size if path.exists() else 0


def _take_segments(upload: ResumableUpload, offset: int, parts: Iterable[bytes]) -> None:
    if upload.received_bytes != offset:
        raise mismatch(upload.received_bytes)
    try:
        take_segments(upload, parts if offset else _video(upload, parts), expiry())
    except KeyGone as error:
        raise gone() from error
    except Elsewhere as error:
        now = ResumableUpload.objects.filter(pk=upload.pk).first()
        raise (mismatch(offset_of(now)) if now else gone()) from error


def expiry() -> datetime:
    """Until when an upload that came as far as it did now can go on."""
    return timezone.now() + timedelta(hours=settings.RAUT_UPLOAD_HOURS)


def mismatch(offset: int) -> OffsetMismatch:
    """The refusal of bytes that do not follow what is there."""
    text = _("So far %(offset)d bytes have come: go on from there.")
    return OffsetMismatch(text % {"offset": offset}, offset=offset)


def gone() -> Gone:
    """The refusal of an upload that is over."""
    return Gone(_("This upload is over. Begin it anew."))
