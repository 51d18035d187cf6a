"""Disks without room: how they are recognised, and what they leave behind."""

import errno

import pytest

from tests.full_disk import files_end_at
from webplatform.common.disk import TidyUploads, free_bytes, is_full


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_full_disk_a_used_up_quota_and_a_size_limit_are_the_same_to_a_user(number):
    assert is_full(OSError(number, "no"))


@pytest.mark.parametrize("error", [OSError(errno.EIO, "no"), OSError(), ValueError("28")])
def test_other_errors_are_not_taken_for_a_full_disk(error):
    assert not is_full(error)


def test_free_space_is_told_in_bytes(tmp_path):
    assert free_bytes(tmp_path) > 2**20


def test_an_upload_that_cannot_be_written_to_its_end_is_taken_away(tmp_path):
    handler = TidyUploads()
    handler.new_file("file", "clip.mp4", "video/mp4", None)
    handler.receive_data_chunk(bytes(2**16), 0)
    assert len(list(tmp_path.iterdir())) == 1
    with files_end_at(2**17), pytest.raises(OSError, match="File too large") as refused:
        handler.receive_data_chunk(bytes(2**20), 2**16)
    assert is_full(refused.value)
    assert list(tmp_path.iterdir()) == []
