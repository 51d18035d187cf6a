"""Uploads on their way in: never plain on the disk, and gone when nobody wants them."""

import pytest

from tests.full_disk import files_end_at
from webplatform.common.system.disk import is_full
from webplatform.vault.sealed import open_sealed
from webplatform.vault.uploads import SealedUploads

CONTENT = b"a face, plain to see " * 10_000


@pytest.fixture
def handler():
    handler = SealedUploads()
    handler.new_file("file", "clip.mp4", "video/mp4", None)
    return handler


def send(handler, content=CONTENT):
    for start in range(0, len(content), handler.chunk_size):
        handler.receive_data_chunk(content[start : start + handler.chunk_size], start)
    return handler.file_complete(len(content))


def test_an_upload_reads_as_it_was_sent_and_lies_sealed(handler, tmp_path):
    with send(handler) as upload:
        assert (upload.name, upload.content_type, upload.size) == ("clip.mp4", "video/mp4", len(CONTENT))
        assert upload.read() == CONTENT
        assert b"".join(upload.chunks()) == CONTENT
        (file,) = tmp_path.iterdir()
        assert CONTENT[:21] not in file.read_bytes()


def test_an_upload_that_nobody_took_goes_with_its_request(handler, tmp_path):
    send(handler).close()
    assert list(tmp_path.iterdir()) == []


def test_an_upload_that_was_moved_stays_and_opens_with_its_key(handler, tmp_path):
    upload = send(handler)
    upload.settle()
    upload.give_to(tmp_path / "kept")
    upload.close()
    with open_sealed(tmp_path / "kept", upload.key) as file:
        assert file.read() == CONTENT


def test_an_upload_that_cannot_be_written_to_its_end_is_taken_away(handler, tmp_path):
    handler.receive_data_chunk(bytes(2**16), 0)
    assert len(list(tmp_path.iterdir())) == 1
    with files_end_at(2**17), pytest.raises(OSError, match="File too large") as refused:
        handler.receive_data_chunk(bytes(2**20), 2**16)
    assert is_full(refused.value)
    assert list(tmp_path.iterdir()) == []


def test_an_upload_whose_last_bytes_find_no_room_is_taken_away(handler, tmp_path):
    handler.receive_data_chunk(bytes(2**16), 0)
    with files_end_at(2**10), pytest.raises(OSError, match="File too large"):
        handler.file_complete(2**16)
    assert list(tmp_path.iterdir()) == []


def test_an_upload_that_broke_off_is_taken_away(handler, tmp_path):
    handler.receive_data_chunk(CONTENT[:1000], 0)
    handler.upload_interrupted()
    assert list(tmp_path.iterdir()) == []


def test_a_second_file_of_one_request_has_a_key_of_its_own(handler):
    with send(handler) as first:
        handler.new_file("file", "other.mp4", "video/mp4", None)
        with send(handler, b"other") as second:
            assert first.key != second.key
            assert (first.read(), second.read()) == (CONTENT, b"other")
