"""Run training in a child process: its memory is freed when it ends, and it ends with its parent."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from typing import IO, Any

from django.conf import settings

from webplatform.common.system.parent_death import PARENT_DEATH

TRAINING = (sys.executable, "-m", "training")
CHECK_EVERY_S = 1.0
TERMINATE_WITHIN_S = 3.0
MOST_ERROR_CHARACTERS = 400


class ChildFailed(Exception):
    """The command ended with an error; the message is its last words."""


class Stopped(Exception):
    """The command was ended because nobody wants its result any more."""


def run_training(
    arguments: Sequence[str], *, on_line: Callable[[dict[str, Any]], None], may_go_on: Callable[[], bool]
) -> dict[str, Any]:
    """Run `python -m training …` and read the JSON objects that it prints.

    Args:
        arguments: of the command.
        on_line: given each object but the last.
        may_go_on: asked once a second; False ends the process.
    Returns:
        The last object.
    Raises:
        ChildFailed: it ended with an error, or said nothing.
        Stopped: it was not to go on.
    """
    command = [sys.executable, "-I", "-S", str(PARENT_DEATH), str(os.getpid()), *TRAINING, *arguments]
    with subprocess.Popen(  # noqa: S603  (our own command, no shell)
        command,
        cwd=settings.ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
    ) as child:
        try:
            os.setpriority(os.PRIO_PROCESS, child.pid, settings.RAUT_TRAINING_NICE)
            return _follow(child, on_line, may_go_on)
        finally:
            _end(child)


def _follow(
    child: subprocess.Popen[str], on_line: Callable[[dict[str, Any]], None], may_go_on: Callable[[], bool]
) -> dict[str, Any]:
    lines: queue.Queue[str | None] = queue.Queue()
    words: list[str] = []
    threads = [
        threading.Thread(target=_pass_on, args=(child.stdout, lines.put), daemon=True),
        threading.Thread(target=_pass_on, args=(child.stderr, lambda line: line and words.append(line)), daemon=True),
    ]
    for thread in threads:
        thread.start()
    last: dict[str, Any] | None = None
    while (line := _next(lines)) is not None:
        if not may_go_on():
            raise Stopped
        if line.startswith("{"):
            if last is not None:
                on_line(last)
            last = json.loads(line)
    if child.wait() != 0 or last is None:
        threads[1].join(CHECK_EVERY_S)
        raise ChildFailed(_last_words(words) or f"The trainer's process ended with code {child.returncode}.")
    return last


def _next(lines: queue.Queue[str | None]) -> str | None:
    """The next line, an empty one where none came for a second, None at the end."""
    try:
        return lines.get(timeout=CHECK_EVERY_S)
    except queue.Empty:
        return ""


def _pass_on(stream: IO[str] | None, take: Callable[[str | None], object]) -> None:
    for line in stream or ():
        take(line)
    take(None)


def _last_words(words: list[str]) -> str:
    """What the command says of its error: the line that begins with it, else the last one."""
    lines = [line.strip() for line in words if line.strip()]
    errors = [line.removeprefix("error: ") for line in lines if line.startswith("error: ")]
    return (errors or lines or [""])[-1][:MOST_ERROR_CHARACTERS]


def _end(child: subprocess.Popen[str]) -> None:
    if child.poll() is not None:
        return
    child.terminate()
    try:
        child.wait(TERMINATE_WITHIN_S)
    except subprocess.TimeoutExpired:
        child.kill()
