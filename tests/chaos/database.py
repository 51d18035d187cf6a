"""A PostgreSQL server of one's own: one that others use must not be killed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from webplatform.operations.startup import free_port

HOST = "127.0.0.1"
PLACE = os.environ.get("TMPDIR", "/tmp")  # tests name another `tempfile.tempdir`, which the server may not enter


class Postgres:
    """A running server; `url` names its first database."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._port = folder, free_port(HOST)
        self.url = f"postgres://raut@{HOST}:{self._port}/raut"

    def begin(self) -> None:
        """Make the cluster, start it and make its database."""
        self._run("initdb", "-D", str(self._data), "-U", "raut", "--auth=trust", "--encoding=UTF8", "--locale=C")
        self.start()
        self._run("createdb", "-h", HOST, "-p", str(self._port), "-U", "raut", "raut")

    def start(self) -> None:
        options = f"-p {self._port} -k {self._folder} -c listen_addresses={HOST} -c fsync=off"
        self._run("pg_ctl", "-D", str(self._data), "-s", "-w", "-l", str(self._folder / "log"), "-o", options, "start")

    def stop(self, how: str) -> None:
        """`fast` ends every connection in order, `immediate` is a crash."""
        self._run("pg_ctl", "-D", str(self._data), "-s", "-w", "-m", how, "stop")

    def freeze(self) -> None:
        """All of its processes stand still."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def _signal(self, number: int) -> None:
        main = int((self._data / "postmaster.pid").read_text().splitlines()[0])
        children = Path(f"/proc/{main}/task/{main}/children").read_text().split()
        for pid in [main, *map(int, children)]:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                continue

    def _run(self, program: str, *words: str) -> None:
        command = [_program(program), *words]
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            command = ["setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups", "--", *command]
        env = {**os.environ, "HOME": str(self._folder)}
        subprocess.run(command, cwd=self._folder, env=env, check=True, stdout=subprocess.DEVNULL, stderr=None)


@contextmanager
def own_postgres() -> Iterator[Postgres]:
    """A new server for the length of the block."""
    folder = Path(tempfile.mkdtemp(prefix="raut-chaos-pg-", dir=PLACE))
    if os.geteuid() == 0:
        shutil.chown(folder, "nobody")
    server = Postgres(folder)
    try:
        server.begin()
        yield server
    finally:
        server.thaw()
        server.stop("immediate")
        shutil.rmtree(folder, ignore_errors=True)


def _program(name: str) -> str:
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: float(path.parts[-3]))
    return str(found[-1]) if found else (shutil.which(name) or name)


def await_answer(url: str, timeout_s: float = 30) -> None:
    """Wait until the server takes connections."""
    import psycopg

    deadline_s = time.monotonic() + timeout_s
    while True:
        try:
            psycopg.connect(url, connect_timeout=2).close()
        except psycopg.OperationalError:
            if time.monotonic() > deadline_s:
                raise
            time.sleep(0.1)
        else:
            return
