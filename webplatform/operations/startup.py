"""Checks before the platform starts. Each problem has a code, a sentence and a way out."""

from __future__ import annotations

import fcntl
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import redis
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from webplatform.common.errors import StoreAway
from webplatform.modelhub.services import ensure_active_model
from webplatform.vault.stored import is_remote, object_store

PREPARING = 7_275_988  # the key of PostgreSQL's lock; any number that nobody else here uses


class StartupProblem(Exception):
    """A reason not to start, with the way out of it."""

    def __init__(self, code: str, message: str, remedy: str) -> None:
        super().__init__(f"{message} {remedy}")
        self.code = code
        self.message = message
        self.remedy = remedy


@contextmanager
def sole_use_of(data_dir: Path) -> Iterator[None]:
    """Hold the data folder's lock: two supervisors on one folder would start two of everything.

    Raises:
        StartupProblem: another one holds it.
    """
    with (data_dir / "up.lock").open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            raise StartupProblem(
                "already_running",
                f"Raut already runs on {data_dir} (process {holder}).",
                "Stop that one first, or set RAUT_DATA_DIR to another folder.",
            ) from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def free_port(host: str) -> int:
    """A TCP port of `host` that nobody listens on at the moment."""
    with socket.socket(_family(host)) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def require_port(host: str, port: int) -> None:
    """Refuse a port that cannot be listened on.

    Raises:
        StartupProblem: it is in use, or not ours to use.
    """
    with socket.socket(_family(host)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise StartupProblem(
                "port_in_use",
                f"Port {port} of {host} cannot be used: {error.strerror}.",
                "Stop the program that uses it, or choose another: --port 0 takes any free one.",
            ) from error


def require_browser_libraries() -> None:
    """Refuse to start with pages that would come without style and charts.

    Raises:
        StartupProblem: `npm ci` has not been run.
    """
    missing = [folder for _, folder in _vendor_folders() if not folder.is_dir()]
    if missing:
        raise StartupProblem(
            "no_browser_libraries",
            f"The browser libraries are missing ({', '.join(f.parent.name for f in missing)}).",
            "Run `make setup`, or `npm ci` in the project's folder.",
        )


def prepare_database(report: Callable[[str], None]) -> None:
    """Bring the database up to date and see that there is a model to read sessions with; one machine at a time.

    Raises:
        StartupProblem: the object store refuses the settings, or the database is older than can be brought up to date.
    """
    _require_store(report)
    with _alone():
        _require_whole_steps()
        call_command("migrate", interactive=False, verbosity=0)
        try:
            version = ensure_active_model()
        except StoreAway as away:
            report(f"Database ready; the model is fetched later. {away}")
            return
    report(f"Database ready; model {version.name} {version.version}")


def _require_store(report: Callable[[str], None]) -> None:
    """Refuse settings that the object store refuses; one that does not answer now may do so later."""
    refusal = object_store().refusal() if is_remote() else None
    if refusal == "":
        report("[store_away] The object store does not answer. Recordings cannot be kept or played until it does.")
    elif refusal:
        raise StartupProblem(
            "object_store",
            f"The object store refuses the settings ({refusal}).",
            "Check RAUT_OBJECT_STORE, its endpoint, region, key and secret; the bucket must exist.",
        )


def _require_whole_steps() -> None:
    """Refuse a database that stopped between migrations that are one by now: Django would pass over the whole app."""
    recorded = set(MigrationRecorder(connection).applied_migrations())
    on_disk = MigrationLoader(connection).disk_migrations
    lost = {key: set(one.replaces) - recorded - on_disk.keys() for key, one in on_disk.items()}
    if any(lost[key] and recorded & {key, *one.replaces} for key, one in on_disk.items()):
        raise StartupProblem(
            "database_too_old",
            "This database is older than this version can bring up to date.",
            "Run `manage.py prepare` of the version before this one first, or begin with a new database.",
        )


@contextmanager
def _alone() -> Iterator[None]:
    """Make other processes that prepare the same database wait: by a lock of PostgreSQL, or one in the data folder."""
    if connection.vendor != "postgresql":
        with (Path(settings.DATA_DIR) / "prepare.lock").open("a", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [PREPARING])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [PREPARING])


def await_redis(url: str, timeout_s: float = 15.0) -> None:
    """Wait until Redis answers.

    Raises:
        StartupProblem: it did not in time.
    """
    deadline_s = time.monotonic() + timeout_s
    with redis.Redis.from_url(url, socket_connect_timeout=1, socket_timeout=1) as client:
        while True:
            try:
                client.ping()
            except redis.RedisError as error:
                if time.monotonic() > deadline_s:
                    raise StartupProblem(
                        "no_redis",
                        f"Redis does not answer: {error}.",
                        "Check REDIS_URL, or leave it out to use the embedded server.",
                    ) from error
                time.sleep(0.05)
            else:
                return


def await_web(url: str, is_alive: Callable[[], bool], timeout_s: float = 60.0) -> None:
    """Wait until the web server answers.

    Raises:
        StartupProblem: it did not in time, or it ended.
    """
    deadline_s = time.monotonic() + timeout_s
    while is_alive() and time.monotonic() < deadline_s:
        try:
            if httpx.get(f"{url}/livez", timeout=2, trust_env=False).status_code == httpx.codes.OK:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    raise StartupProblem("no_web", f"The web server does not answer at {url}.", "Its log says why.")


def _vendor_folders() -> list[tuple[str, Path]]:
    return [entry for entry in settings.STATICFILES_DIRS if isinstance(entry, tuple)]


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
