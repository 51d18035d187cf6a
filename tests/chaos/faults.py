"""What goes wrong, when, and for how long: a plan made of a seed, and the hand that carries it out."""

from __future__ import annotations

import os
import random
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from kombu import Connection

from tests.chaos.database import Postgres
from tests.whole_platform import Platform

OURS = ("web", "worker", "housekeeper", "beat", "trainer")
YEARS_S = 4 * 365 * 24 * 3600
NO_ROOM_BYTES = 4096
STRANGE = (  # messages as other versions might send them: task, arguments
    ("webplatform.analysis.tasks.analyze", ["00000000-0000-0000-0000-000000000000"]),
    ("webplatform.analysis.tasks.analyze", ["00000000-0000-0000-0000-000000000000", "an argument more"]),
    ("webplatform.analysis.tasks.analyze", []),
    ("webplatform.analysis.tasks.not_known_yet", ["anything"]),
)
TENDING = (  # what the beat sends once an hour or so, sent whenever something else is wrong
    "webplatform.retention.tasks.purge",
    "webplatform.operations.tasks.tend_uploads",
    "webplatform.analysis.tasks.remove_orphans",
    "webplatform.accounts.tasks.forget_answers",
    "webplatform.history.tasks.remove_unconsented",
)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong, `after_s` seconds after the one before it was healed, `for_s` seconds long."""

    kind: str
    target: str
    after_s: float
    for_s: float

    def __str__(self) -> str:
        return f"{self.kind} {self.target}".strip()


def deck(database: str) -> list[tuple[str, str, float]]:
    """Every kind of fault with its target, and how long it lasts at most, s."""
    found = [("kill", name, 0.0) for name in ("web", "worker", "housekeeper", "beat", "redis")]
    found += [("kill reading process of", "worker", 0.0), ("end", "worker", 4.0), ("end", "web", 4.0)]
    found += [("freeze", name, 9.0) for name in ("worker", "web", "housekeeper", "redis")]
    found += [("restart", "redis", 2.0), ("full disk", "", 6.0), ("strange messages", "", 0.0)]
    found += [("clock ahead an hour", "", 6.0), ("clock back an hour", "", 6.0), ("clock ahead four years", "", 6.0)]
    found += [("older worker", "", 12.0)]
    if database == "postgres":
        found += [("restart", "postgres", 2.0), ("crash", "postgres", 0.5), ("freeze", "postgres", 6.0)]
    return found


def plan_faults(seed: int, database: str, only: Sequence[str] = ()) -> Iterator[Fault]:
    """Faults without end, the same ones for the same seed: each kind comes once before one comes again.

    With `only`, those alone whose name holds one of these words.
    """
    dice = random.Random(seed)
    while True:
        hand = [card for card in deck(database) if not only or any(word in " ".join(card[:2]) for word in only)]
        dice.shuffle(hand)
        for kind, target, most_s in hand:
            yield Fault(kind, target, round(dice.uniform(0.5, 4), 1), round(dice.uniform(most_s / 3, most_s), 1))


class Hand:
    """Carries faults out on a running platform, and takes back what does not end by itself."""

    def __init__(self, platform: Platform, postgres: Postgres | None, clock: Path) -> None:
        self._platform, self._postgres, self._clock = platform, postgres, clock

    def do(self, fault: Fault, is_over: threading.Event) -> None:
        """Let it go wrong, for as long as it lasts."""
        with self._during(fault):
            is_over.wait(fault.for_s)

    @contextmanager
    def _during(self, fault: Fault) -> Iterator[None]:
        undo = self._begin(fault)
        try:
            yield
        finally:
            undo()

    def _begin(self, fault: Fault) -> Callable[[], None]:
        """Let it go wrong; returns what takes it back."""
        if fault.kind.startswith("clock"):
            return self._shift_clock(fault.kind)
        if fault.target == "postgres":
            return self._strike_postgres(fault.kind)
        if fault.target:
            return self._strike_process(fault.kind, fault.target)
        others = {"full disk": self._fill_disk, "older worker": self._start_older}
        return others.get(fault.kind, self._send_strange)()

    def _strike_process(self, kind: str, name: str) -> Callable[[], None]:
        supervisor = self._platform.supervisor
        pid = supervisor.pid(name)
        if kind == "kill":
            supervisor.kill(name)
        elif kind == "restart":
            supervisor.stop(name)
            return lambda: supervisor.start(name)
        elif kind == "freeze":
            frozen = family(pid)
            _signal_all(frozen, signal.SIGSTOP)
            return lambda: _signal_all(frozen, signal.SIGCONT)
        elif kind == "end":
            _signal_all([pid] if pid else [], signal.SIGTERM)
        else:
            _signal_all(children_of(pid), signal.SIGKILL)
        return _nothing

    def _strike_postgres(self, kind: str) -> Callable[[], None]:
        assert self._postgres is not None
        if kind == "freeze":
            self._postgres.freeze()
            return self._postgres.thaw
        self._postgres.stop("fast" if kind == "restart" else "immediate")
        return self._postgres.start

    def _shift_clock(self, kind: str) -> Callable[[], None]:
        off_s = {"clock ahead an hour": 3600, "clock back an hour": -3600, "clock ahead four years": YEARS_S}[kind]
        self._clock.write_text(str(off_s), encoding="ascii")
        self.send(*((task, []) for task in TENDING))
        return lambda: _set(self._clock, "0")

    def _bound_files(self, size_bytes: int) -> None:
        """No process of the platform can make a file longer than that: what a full disk does to them."""
        for name in OURS:
            for pid in family(self._platform.supervisor.pid(name)):
                with suppress(ProcessLookupError):
                    hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)[1]
                    resource.prlimit(pid, resource.RLIMIT_FSIZE, (size_bytes, hard))

    def _fill_disk(self) -> Callable[[], None]:
        self._bound_files(NO_ROOM_BYTES)
        return lambda: self._bound_files(resource.RLIM_INFINITY)

    def _send_strange(self) -> Callable[[], None]:
        self.send(*STRANGE)
        return _nothing

    def _start_older(self) -> Callable[[], None]:
        command = [sys.executable, "-m", "celery", "--app", "tests.chaos.older", "worker", "--queues", "analysis"]
        command += ["--hostname", "older@%h", "--without-mingle", "--concurrency", "1", "--loglevel", "WARNING"]
        env = {**os.environ, **self._platform.env_of("worker")}
        log = (self._platform.data_dir / "logs" / "older.log").open("ab")
        older = subprocess.Popen(command, env=env, stdout=log, stderr=subprocess.STDOUT, start_new_session=True)

        def end() -> None:
            os.killpg(older.pid, signal.SIGKILL)
            older.wait()
            log.close()

        return end

    def send(self, *messages: tuple[str, list]) -> None:
        """Put messages into the queues as another process would; Redis may be away."""
        from webplatform.celery import app

        url = self._platform.env_of("worker")["REDIS_URL"]
        with suppress(OSError, app.connection_for_write().connection_errors[0]), Connection(url) as connection:
            for name, arguments in messages:
                queue = "analysis" if ".analyse" in name or "not_known" in name else "housekeeping"
                app.send_task(name, arguments, queue=queue, connection=connection, retry=False)


def children_of(pid: int | None) -> list[int]:
    """The processes that this one started."""
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def family(pid: int | None) -> list[int]:
    """A process and all that came of it."""
    return [] if pid is None else [pid, *(one for child in children_of(pid) for one in family(child))]


def _signal_all(pids: list[int], number: int) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def _set(file: Path, text: str) -> None:
    file.write_text(text, encoding="ascii")


def _nothing() -> None:
    """Nothing is to be taken back."""


def await_well(platform: Platform, timeout_s: float) -> float:
    """Wait until the platform says that all of its parts work; how long that took, s."""
    begun_s = time.monotonic()
    platform.wait_for(lambda: _is_well(platform), timeout_s=timeout_s)
    return time.monotonic() - begun_s


def _is_well(platform: Platform) -> bool:
    import httpx

    if any(platform.supervisor.pid(name) is None for name in ("redis", *OURS)):
        return False
    try:
        return platform.client.get("/healthz", timeout=5).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False
