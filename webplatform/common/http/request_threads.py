"""How the web process runs a request: in one thread that is kept, with its connection to the database, for the next.

Django starts a thread for each request, with a new connection to the database in it, and changes between thread and
event loop at every middleware that knows only one of the two. Python runs one thread at a time, and many of them slower
than few: so views take turns, and a burst of requests waits outside instead of making each of them late.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import suppress
from contextvars import ContextVar
from typing import IO, Any  # Django's requests and ASGI's messages

from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.base import BaseHandler
from django.db import connections
from django.http import HttpRequest, HttpResponseBase

from webplatform.common.database.deadlocks import retried
from webplatform.common.http.static import without_static_files
from webplatform.common.http.streamed_body import StreamedBody

KEPT_THREADS = 20  # as many as the web process has connections to PostgreSQL; more are made and let go
VIEWS_AT_ONCE = 2  # with 4, two processes on two cores answered 152 of 200 mixed reads a second, with 2 up to 199
TURN_WITHIN_S = 0.5  # then a view runs all the same: those before it may wait for something else than the processor


class OneThread(ThreadPoolExecutor):
    """A thread that says when it has nothing to do."""

    def __init__(self) -> None:
        super().__init__(max_workers=1, thread_name_prefix="request")
        self._last: Future[Any] | None = None

    def submit(self, work: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        self._last = super().submit(work, *args, **kwargs)
        return self._last

    def when_done(self, callback: Callable[[], None]) -> None:
        """Call `callback` once the last work is done: a view runs on where its client has gone."""
        if self._last is None:
            callback()
        else:
            self._last.add_done_callback(lambda _done: callback())


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


class LentThread(Executor):
    """One of the kept threads, taken when there is something to run in it."""

    def __init__(self, threads: Threads) -> None:
        self._threads = threads
        self._thread: OneThread | None = None

    def submit(self, work: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        if self._thread is None:
            self._thread = self._threads.take()
        return self._thread.submit(work, *args, **kwargs)

    def give_back(self) -> None:
        """Nothing more is run in it."""
        if self._thread is not None:
            self._threads.give_back(self._thread)


class Turn:
    """A request's turn to run its view: begun once its body is there, ended before its answer is sent."""

    def __init__(self, places: asyncio.Semaphore) -> None:
        self._places, self._is_held = places, False

    async def begin(self) -> None:
        """Wait for a place, but not for long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(TURN_WITHIN_S):
                self._is_held = await self._places.acquire()

    def end(self) -> None:
        """Somebody else's turn; nothing where it ended before."""
        if self._is_held:
            self._is_held = False
            self._places.release()


_turn: ContextVar[Turn] = ContextVar("turn")


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
        self._places = asyncio.Semaphore(VIEWS_AT_ONCE)

    async def __call__(self, scope: dict[str, Any], receive: Callable[..., Any], send: Callable[..., Any]) -> None:
        thread, turn = LentThread(self._threads), Turn(self._places)
        _turn.set(turn)
        try:
            async with ThreadSensitiveContext(executor=thread):
                await self.handle(scope, receive, send)
        finally:
            turn.end()
            thread.give_back()

    async def read_body(self, receive: Callable[..., Any]) -> IO[bytes]:
        body = await self.take_in(receive)
        if not isinstance(body, StreamedBody):  # its view waits for the client
            await _turn.get().begin()
        return body

    async def take_in(self, receive: Callable[..., Any]) -> IO[bytes]:
        """The whole body."""
        return await super().read_body(receive)

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info.startswith(settings.STATIC_URL):
            return await super().get_response_async(request)
        try:
            return await sync_to_async(self._views.get_response)(request)
        finally:
            _turn.get().end()
