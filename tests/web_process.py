"""A web process with a port of its own, beside those that a platform of the tests has started."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.whole_platform import Platform
from webplatform.operations.launch import Launch, commands, free_port


class WebProcess:
    """One that watches `places` cameras; it can be stopped as a rolling restart does, and started again."""

    def __init__(self, platform: Platform, log: Path, *, places: int) -> None:
        port = free_port("127.0.0.1")
        self.url = f"http://127.0.0.1:{port}"
        launch = Launch(data_dir=platform.data_dir, host="127.0.0.1", port=port)
        self._command = commands(launch)["web"]
        self._env = {**os.environ, **platform.supervisor.environment("web")}
        self._env |= {"RAUT_LIVE_MAX_SOCKETS": str(places), "WEB_CONCURRENCY": "1"}
        self._log = log
        self.start()

    def start(self) -> None:
        """It starts; `await_up` says when it serves."""
        with self._log.open("ab") as log:
            self._running = subprocess.Popen(self._command, env=self._env, stdout=log, stderr=log)

    def stop(self) -> None:
        """It is asked to end, and has ended."""
        self._running.terminate()
        self._running.wait(10)

    def await_up(self) -> None:
        """Wait until it serves."""
        deadline_s = time.monotonic() + 60
        while time.monotonic() < deadline_s and self._running.poll() is None:
            try:
                httpx.get(f"{self.url}/livez", trust_env=False)
            except httpx.HTTPError:
                time.sleep(0.05)
            else:
                return
        raise AssertionError(f"The web process does not come up: {self._log.read_text(encoding='utf-8')}")

    def kill(self) -> None:
        """It is gone."""
        self._running.kill()
        self._running.wait(10)


def workers_of(pid: int) -> list[int]:
    """The processes that serve, children of the one that keeps them running."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(") ")[2].split()[1])
            command = (stat.parent / "cmdline").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if parent == pid and "spawn_main" in command:
            found.append(int(stat.parent.name))
    return found


@contextmanager
def web_process(platform: Platform, log: Path, *, places: int) -> Iterator[WebProcess]:
    """One that serves for as long as the block runs."""
    process = WebProcess(platform, log, places=places)
    try:
        process.await_up()
        yield process
    finally:
        process.kill()
