"""The whole platform, running for as long as a `with` block does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from webplatform.operations.launch import Launch, plan_children
from webplatform.operations.startup import await_redis, await_web
from webplatform.operations.supervisor import Supervisor


@contextmanager
def running_platform(
    launch: Launch, *, log_folder: Path | None = None, report: Callable[[str], None] = lambda line: None
) -> Iterator[Supervisor]:
    """Start Redis, the workers, the beat and the web server; yield when all answer; stop all at the end.

    Raises:
        StartupProblem: something did not come up.
    """
    children, redis_url = plan_children(launch)
    supervisor = Supervisor(children, log_folder=log_folder, report=report)
    try:
        if not launch.redis_url:
            supervisor.start("redis")
        await_redis(redis_url)
        supervisor.start()
        await_web(launch.url, lambda: supervisor.pid("web") is not None)
        yield supervisor
    finally:
        supervisor.stop_all()
