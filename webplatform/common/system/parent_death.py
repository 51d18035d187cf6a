"""Run a command that ends when its starter does, however that ends: `parent_death.py STARTER_PID COMMAND…`.

Run as a plain script: it replaces itself by the command within milliseconds. Only its path is imported.
"""

import ctypes
import os
import signal
import sys
from pathlib import Path

PARENT_DEATH = Path(__file__)

PR_SET_PDEATHSIG = 1  # Source: Linux prctl(2)


def run_until_parent_dies(starter_pid: int, command: list[str]) -> None:
    """Become `command`; on Linux the kernel then ends it when the process `starter_pid` dies.

    By SIGKILL: a worker that is asked politely first tries to say goodbye to a Redis that has just died, too.
    """
    end_with(starter_pid)
    os.execvp(command[0], command)  # noqa: S606  (the commands are our own)


def end_with(starter_pid: int) -> None:
    """Let the kernel end this process, on Linux, when the one that started it dies."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != starter_pid:  # it died before the kernel was asked
        sys.exit("The process that started this one is gone.")


if __name__ == "__main__":
    run_until_parent_dies(int(sys.argv[1]), sys.argv[2:])
