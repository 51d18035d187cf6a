"""An encrypted file that arrives in parts: bytes that do not fill a piece wait beside it, encrypted.

A piece is sealed once and never again with other content, so that no nonce serves twice. What the file holds decides
how much has come: a process that is killed loses at most the piece that it was at.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from cryptography.exceptions import InvalidTag
from django.utils.translation import gettext as _

from webplatform.common.errors import AppError
from webplatform.vault.sealed import HEADER_BYTES, MAGIC, PIECE_BYTES, SEALED_BYTES, SealedWriter, cipher_of, damaged

_INFO = b"raut sealed rest"
_NONCE_BYTES = 12


class Locked(AppError):
    """Somebody else writes to it at the moment."""

    code = "locked"
    status = 423


@dataclass(frozen=True, slots=True)
class Rest:
    """What came after the last full piece.

    Args:
        number: of the piece that it will be part of.
        sealed: a nonce, and AES-256-GCM of 0 to PIECE_BYTES bytes; additional data: the file's header, the number.
    """

    number: int
    sealed: bytes


class GrowingFile:
    """A sealed file, opened to go on with it by one process alone.

    Args:
        path: of a file that `begin` made.
        key: that seals it.
        read_rest: gives what `pause` gave the last time, None: nothing yet, and whether the file ends with it,
            whatever of a last piece was written already; called when nobody else can write any more.
    Raises:
        FileNotFoundError: it is gone.
        Locked: another process, or another thread, is at it.
        Damaged: it is not what was written.
    """

    def __init__(self, path: Path, key: bytes, read_rest: Callable[[], tuple[Rest | None, bool]]) -> None:
        self._file = path.open("r+b")
        try:
            _lock(self._file.fileno())
            rest, is_ended = read_rest()
            self._key, self._header = key, self._file.read(HEADER_BYTES)
            if not self._header.startswith(MAGIC):
                raise damaged()
            pieces = (os.fstat(self._file.fileno()).st_size - HEADER_BYTES) // SEALED_BYTES
            if rest is not None and (rest.number > pieces or (is_ended and rest.number < pieces - 1)):
                raise damaged()
            pieces = rest.number if rest is not None and is_ended else pieces
            self._file.truncate(HEADER_BYTES + pieces * SEALED_BYTES)  # half a piece of a process that was killed
            self._file.seek(0, os.SEEK_END)
            self._writer = SealedWriter.resumed(self._file, key, self._header, pieces)
            if rest is not None and rest.number == pieces:
                self._writer.write(self._opened(rest))
        except BaseException:
            self._file.close()
            raise

    @staticmethod
    def begin(path: Path, key: bytes) -> None:
        """There is a new sealed file to go on with."""
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            SealedWriter(file, key)

    @property
    def size_bytes(self) -> int:
        """How much has come."""
        return self._writer.number * PIECE_BYTES + len(self._writer.waiting)

    @property
    def rest_bytes(self) -> int:
        """How much of that fills no piece yet."""
        return len(self._writer.waiting)

    def write(self, content: bytes) -> None:
        """The content follows what is there."""
        self._writer.write(content)

    def pause(self) -> Rest:
        """Write full pieces to the disk; the caller keeps the rest and continues from here."""
        self._settle()
        nonce, number = secrets.token_bytes(_NONCE_BYTES), self._writer.number
        return Rest(number, nonce + self._cipher.encrypt(nonce, self._writer.waiting, self._about(number)))

    def finish(self) -> None:
        """The file is whole and has reached the disk; it is one like any other that was sealed."""
        self._writer.finish()
        self._settle()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()  # and the lock with it

    @property
    def _cipher(self):  # type: ignore[no-untyped-def]  # AESGCM
        return cipher_of(self._key, self._header, _INFO)

    def _about(self, number: int) -> bytes:
        return self._header + number.to_bytes(8, "big")

    def _opened(self, rest: Rest) -> bytes:
        nonce, sealed = rest.sealed[:_NONCE_BYTES], rest.sealed[_NONCE_BYTES:]
        try:
            return self._cipher.decrypt(nonce, sealed, self._about(rest.number))
        except InvalidTag as error:
            raise damaged() from error

    def _settle(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())


def held_bytes(path: Path, rest: Rest | None, rest_bytes: int) -> int:
    """How much a growing file holds, told without opening it: also while somebody writes to it.

    Raises FileNotFoundError.
    """
    pieces = max(0, path.stat().st_size - HEADER_BYTES) // SEALED_BYTES
    return pieces * PIECE_BYTES + (rest_bytes if rest is not None and rest.number == pieces else 0)


def _lock(handle: int) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise Locked(_("Another request sends this file at the moment.")) from error
