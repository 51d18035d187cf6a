"""Sealed files: what was written is read again, from anywhere, and nothing else is."""

import io
import os
from pathlib import Path

import pytest

from webplatform.common.errors import Damaged
from webplatform.vault.sealed import PIECE_BYTES, SealedWriter, new_key, open_sealed, sealed_size

SIZES = [0, 1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 3 * PIECE_BYTES, 3 * PIECE_BYTES + 7]
HEADER = 44
PIECE = PIECE_BYTES + 16


@pytest.fixture
def seal(tmp_path):
    """`seal(content, key)`: the path of a new sealed file."""

    def write(content, key, name="a.sealed"):
        path = tmp_path / name
        with path.open("wb") as target:
            writer = SealedWriter(target, key)
            for start in range(0, len(content), 1000):
                writer.write(content[start : start + 1000])
            writer.finish()
        return path

    return write


def read(path, key):
    with open_sealed(path, key) as file:
        return file.read()


@pytest.mark.parametrize("size", SIZES)
def test_what_was_sealed_is_read_again(seal, size):
    content, key = os.urandom(size), new_key()
    path = seal(content, key)
    assert read(path, key) == content
    assert path.stat().st_size == sealed_size(size)


def test_any_part_can_be_read_without_the_parts_before_it(seal):
    content, key = os.urandom(3 * PIECE_BYTES + 7), new_key()
    with open_sealed(seal(content, key), key) as file:
        for start in (PIECE_BYTES * 2 + 5, 0, PIECE_BYTES - 3, len(content) - 4, len(content) + 9):
            assert file.seek(start) == start
            assert file.read(10) == content[start : start + 10]
        assert file.seek(-7, io.SEEK_END) == len(content) - 7
        assert file.seek(3, io.SEEK_CUR) == len(content) - 4


def test_nothing_of_the_content_is_on_the_disk(seal):
    content = b"a face, plain to see " * 5000
    assert content[:21] not in seal(content, new_key()).read_bytes()


def test_the_same_content_under_the_same_key_never_looks_the_same(seal):
    key, content = new_key(), bytes(PIECE_BYTES)
    first, second = (seal(content, key, name).read_bytes() for name in ("a", "b"))
    assert first[HEADER:] != second[HEADER:]


def test_another_key_opens_nothing(seal):
    path = seal(b"content", new_key())
    with pytest.raises(Damaged):
        open_sealed(path, new_key())


@pytest.mark.parametrize("place", [0, 8, 20, HEADER, HEADER + PIECE_BYTES, HEADER + PIECE + 5, -1])
def test_one_changed_bit_is_noticed(seal, place):
    key = new_key()
    path = seal(os.urandom(2 * PIECE_BYTES + 9), key)
    changed = bytearray(path.read_bytes())
    changed[place] ^= 1
    path.write_bytes(changed)
    with pytest.raises(Damaged):
        read(path, key)


@pytest.mark.parametrize(
    "kept", [0, 7, HEADER, HEADER + 10, HEADER + PIECE, HEADER + 2 * PIECE, HEADER + 2 * PIECE + 9]
)
def test_a_file_that_was_cut_off_is_noticed_on_opening(seal, kept):
    key = new_key()
    path = seal(os.urandom(2 * PIECE_BYTES + 9), key)
    os.truncate(path, kept)
    with pytest.raises(Damaged):
        open_sealed(path, key)


def test_something_added_at_the_end_is_noticed_on_opening(seal):
    key = new_key()
    path = seal(os.urandom(2 * PIECE_BYTES), key)
    path.write_bytes(path.read_bytes() + bytes(PIECE))
    with pytest.raises(Damaged):
        open_sealed(path, key)


def test_pieces_that_changed_places_are_noticed(seal):
    key = new_key()
    path = seal(os.urandom(3 * PIECE_BYTES), key)
    sealed = path.read_bytes()
    first, second = sealed[HEADER:][:PIECE], sealed[HEADER + PIECE :][:PIECE]
    path.write_bytes(sealed[:HEADER] + second + first + sealed[HEADER + 2 * PIECE :])
    with pytest.raises(Damaged):
        read(path, key)


def test_a_piece_of_another_file_under_the_same_key_is_noticed(seal):
    key, content = new_key(), os.urandom(2 * PIECE_BYTES)
    path, other = seal(content, key), seal(content, key, "b").read_bytes()
    sealed = path.read_bytes()
    path.write_bytes(sealed[:HEADER] + other[HEADER:][:PIECE] + sealed[HEADER + PIECE :])
    with pytest.raises(Damaged):
        read(path, key)


def test_a_refused_file_is_closed_again(seal):
    path = seal(b"content", new_key())
    before = len(list(Path("/proc/self/fd").iterdir()))
    with pytest.raises(Damaged):
        open_sealed(path, new_key())
    assert len(list(Path("/proc/self/fd").iterdir())) == before
