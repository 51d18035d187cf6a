"""Disks without room, and how they are recognised."""

import errno

import pytest

from webplatform.common.system.disk import free_bytes, is_full


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_full_disk_a_used_up_quota_and_a_size_limit_are_the_same_to_a_user(number):
    assert is_full(OSError(number, "no"))


@pytest.mark.parametrize("error", [OSError(errno.EIO, "no"), OSError(), ValueError("28")])
def test_other_errors_are_not_taken_for_a_full_disk(error):
    assert not is_full(error)


def test_free_space_is_told_in_bytes(tmp_path):
    assert free_bytes(tmp_path) > 2**20
