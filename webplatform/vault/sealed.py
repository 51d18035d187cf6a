"""An encrypted file: encrypted piece by piece, so that it can be written as a stream and read from any position.

    file   = header, piece 0, piece 1 … last piece
    header = "RAUTSEAL", version (1 byte), three zero bytes, salt (32 bytes)
    piece  = AES-256-GCM of 64 KiB of content (the last: 0 to 64 KiB), 16 bytes longer than that
    key    = HKDF-SHA256(the session's key, the salt): another one for each file
    nonce  = the piece's number (11 bytes), then 1 for the last piece, else 0; additional data: the header

No piece can be changed, moved, repeated, left out at the end or brought in from another file without being noticed.
Source: STREAM, of Hoang, Reyhanitabar, Rogaway and Vizár, "Online Authenticated-Encryption and its Nonce-Reuse
Misuse-Resistance" (2015), with the key of each file derived as Google's Tink does it (AES-GCM-HKDF).
"""

from __future__ import annotations

import io
import os
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.utils.translation import gettext as _

from webplatform.common.errors import Damaged

KEY_BYTES = 32
PIECE_BYTES = 64 * 1024
MAGIC = b"RAUTSEAL\x01\x00\x00\x00"
_SALT_BYTES = 32
HEADER_BYTES = len(MAGIC) + _SALT_BYTES
TAG_BYTES = 16
SEALED_BYTES = PIECE_BYTES + TAG_BYTES


def new_key() -> bytes:
    """A key that nobody has yet."""
    return secrets.token_bytes(KEY_BYTES)


def sealed_size(size_bytes: int) -> int:
    """How large a file of so many bytes is once it is sealed."""
    return HEADER_BYTES + size_bytes + TAG_BYTES * max(1, -(-size_bytes // PIECE_BYTES))


class SealedWriter:
    """Seals what is written to it; the file is whole once `finish` was called.

    Args:
        target: a new file, opened for writing; the caller closes it.
        key: KEY_BYTES bytes.
    """

    def __init__(self, target: IO[bytes], key: bytes) -> None:
        self._target = target
        self._header = MAGIC + secrets.token_bytes(_SALT_BYTES)
        self._cipher = cipher_of(key, self._header)
        self._waiting = bytearray()
        self._number = 0
        target.write(self._header)

    @classmethod
    def resumed(cls, target: IO[bytes], key: bytes, header: bytes, number: int) -> SealedWriter:
        """A writer that continues at piece `number` of a file with this header; the target is at that position."""
        writer = cls(io.BytesIO(), key)
        writer._target, writer._header, writer._number = target, header, number
        writer._cipher = cipher_of(key, header)
        return writer

    @property
    def number(self) -> int:
        """How many pieces are sealed."""
        return self._number

    @property
    def waiting(self) -> bytes:
        """What came after them, at most PIECE_BYTES."""
        return bytes(self._waiting)

    def write(self, content: bytes) -> int:
        """Seal the content as far as it fills pieces; the rest waits for more."""
        self._waiting += content
        while len(self._waiting) > PIECE_BYTES:  # a full piece waits, too: it may be the last one
            self._seal(bytes(self._waiting[:PIECE_BYTES]), is_last=False)
            del self._waiting[:PIECE_BYTES]
        return len(content)

    def finish(self) -> None:
        """Seal what waits as the last piece."""
        self._seal(bytes(self._waiting), is_last=True)
        self._waiting.clear()

    def _seal(self, content: bytes, *, is_last: bool) -> None:
        self._target.write(self._cipher.encrypt(_nonce(self._number, is_last), content, self._header))
        self._number += 1


class SealedBytes(Protocol):
    """Where a sealed file's bytes come from."""

    name: str
    size_bytes: int

    def read_at(self, start: int, length: int) -> bytes:
        """So many bytes from `start` on, or fewer where the file ends."""

    def close(self) -> None:
        """Nothing more is read."""


class LocalBytes:
    """A sealed file's bytes on the disk."""

    def __init__(self, path: Path) -> None:
        self.name = str(path)
        self._file = path.open("rb", buffering=0)
        self.size_bytes = os.fstat(self._file.fileno()).st_size

    def read_at(self, start: int, length: int) -> bytes:
        """So many bytes from `start` on, or fewer where the file ends."""
        return os.pread(self._file.fileno(), length, start)

    def close(self) -> None:
        """The file is closed."""
        self._file.close()


class SealedFile(io.RawIOBase):
    """The content of a sealed file, readable from any place in memory for one piece.

    Opening reads the last piece, so that a file that was cut off is noticed at once and not at its end.

    Args:
        source: of its bytes; closed with it.
        key: that it was sealed with.
    Raises:
        Damaged: on opening or reading: the file was changed or cut off, or was sealed with another key.
    """

    def __init__(self, source: SealedBytes, key: bytes) -> None:
        super().__init__()
        self.name = source.name
        self._offset = 0
        self._piece_number, self._piece = -1, b""
        self._source = source
        try:
            self._header = source.read_at(0, HEADER_BYTES)
            stored_bytes = source.size_bytes - HEADER_BYTES
            if not self._header.startswith(MAGIC) or stored_bytes < TAG_BYTES:
                raise damaged()
            self._cipher = cipher_of(key, self._header)
            self._last = (stored_bytes - 1) // SEALED_BYTES
            self.size_bytes = stored_bytes - TAG_BYTES * (self._last + 1)
            self._open_piece(self._last)
        except BaseException:
            source.close()
            raise

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        starts = {io.SEEK_SET: 0, io.SEEK_CUR: self._offset, io.SEEK_END: self.size_bytes}
        self._offset = max(0, starts[whence] + offset)
        return self._offset

    def tell(self) -> int:
        return self._offset

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # io's own type is private
        if self._offset >= self.size_bytes:
            return 0
        number, start = divmod(self._offset, PIECE_BYTES)
        data = memoryview(self._open_piece(number))[start : start + len(buffer)]
        buffer[: len(data)] = data
        self._offset += len(data)
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._source.close()
            self._piece = b""
        super().close()

    def _open_piece(self, number: int) -> bytes:
        if number != self._piece_number:
            sealed = self._source.read_at(HEADER_BYTES + number * SEALED_BYTES, SEALED_BYTES)
            try:
                self._piece = self._cipher.decrypt(_nonce(number, number == self._last), sealed, self._header)
            except InvalidTag as error:
                raise damaged() from error
            self._piece_number = number
        return self._piece


def open_sealed(path: Path, key: bytes) -> io.BufferedReader:
    """The content of a sealed file, opened for reading; closing it closes the file.

    Raises:
        Damaged: at once or on reading: the file was changed or cut off, or was sealed with another key.
    """
    return io.BufferedReader(SealedFile(LocalBytes(path), key), PIECE_BYTES)


def seal_copy(pieces: Iterable[bytes], target: Path, key: bytes) -> None:
    """The content lies in `target`, sealed."""
    with target.open("wb") as out:
        writer = SealedWriter(out, key)
        for piece in pieces:
            writer.write(piece)
        writer.finish()
        out.flush()
        os.fsync(out.fileno())


def cipher_of(key: bytes, header: bytes, info: bytes = b"raut sealed file") -> AESGCM:
    """What seals the pieces of the file with this header, or with another `info` something beside it."""
    derive = HKDF(SHA256(), KEY_BYTES, salt=header[len(MAGIC) :], info=info)
    return AESGCM(derive.derive(key))


def _nonce(number: int, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])


def damaged() -> Damaged:
    """The refusal that a user reads where a sealed file is not as it was written."""
    return Damaged(_("The stored file is damaged or was changed: it cannot be read."))
