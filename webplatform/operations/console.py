"""What the commands `up` and `demo` share: their options, their stop signals, their way to fail."""

from __future__ import annotations

import argparse
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from webplatform.operations.launch import Launch
from webplatform.operations.startup import free_port, require_port
from webplatform.operations.supervisor import Supervisor

LOOK_EVERY_S = 0.5
MOST_WEB_PROCESSES = 2  # one cannot use a second core for requests; each has some 200 MB


def add_launch_options(parser: argparse.ArgumentParser) -> None:
    """The options that say where and how wide the platform runs."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    parser.add_argument("--port", type=int, default=8000, help="port to listen on; 0 takes any free one")
    parser.add_argument(
        "--workers", type=int, default=max((os.cpu_count() or 2) // 2, 1), help="videos analysed at the same time"
    )


def launch_from(*, host: str, port: int, workers: int) -> Launch:
    """The launch that the options ask for.

    Raises:
        StartupProblem: the port cannot be used.
    """
    port = port or free_port(host)
    require_port(host, port)
    redis_url = "" if settings.RAUT_EMBEDDED_REDIS else settings.REDIS_URL
    counts = {"workers": max(workers, 1), "web_processes": min(os.cpu_count() or 1, MOST_WEB_PROCESSES)}
    return Launch(data_dir=Path(settings.DATA_DIR), host=host, port=port, redis_url=redis_url, **counts)


@contextmanager
def stop_signals() -> Iterator[threading.Event]:
    """Within the block SIGTERM and SIGHUP interrupt as Ctrl-C does: once. A second one while stopping is ignored."""
    stopping = threading.Event()

    def interrupt(number: int, frame: object) -> None:
        if not stopping.is_set():
            stopping.set()
            raise KeyboardInterrupt

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, interrupt) for number in numbers}
    try:
        yield stopping
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def tend_until(supervisor: Supervisor, stopped: threading.Event) -> None:
    """Restart what dies until the event is set."""
    while not stopped.wait(LOOK_EVERY_S):
        supervisor.tend()
