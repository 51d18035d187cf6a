"""Read an encrypted file from the object store: in blocks, ahead of the reader, in bounded memory."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from webplatform.vault.sealed import HEADER_BYTES, SEALED_BYTES, damaged

if TYPE_CHECKING:  # it brings boto3, which costs every process 40 MB
    from webplatform.vault.objects import ObjectStore

BLOCK_BYTES = 4 * SEALED_BYTES  # what a jump costs: 256 KiB
MOST_AHEAD = 16  # blocks, 4 MiB: what a request fetches at most for who reads on
MOST_KEPT = 32  # blocks, 8 MiB: audio and video of a file may lie apart, and are read in turns


class RemoteBytes:
    """Reads an object in ranges. One request fetches one block where the reader jumped, twice as many where it goes on.

    Args:
        store: that holds it.
        name: of the object.
    Raises:
        FileNotFoundError: there is none.
        StoreAway: here or on reading.
    """

    def __init__(self, store: ObjectStore, name: str) -> None:
        self.name = name
        self._store = store
        self._blocks: OrderedDict[int, bytes] = OrderedDict()
        self._next, self._ahead = -1, 1
        first, self.size_bytes = store.read(name, 0, HEADER_BYTES + BLOCK_BYTES)
        self._keep(0, first[HEADER_BYTES:])
        self._header = first[:HEADER_BYTES]

    def read_at(self, start: int, length: int) -> bytes:
        """So many bytes from `start` on, or fewer where the file ends."""
        end = min(start + length, self.size_bytes)
        data = bytearray(self._header[start:end])
        while start + len(data) < end:
            number, offset = divmod(start + len(data) - HEADER_BYTES, BLOCK_BYTES)
            data += self._block(number)[offset : offset + end - start - len(data)]
        return bytes(data)

    def close(self) -> None:
        """What was fetched is forgotten."""
        self._blocks.clear()

    def _block(self, number: int) -> bytes:
        if number not in self._blocks:
            self._fetch(number)
        self._blocks.move_to_end(number)
        return self._blocks[number]

    def _fetch(self, number: int) -> None:
        self._ahead = min(2 * self._ahead, MOST_AHEAD) if number == self._next else 1
        start, length = HEADER_BYTES + number * BLOCK_BYTES, self._ahead * BLOCK_BYTES
        content, size_bytes = self._store.read(self.name, start, length)
        if size_bytes != self.size_bytes or len(content) < min(length, size_bytes - start):
            raise damaged()  # another object has its name now
        for offset in range(0, len(content), BLOCK_BYTES):
            self._keep(number + offset // BLOCK_BYTES, content[offset : offset + BLOCK_BYTES])
        self._next = number + -(-len(content) // BLOCK_BYTES)

    def _keep(self, number: int, content: bytes) -> None:
        self._blocks[number] = content
        while len(self._blocks) > MOST_KEPT:
            self._blocks.popitem(last=False)
