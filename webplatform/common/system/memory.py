"""A bound for the memory that foreign media may make a worker take while it is decoded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

try:
    import resource
except ImportError:  # Windows, where no worker runs
    resource = None

STATUS = Path("/proc/self/status")


@contextmanager
def memory_bound(most_mb: int) -> Iterator[None]:
    """Inside, the process may take `most_mb` more than it has now; what wants more fails with MemoryError.

    0 bounds nothing, and so does a system that does not say what a process has (only Linux does).
    """
    used_bytes = _used_bytes()
    if not most_mb or resource is None or used_bytes is None:
        yield
        return
    before, hard = resource.getrlimit(resource.RLIMIT_DATA)
    limit_bytes = used_bytes + most_mb * 1024**2
    bound = limit_bytes if before == resource.RLIM_INFINITY else min(limit_bytes, before)
    resource.setrlimit(resource.RLIMIT_DATA, (bound, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (before, hard))


def _used_bytes() -> int | None:
    """What counts against the bound: the process's private writable memory, whether it is used or only set aside."""
    try:
        lines = STATUS.read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmData:")), None)
