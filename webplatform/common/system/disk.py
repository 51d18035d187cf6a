"""Whether there is room on a disk, and how the system says that there is none."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from webplatform.common.errors import StorageFull

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def is_full(error: BaseException) -> bool:
    """Whether the error says that a disk, a quota or a size limit is used up."""
    return isinstance(error, OSError) and error.errno in _NO_ROOM


def storage_full() -> StorageFull:
    """The refusal that a user reads then."""
    return StorageFull(_("The server has no room for this file at the moment."))


def free_bytes(folder: Path) -> int:
    """Free space for us on the disk of `folder`, bytes."""
    return shutil.disk_usage(folder).free


def is_disk_full() -> bool:
    """Whether less than RAUT_MIN_FREE_DISK_MB is free where our data lies."""
    return free_bytes(Path(settings.DATA_DIR)) < settings.RAUT_MIN_FREE_DISK_MB * 2**20
