"""Uploads while they are received: encrypted from their first byte, so that no plain copy is ever on the disk."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

from webplatform.vault.sealed import SealedWriter, new_key, open_sealed
from webplatform.vault.stored import draft_of, store_file


class SealedUpload(UploadedFile):
    """An upload whose bytes lie sealed on the disk; reading it gives what was sent. Closing it takes the file away.

    Attributes:
        key: that seals it. Only this object has it: what a killed process leaves behind, nobody can read.
        stays: whether the file stays where it is when this object is closed: somebody else takes it away, once it is
            certain that it is kept elsewhere.
    """

    def __init__(self, path: Path, key: bytes, *, name: str, content_type: str, size: int, stays: bool = False) -> None:
        super().__init__(open_sealed(path, key), name, content_type, size)
        self.key = key
        self.stays = stays
        self._path = path

    def settle(self) -> None:
        """Every byte has reached the disk."""
        handle = os.open(self._path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def give_to(self, target: Path) -> None:
        """The sealed file has its place; until this object is closed, it lies where it was as well.

        A process that is killed before the file has its row leaves it to whoever starts again.
        """
        draft = draft_of(target)
        draft.unlink(missing_ok=True)
        try:
            draft.hardlink_to(self._path)
        except OSError:  # another disk, or one without links
            shutil.copyfile(self._path, draft)
        try:
            store_file(draft, target)
        finally:
            draft.unlink(missing_ok=True)

    def close(self) -> None:
        super().close()
        if not self.stays:
            self._path.unlink(missing_ok=True)


class SealedUploads(FileUploadHandler):
    """Seals every upload while it comes in; one that cannot be written or ends too early is taken away."""

    def new_file(self, *args: object, **options: object) -> None:
        super().new_file(*args, **options)
        self._key = new_key()
        handle, path = tempfile.mkstemp(suffix=".upload", dir=settings.FILE_UPLOAD_TEMP_DIR)
        self._path, self._target = Path(path), os.fdopen(handle, "wb")
        self._writer = SealedWriter(self._target, self._key)
        if (body := getattr(self.request, "streamed_body", None)) is not None:
            # Django says nothing where the client goes away; a file that was moved has left this path.
            body.at_end(self.take_away)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        with self._tidied():
            self._writer.write(raw_data)

    def file_complete(self, file_size: int) -> SealedUpload:
        with self._tidied():
            self._writer.finish()
            self._target.close()
            return SealedUpload(
                self._path, self._key, name=self.file_name, content_type=self.content_type, size=file_size
            )

    def upload_interrupted(self) -> None:
        if hasattr(self, "_path"):
            self.take_away()

    def take_away(self) -> None:
        """Nothing of the file that is coming in is left."""
        with suppress(OSError):  # what is still in its buffer cannot be written either
            self._target.close()
        self._path.unlink(missing_ok=True)

    @contextmanager
    def _tidied(self) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self.take_away()
            raise
