"""Accept a file: check it without decoding, hash it, and store it encrypted, completely or not at all."""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePath

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from inference import VIDEO_ENDINGS
from webplatform.analysis.file_types import HEAD_BYTES, is_picture, video_type
from webplatform.common.errors import Invalid, TooLarge
from webplatform.common.input.text import shown_text
from webplatform.common.system.disk import free_bytes, is_full, storage_full
from webplatform.history.media import SEALED
from webplatform.vault.sealed import new_key, seal_copy, sealed_size
from webplatform.vault.stored import draft_of, store_file
from webplatform.vault.uploads import SealedUpload

EXTENSIONS = tuple(sorted(VIDEO_ENDINGS))
MAX_NAME = 200
COPIED_BYTES = 2**20


@dataclass(frozen=True, slots=True)
class CheckedUpload:
    """An upload that may be kept.

    Args:
        file: as Django received it.
        name: as the user called it, without folders and control characters; for display only.
        content_type: by what the bytes are, not by what the browser said.
        sha256: of the content, hex.
    """

    file: UploadedFile
    name: str
    content_type: str
    sha256: str

    @property
    def stored_name(self) -> str:
        """What the file is called on the disk: nothing of it comes from the user."""
        return "media." + self.content_type.rsplit("/", 1)[1].removeprefix("x-") + SEALED


def check_upload(upload: UploadedFile) -> CheckedUpload:
    """The upload is a video by its size and its first bytes, whatever else but a page it is called.

    Raises:
        Invalid: it is empty or no video of a kind that is accepted.
        TooLarge: it is over RAUT_MAX_UPLOAD_MB.
        StorageFull: keeping it would leave less free space than RAUT_MIN_FREE_DISK_MB.
    """
    name = check_announced(upload.name or "", upload.size or 0)
    content_type = check_head(name, _read_head(upload), upload.size)
    _refuse_when_full(upload)
    with telling_full():
        _settle(upload)
    return CheckedUpload(upload, name, content_type, _hash(upload))


def check_announced(name: str, size_bytes: int) -> str:
    """What a file may be by its name and its size, before a byte of it has come; returns the name, cleaned.

    Raises:
        Invalid: it is empty, or called as a page is.
        TooLarge: it is over RAUT_MAX_UPLOAD_MB.
    """
    name = _clean_name(name)
    if not size_bytes:
        raise Invalid(_("“%(name)s” is empty.") % {"name": name})
    if size_bytes > settings.RAUT_MAX_UPLOAD_MB * 2**20:
        limit = {"name": name, "limit": settings.RAUT_MAX_UPLOAD_MB}
        raise TooLarge(_("“%(name)s” is larger than the limit of %(limit)s MB.") % limit)
    if _is_called_a_page(name):
        raise _no_video(name)
    return name


def check_head(name: str, head: bytes, size_bytes: int) -> str:
    """The content type of a video of this size that begins so; raises Invalid where it begins as none."""
    content_type = video_type(head, size_bytes, is_webm=name.lower().endswith(".webm"))
    if is_picture(head):
        raise Invalid(_("“%(name)s” is a picture or an animation. Save it as a video, such as MP4.") % {"name": name})
    if content_type is None:
        raise _no_video(name)
    return content_type


def _no_video(name: str) -> Invalid:
    kinds = {"name": name, "kinds": ", ".join(EXTENSIONS)}
    return Invalid(_("“%(name)s” is not a video that can be analysed. Accepted are: %(kinds)s.") % kinds)


def keep_upload(checked: CheckedUpload, folder: Path) -> bytes:
    """The file lies in `folder`, whole and sealed, under its stored name; returns the key that opens it.

    Raises:
        StorageFull, StoreAway: there was no room, or no store; nothing of it is left.
    """
    target = folder / checked.stored_name
    with telling_full():
        if isinstance(checked.file, SealedUpload):
            checked.file.give_to(target)
            return checked.file.key
        key, part = new_key(), draft_of(target)
        try:
            seal_copy(checked.file.open("rb").chunks(COPIED_BYTES), part, key)
            store_file(part, target)
        finally:
            part.unlink(missing_ok=True)
    return key


@contextmanager
def telling_full() -> Iterator[None]:
    """Raise StorageFull if the disk gets full inside the block."""
    try:
        yield
    except OSError as error:
        if not is_full(error):
            raise
        raise storage_full() from error


def _clean_name(name: str) -> str:
    last = PurePath(name.replace("\\", "/")).name
    clean = shown_text(last)
    stem, suffix = PurePath(clean).stem, PurePath(clean).suffix[:10]
    return (stem[: MAX_NAME - len(suffix)] + suffix) or "video"


def _is_called_a_page(name: str) -> bool:
    """Whether a file has the name of something that browsers run or show as a page, whatever is in it."""
    if PurePath(name).suffix.lower() in EXTENSIONS:
        return False
    guessed = mimetypes.guess_type(name)[0] or ""
    return guessed.startswith("text/") or guessed.endswith(("xml", "javascript", "x-httpd-php"))


def _read_head(upload: UploadedFile) -> bytes:
    upload.seek(0)
    head = upload.read(HEAD_BYTES)
    upload.seek(0)
    return head


def _refuse_when_full(upload: UploadedFile) -> None:
    moved = isinstance(upload, SealedUpload)  # it lies on the disk already
    needed = settings.RAUT_MIN_FREE_DISK_MB * 2**20 + (0 if moved else sealed_size(upload.size))
    if free_bytes(settings.DATA_DIR) < needed:
        raise storage_full()


def _settle(upload: UploadedFile) -> None:
    # Here and not only in its place: two gigabytes may take many seconds to reach the disk, and the file gets its
    # place in a transaction, which on SQLite is the only one that can write.
    if isinstance(upload, SealedUpload):
        upload.settle()


def _hash(upload: UploadedFile) -> str:
    digest = hashlib.sha256()
    upload.seek(0)
    for chunk in upload.chunks(2**20):
        digest.update(chunk)
    upload.seek(0)
    return digest.hexdigest()
