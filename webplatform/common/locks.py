"""Whether a process of this machine is still at something: a lock on a file, which the system drops when it dies."""

from __future__ import annotations

import fcntl
import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(slots=True)
class Lock:
    """Held until `end` or until the process dies; `was_left` where another one died with it."""

    path: Path
    handle: int
    was_left: bool

    def end(self, *, is_done: bool) -> None:
        """Let go. Where it is not done the file stays, and says that nobody is at it any more."""
        if is_done:
            self.path.unlink(missing_ok=True)
        os.close(self.handle)


def take_lock(path: Path) -> Lock | None:
    """The lock; None where another process or thread holds it.

    Raises:
        OSError: there is no room for its file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    was_left = path.exists()
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    return Lock(path, handle, was_left)
