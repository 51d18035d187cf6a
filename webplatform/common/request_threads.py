"""How the web process runs a request: in one thread that is kept, with its connection to the database, for the next.

Django starts a thread for each request, with a new connection to the database in it, and changes between thread and
event loop at every middleware that knows only one of the two.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any  # Django's requests and ASGI's messages

from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.base import BaseHandler
from django.db import connections
from django.http import HttpRequest, HttpResponseBase

from webplatform.common.deadlocks import retried
from webplatform.common.static import without_static_files

KEPT_THREADS = 20  # as many as the web process has connections to PostgreSQL; more are made and let go


class OneThread(ThreadPoolExecutor):
    """A thread that says when it has nothing to do."""

    def __init__(self) -> None:
        super().__init__(max_workers=1, thread_name_prefix="request")
        self._last: Future[Any] | None = None

    def submit(self, work: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        self._last = super().submit(work, *args, **kwargs)
        return self._last

    def when_done(self, then: Callable[[], None]) -> None:
        """Call `then` once the last work is done: a view runs on where its client has gone."""
        if self._last is None:
            then()
        else:
            self._last.add_done_callback(lambda _done: then())


class Threads:
    """Threads for requests, the one used last first."""

    def __init__(self, most_kept: int = KEPT_THREADS) -> None:
        self._idle: deque[OneThread] = deque()
        self._most_kept = most_kept

    def take(self) -> OneThread:
        """A thread that nobody uses."""
        try:
            return self._idle.pop()
        except IndexError:
            return OneThread()

    def give_back(self, thread: OneThread) -> None:
        """The thread waits for the next request, or ends where enough wait."""
        thread.when_done(lambda: self._keep(thread))

    def _keep(self, thread: OneThread) -> None:
        if len(self._idle) < self._most_kept:
            self._idle.append(thread)
        else:
            thread.submit(connections.close_all)
            thread.shutdown(wait=False)


class Views(BaseHandler):
    """Middleware and views without an event loop; what a deadlock undid is done again."""

    def __init__(self) -> None:
        super().__init__()
        with without_static_files():
            self.load_middleware()

    def make_view_atomic(self, view: Callable[..., Any]) -> Callable[..., Any]:
        return retried(super().make_view_atomic(view))


class KeptThreads(ASGIHandler):
    """Django's handler; only static files go through middleware on the event loop."""

    def __init__(self) -> None:
        super().__init__()
        self._views = Views()
        self._threads = Threads()

    async def __call__(self, scope: dict[str, Any], receive: Callable[..., Any], send: Callable[..., Any]) -> None:
        thread = self._threads.take()
        try:
            async with ThreadSensitiveContext(executor=thread):
                await self.handle(scope, receive, send)
        finally:
            self._threads.give_back(thread)

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info.startswith(settings.STATIC_URL):
            return await super().get_response_async(request)
        return await sync_to_async(self._views.get_response)(request)
