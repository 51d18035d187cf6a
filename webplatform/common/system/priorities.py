"""Which of the processes of one machine goes first: webcams before videos, videos before training.

A nice level alone is worth nothing on most Linux machines: the kernel shares the processor among sessions first
(sched_autogroup), and each of our processes has a session of its own. So the session is told as well.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from django.conf import settings

AUTOGROUP = Path("/proc/self/autogroup")


def set_process_priority(sender: str = "", **_: object) -> None:
    """A worker that begins takes its place behind what is waited for; the processes of its pool inherit that."""
    levels = {"analysis": settings.RAUT_ANALYSIS_NICE, "training": settings.RAUT_TRAINING_NICE}
    level = levels.get(sender.partition("@")[0], 0)
    if level <= os.getpriority(os.PRIO_PROCESS, 0):
        return
    os.setpriority(os.PRIO_PROCESS, 0, level)
    if os.getsid(0) == os.getpid():  # otherwise others share the session, and plain nice levels hold among them
        with suppress(OSError):  # no such kernel
            AUTOGROUP.write_text(str(level), encoding="ascii")
