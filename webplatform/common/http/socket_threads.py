"""Where WebSockets make their blocking calls: in a few threads of their own.

Without a context Channels makes them all, of every socket of the process, in one thread: where one call waits for the
database or Redis, every other socket waits behind it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any  # ASGI's scope and callables

from asgiref.sync import ThreadSensitiveContext

SOCKET_THREADS = 8  # a camera needs one for some milliseconds a second

App = Callable[..., Awaitable[None]]


class SocketThreads:
    """Runs `app` with one pool of threads for all of its sockets.

    asgiref asks for an executor of one thread, so that successive calls meet the same connection to the database.
    Here each call is made by `database_sync_to_async`, which keeps nothing in its thread for the next one.
    """

    def __init__(self, app: App, threads: int = SOCKET_THREADS) -> None:
        self._app = app
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="socket")

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        async with ThreadSensitiveContext(executor=self._threads):
            await self._app(scope, receive, send)
