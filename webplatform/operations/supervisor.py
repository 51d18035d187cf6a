"""Keeps the platform's processes alive: starts them, restarts what dies, stops all of them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from webplatform.common.system.parent_death import PARENT_DEATH

FIRST_DELAY_S = 0.5
LONGEST_DELAY_S = 30.0
HEALTHY_AFTER_S = 30.0
# A warm Celery worker would finish its video first: SIGQUIT ends it at once, and its job is taken up again later.
STOP_SIGNALS = ((signal.SIGTERM, 3.0), (signal.SIGQUIT, 3.0), (signal.SIGKILL, 5.0))


@dataclass(frozen=True, slots=True)
class ChildSpec:
    """One process to keep alive: its name, its command, and what its environment has beyond ours."""

    name: str
    command: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)


class Child:
    """A process of a ChildSpec: running, or waiting to be started again, or stopped on purpose."""

    def __init__(self, spec: ChildSpec, log_file: Path | None) -> None:
        self.spec = spec
        self.log_file = log_file
        self.process: subprocess.Popen[bytes] | None = None
        self.should_run = False
        self._failures = 0
        self._started_s = 0.0
        self._retry_at_s = 0.0

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        self.should_run = True
        command = [sys.executable, "-I", "-S", str(PARENT_DEATH), str(os.getpid()), *self.spec.command]
        log = self.log_file.open("ab") if self.log_file else None
        try:
            # A session of its own: Ctrl-C in the terminal must reach the supervisor only, which stops all in order.
            self.process = subprocess.Popen(  # noqa: S603  (our own commands, no shell)
                command,
                env={**os.environ, **self.spec.env},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT if log else None,
                start_new_session=True,
            )
        finally:
            if log:
                log.close()
        self._started_s = time.monotonic()

    def plan_restart(self) -> float:
        """Note that the process has died; returns after how many seconds it is to be started again."""
        lived_s = time.monotonic() - self._started_s
        self._failures = 0 if lived_s >= HEALTHY_AFTER_S else self._failures + 1
        delay_s = min(FIRST_DELAY_S * 2 ** max(self._failures - 1, 0), LONGEST_DELAY_S)
        self._retry_at_s = time.monotonic() + delay_s
        self.process = None
        return delay_s

    @property
    def is_due(self) -> bool:
        return self.should_run and self.process is None and time.monotonic() >= self._retry_at_s

    def signal(self, number: int) -> None:
        """Send a signal to the process and, where it is deadly, to the children of its own."""
        if self.process is None:
            return
        try:
            if number == signal.SIGKILL:
                os.killpg(self.process.pid, number)
            elif self.is_running:
                self.process.send_signal(number)
        except ProcessLookupError:
            return

    def wait(self, timeout_s: float) -> bool:
        """Whether the process has ended within the time."""
        if self.process is None:
            return True
        try:
            self.process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return False
        return True


class Supervisor:
    """Starts children in order, restarts those that die (later and later), and stops all of them in reverse order."""

    def __init__(
        self, specs: list[ChildSpec], *, log_folder: Path | None, report: Callable[[str], None] = lambda line: None
    ) -> None:
        if log_folder:
            log_folder.mkdir(parents=True, exist_ok=True)
        self._children = {s.name: Child(s, log_folder / f"{s.name}.log" if log_folder else None) for s in specs}
        for child in self._children.values():
            if child.log_file:
                child.log_file.unlink(missing_ok=True)  # the last run's
        self._report = report
        self._lock = threading.RLock()

    @property
    def names(self) -> list[str]:
        return list(self._children)

    def pid(self, name: str) -> int | None:
        """The process id of a running child."""
        child = self._children[name]
        return child.process.pid if child.process and child.is_running else None

    def environment(self, name: str) -> Mapping[str, str]:
        """What a child's environment has beyond ours."""
        return self._children[name].spec.env

    def start(self, *names: str) -> None:
        """Start these children, or all that are not running."""
        with self._lock:
            for name in names or self.names:
                if not self._children[name].is_running:
                    self._children[name].start()

    def stop(self, name: str) -> None:
        """Stop one child; it stays down until it is started."""
        with self._lock:
            _stop([self._children[name]])

    def kill(self, name: str) -> None:
        """End one child and its own children at once, as a crash would; the next look restarts it."""
        with self._lock:
            child = self._children[name]
            child.signal(signal.SIGKILL)
            child.wait(5)

    def tend(self) -> None:
        """One look at all children: notes the dead, starts those whose time has come."""
        with self._lock:
            for child in self._children.values():
                if child.should_run and child.process is not None and not child.is_running:
                    status = child.process.returncode
                    child.signal(signal.SIGKILL)  # what it left behind in its process group
                    delay_s = child.plan_restart()
                    self._report(f"{child.spec.name} ended ({_describe(status)}); it starts again in {delay_s:.1f} s")
                elif child.is_due:
                    child.start()

    def stop_all(self) -> None:
        """Stop every child, the first one (Redis) last."""
        with self._lock:
            children = list(self._children.values())
            _stop(children[1:])
            _stop(children[:1])

    def logs(self, last_bytes: int = 4000) -> str:
        """The ends of all log files, for a person who looks for what went wrong."""
        parts = []
        for child in self._children.values():
            if child.log_file and child.log_file.exists():
                text = child.log_file.read_bytes()[-last_bytes:].decode(errors="replace")
                parts.append(f"----- {child.spec.name}\n{text}")
        return "\n".join(parts)


def _stop(children: list[Child]) -> None:
    for child in children:
        child.should_run = False
    for number, grace_s in STOP_SIGNALS:
        for child in children:
            child.signal(number)
        deadline_s = time.monotonic() + grace_s
        for child in children:
            child.wait(max(deadline_s - time.monotonic(), 0))
        if not any(child.is_running for child in children):
            break
    for child in children:
        child.signal(signal.SIGKILL)  # pool processes that outlived their parent
        child.process = None


def _describe(status: int) -> str:
    return f"killed by {signal.Signals(-status).name}" if status < 0 else f"exit code {status}"
