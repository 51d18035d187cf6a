"""Requests share threads, and with them connections; views take turns, but nobody waits for a slow one for long."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any  # the handler's own arguments

import pytest
from asgiref.testing import ApplicationCommunicator
from django.http import HttpRequest, HttpResponse

from webplatform.common.http.request_threads import KEPT_THREADS, TURN_WITHIN_S, VIEWS_AT_ONCE, OneThread, Threads
from webplatform.vault.request_bodies import SealedBodies


class TestThreads:
    def test_the_next_request_gets_the_same_thread(self):
        threads = Threads()
        first = threads.take()
        ran_in = first.submit(threading.get_ident).result()
        threads.give_back(first)
        second = threads.take()
        assert second.submit(threading.get_ident).result() == ran_in
        second.shutdown()

    def test_two_requests_at_once_have_one_each(self):
        threads = Threads()
        one, other = threads.take(), threads.take()
        assert one.submit(threading.get_ident).result() != other.submit(threading.get_ident).result()
        for thread in (one, other):
            thread.shutdown()

    def test_a_thread_whose_view_still_runs_is_nobody_elses(self):
        """Its client has gone; the view goes on, and a request that got this thread would wait for it."""
        threads, may_end = Threads(), threading.Event()
        busy = threads.take()
        running = busy.submit(may_end.wait, 30)
        threads.give_back(busy)
        other = threads.take()
        assert other is not busy
        may_end.set()
        running.result()
        other.shutdown()
        busy.shutdown()  # after its last work it is kept
        assert threads.take() is busy

    def test_no_more_than_enough_are_kept(self):
        threads = Threads(most_kept=1)
        one, other = threads.take(), threads.take()
        threads.give_back(one)
        threads.give_back(other)
        with pytest.raises(RuntimeError, match="shutdown"):
            other.submit(int)
        one.shutdown()

    def test_a_thread_that_did_nothing_can_be_given_back(self):
        threads, thread = Threads(), OneThread()
        threads.give_back(thread)
        assert threads.take() is thread
        thread.shutdown()


async def ask(handler: SealedBodies, *, is_whole: bool = True) -> list[dict]:
    """What the handler answers to a request, whose body is whole or never ends."""
    sent: list[dict] = []
    scope = {"type": "http", "method": "GET", "path": "/livez", "query_string": b"", "headers": []}
    received = iter([{"type": "http.request", "body": b"", "more_body": not is_whole}])

    async def receive() -> dict:
        return next(received, None) or await asyncio.Event().wait()

    async def send(message: dict) -> None:
        sent.append(message)

    await handler(scope, receive, send)
    return sent


def end_threads(handler: SealedBodies) -> None:
    while handler._threads._idle:
        handler._threads.take().shutdown()


@pytest.fixture
def answering(monkeypatch) -> Callable[..., SealedBodies]:
    """The real handler with a view of the test's own."""

    def answer(view: Callable[[HttpRequest], HttpResponse], **kwargs: Any) -> SealedBodies:
        handler = SealedBodies(**kwargs)
        monkeypatch.setattr(handler._views, "_middleware_chain", view)
        return handler

    return answer


@pytest.mark.django_db(transaction=True)
class TestTheRealHandler:
    def test_requests_in_turn_run_in_one_thread(self, answering):
        seen: list[int] = []

        def view(request: HttpRequest) -> HttpResponse:
            seen.append(threading.get_ident())
            return HttpResponse("{}")

        handler = answering(view)

        async def three() -> None:
            for _time in range(3):
                assert (await ask(handler))[0]["status"] == 200

        asyncio.run(three())
        assert len(set(seen)) == 1
        end_threads(handler)

    def test_a_burst_runs_in_a_few_threads(self, answering):
        at_work, most, lock = 0, 0, threading.Lock()

        def view(request: HttpRequest) -> HttpResponse:
            nonlocal at_work, most
            with lock:
                at_work += 1
                most = max(most, at_work)
            time.sleep(0.01)
            with lock:
                at_work -= 1
            return HttpResponse("{}")

        handler = answering(view)

        async def burst() -> list[list[dict]]:
            return await asyncio.gather(*(ask(handler) for _number in range(40)))

        answers = asyncio.run(burst())
        assert [answer[0]["status"] for answer in answers] == [200] * 40
        assert 2 <= most <= VIEWS_AT_ONCE
        assert len(handler._threads._idle) < KEPT_THREADS
        end_threads(handler)

    def test_slow_views_hold_up_nobody_for_long(self, answering):
        """They may wait for another server, or for a lock of the database."""
        may_end = threading.Event()
        views = iter([lambda: may_end.wait(30)] * VIEWS_AT_ONCE + [bool])

        def view(request: HttpRequest) -> HttpResponse:
            next(views)()
            return HttpResponse("{}")

        handler = answering(view)

        async def one_more() -> float:
            slow = [asyncio.create_task(ask(handler)) for _number in range(VIEWS_AT_ONCE)]
            await asyncio.sleep(0.1)
            started = time.monotonic()
            assert (await ask(handler))[0]["status"] == 200
            waited_s = time.monotonic() - started
            may_end.set()
            await asyncio.gather(*slow)
            return waited_s

        assert asyncio.run(one_more()) >= TURN_WITHIN_S * 0.9
        assert not handler._places.locked()
        end_threads(handler)

    def test_whoever_still_sends_takes_nobodys_turn(self, answering):
        handler = answering(lambda request: HttpResponse("{}"))

        async def beside_unfinished_bodies() -> None:
            sending = [asyncio.create_task(ask(handler, is_whole=False)) for _number in range(2 * VIEWS_AT_ONCE)]
            await asyncio.sleep(0)
            async with asyncio.timeout(TURN_WITHIN_S / 2):
                assert (await ask(handler))[0]["status"] == 200
            for task in sending:
                task.cancel()
            await asyncio.gather(*sending, return_exceptions=True)

        asyncio.run(beside_unfinished_bodies())
        end_threads(handler)

    def test_a_view_that_reads_a_body_as_it_comes_takes_no_turn(self, answering):
        handler = answering(lambda request: HttpResponse("{}"), streams=lambda scope: True)
        handler._places = asyncio.Semaphore(0)

        async def streamed() -> None:
            async with asyncio.timeout(TURN_WITHIN_S / 2):
                assert (await ask(handler))[0]["status"] == 200

        asyncio.run(streamed())
        end_threads(handler)


@pytest.mark.asyncio
async def test_the_server_sends_static_files_although_middleware_knows_no_event_loop():
    from webplatform.asgi import application

    asking = ApplicationCommunicator(
        application,
        {"type": "http", "method": "GET", "path": "/static/css/app.css", "headers": [(b"host", b"127.0.0.1")]},
    )
    await asking.send_input({"type": "http.request", "body": b""})
    answer = await asking.receive_output(5)
    assert (answer["status"], dict(answer["headers"])[b"Content-Type"]) == (200, b'text/css; charset="utf-8"')
    while (await asking.receive_output(5)).get("more_body"):
        pass
    await asking.wait(5)
