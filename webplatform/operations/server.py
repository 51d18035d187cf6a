"""`python -m webplatform.operations.server`: the web process, uvicorn with our guard of its connections.

Several of them (WEB_CONCURRENCY) listen on one port with a socket each, between which the system spreads connections.
uvicorn would let them share one socket, from which the process that wakes first takes all that wait.
"""

from __future__ import annotations

import argparse
import os
import sys
from socket import AF_INET, AF_INET6, SO_REUSEADDR, SO_REUSEPORT, SOL_SOCKET, socket

import uvicorn
from django.conf import settings
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

POOL = "20"
WORKER_STARTS_WITHIN_S = 60  # of several processes on one port: a busy machine needs longer than uvicorn's five seconds
WEBSOCKET_MESSAGE_BYTES = 4 * 1024**2  # a live frame may have half of it; one that has more still gets its answer


class SharedPort(socket):
    """A socket that shares its port; the process that it is sent to binds one of its own."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__(AF_INET6 if ":" in host else AF_INET)
        self.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
        self.setsockopt(SOL_SOCKET, SO_REUSEPORT, 1)
        self.bind((host, port))

    def __reduce__(self) -> tuple[type[SharedPort], tuple[str, int]]:
        return SharedPort, self.getsockname()[:2]


class WebProcesses(Multiprocess):
    """Keeps several processes running; sees at once that one has died.

    uvicorn keeps the worker's end of their pipe open itself. A worker that is killed while it is asked whether it lives
    then seems to be slow, for as long as a slow one is given, and no other one is replaced meanwhile.
    """

    def keep_subprocess_alive(self) -> None:
        for process in self.processes:
            process.child_conn.close()  # the worker has its own since it was started
        super().keep_subprocess_alive()


def main() -> None:
    """Serve until a signal ends it; WEB_CONCURRENCY and FORWARDED_ALLOW_IPS are uvicorn's own variables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", type=int, required=True)
    arguments = parser.parse_args()
    os.environ.setdefault("RAUT_DB_POOL", POOL)  # workers have a few threads; here each request has one
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webplatform.settings")
    config = uvicorn.Config(
        "webplatform.asgi:application",
        host=arguments.host,
        port=arguments.port,
        http="webplatform.operations.connections:GuardedHttp",  # type: ignore[arg-type]  # a class, by its name
        ws="webplatform.operations.sockets:DrainingSocket",  # type: ignore[arg-type]
        ws_max_size=WEBSOCKET_MESSAGE_BYTES,
        ws_max_queue=4,
        ws_per_message_deflate=False,  # a JPEG does not shrink, and an answer is too small to
        timeout_keep_alive=15,
        timeout_worker_healthcheck=WORKER_STARTS_WITHIN_S,
        timeout_graceful_shutdown=settings.RAUT_WEB_GRACE_SECONDS,
        lifespan="off",
        log_level="warning",
        server_header=False,
        access_log=False,  # the address of a participant's link is its key
    )
    if config.workers > 1:
        config.bind_socket().close()  # exits where somebody else has the port, with whom it must not be shared
        WebProcesses(config, [SharedPort(arguments.host, arguments.port)]).run()
        return
    server = uvicorn.Server(config)
    server.run()
    if not server.started:
        sys.exit(STARTUP_FAILURE)


if __name__ == "__main__":
    main()
