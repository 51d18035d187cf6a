"""Uploads that any machine can continue: the bytes are encrypted segments in the object store, listed in rows.

No machine holds a lock, and none keeps a byte for itself: a segment counts once its row does, and of two requests that
bring the same stretch of a file, one is told where to go on. A machine that dies loses what it had not sent to the
store: at most SEGMENT_BYTES, which the client sends again.
"""

from __future__ import annotations

import io
import os
import secrets
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from webplatform.analysis.models import ResumableUpload, UploadSegment
from webplatform.analysis.uploads import telling_full
from webplatform.common.errors import Gone, TooLarge
from webplatform.jobs.heartbeat import Heartbeat
from webplatform.jobs.leases import is_stale
from webplatform.vault.appendable_file import Locked
from webplatform.vault.keys import key_of
from webplatform.vault.sealed import SealedWriter, new_key
from webplatform.vault.stored import name_of, object_store, open_stored, remove_stored
from webplatform.vault.uploads import SealedUpload

SEGMENT_BYTES = 8 * 2**20
COPIED_BYTES = 2**20
State = ResumableUpload.State


class Elsewhere(Exception):
    """Another request was quicker: the file has another length by now."""


def take_segments(upload: ResumableUpload, parts: Iterable[bytes], expires_at: datetime) -> None:
    """What comes follows what is there, as far as it comes.

    Raises:
        Elsewhere: another request goes on with the file.
        TooLarge: more came than the file was to have.
        StoreAway: the store does not answer; what it has counts.
    """
    key, waiting = key_of(upload.key_name), bytearray()
    try:
        for part in parts:
            if upload.received_bytes + len(waiting) + len(part) > upload.size_bytes:
                text = _("More was sent than the %(size)d bytes that were announced.")
                raise TooLarge(text % {"size": upload.size_bytes})
            waiting += part
            if len(waiting) >= SEGMENT_BYTES:
                segment = bytes(waiting)
                waiting.clear()
                _keep(upload, segment, key, expires_at)
    finally:  # also where it broke off, or was too much: the next go follows it
        _keep(upload, bytes(waiting), key, expires_at)


@contextmanager
def putting_together(upload: ResumableUpload) -> Iterator[tuple[SealedUpload, QuerySet[ResumableUpload]]]:
    """The whole file, and its row while nobody else does the same; the lease is given back where it is not used.

    Raises:
        Locked: another process is at it.
    """
    waiting = ResumableUpload.objects.filter(pk=upload.pk, state=State.COMPLETE)
    lease, is_free = uuid4(), Q(lease=None) | is_stale()
    if not waiting.filter(is_free).update(lease=lease, heartbeat_at=timezone.now()):
        raise Locked(_("Another request sends this file at the moment."))
    held = waiting.filter(lease=lease)
    try:
        with Heartbeat(held, hands_back=False), _as_one_file(upload) as sealed:
            yield sealed, held
    finally:
        held.update(lease=None)


def remove_segments(upload: ResumableUpload) -> None:
    """Nothing of it lies in the store, at the latest once the store answers again."""
    UploadSegment.objects.filter(upload=upload).delete()
    remove_stored(upload.segments_folder, is_folder=True)


def _keep(upload: ResumableUpload, content: bytes, key: bytes, expires_at: datetime) -> None:
    """The content is a segment of the file, at its end."""
    if not content:
        return
    start, end = upload.received_bytes, upload.received_bytes + len(content)
    name, sealed = f"{start:020d}-{secrets.token_hex(4)}", io.BytesIO()
    writer = SealedWriter(sealed, key)
    writer.write(content)
    writer.finish()
    sealed.seek(0)
    path = upload.segments_folder / name
    object_store().put(name_of(path), sealed)
    state = State.COMPLETE if end == upload.size_bytes else State.RECEIVING
    follows = ResumableUpload.objects.filter(pk=upload.pk, state=State.RECEIVING, received_bytes=start)
    with transaction.atomic():
        is_ours = bool(follows.update(received_bytes=end, state=state, expires_at=expires_at))
        if is_ours:
            UploadSegment.objects.create(upload=upload, start=start, name=name)
    if not is_ours:
        remove_stored(path)
        raise Elsewhere
    upload.received_bytes, upload.state = end, state


@contextmanager
def _as_one_file(upload: ResumableUpload) -> Iterator[SealedUpload]:
    """The file, put together on this machine's disk under a key of its own."""
    handle, name = tempfile.mkstemp(suffix=".upload", dir=settings.FILE_UPLOAD_TEMP_DIR)
    path, key = Path(name), new_key()
    try:
        with os.fdopen(handle, "wb") as target:
            writer = SealedWriter(target, key)
            with telling_full():
                for piece in _pieces(upload):
                    writer.write(piece)
                writer.finish()
                target.flush()
        with SealedUpload(path, key, name=upload.name, content_type="", size=upload.size_bytes) as sealed:
            yield sealed
    finally:
        path.unlink(missing_ok=True)


def _pieces(upload: ResumableUpload) -> Iterator[bytes]:
    key = key_of(upload.key_name)
    for segment in UploadSegment.objects.filter(upload=upload).order_by("start"):
        try:
            with open_stored(upload.segments_folder / segment.name, key) as file:
                yield from iter(lambda file=file: file.read(COPIED_BYTES), b"")
        except FileNotFoundError as error:
            raise Gone(_("This upload is over. Begin it anew.")) from error
