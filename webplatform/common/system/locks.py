"""Whether a process of this machine is still at something: a lock on a file, which the system drops when it dies."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings


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


def locks_folder() -> Path:
    """Where the files of all locks lie."""
    return Path(settings.DATA_DIR) / "under-way"


@contextmanager
def working_on(name: object) -> Iterator[None]:
    """Within the block `is_worked_on` says so: files may lie there before their row is committed.

    How old a file is cannot protect it: a clock that jumps makes every file old.
    """
    try:
        lock = take_lock(locks_folder() / str(name))
    except OSError:  # no room for a lock, so that there will be none for more
        lock = None
    try:
        yield
    finally:
        if lock is not None:
            lock.end(is_done=True)


def is_worked_on(name: object) -> bool:
    """Whether a process that uses this folder of data holds the lock of that name."""
    path = locks_folder() / str(name)
    if not path.exists():
        return False
    lock = take_lock(path)
    if lock is not None:
        lock.end(is_done=True)
    return lock is None
