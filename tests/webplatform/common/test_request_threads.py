"""Requests share threads, and with them connections; nobody waits for another one's view."""

from __future__ import annotations

import asyncio
import threading

import pytest
from asgiref.testing import ApplicationCommunicator
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from webplatform.common.request_threads import OneThread, Threads


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


@pytest.mark.django_db(transaction=True)
def test_requests_in_turn_run_in_one_thread_of_the_real_handler(monkeypatch):
    from webplatform.vault.request_bodies import SealedBodies

    seen: list[int] = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(threading.get_ident())
        return HttpResponse("{}")

    handler = SealedBodies()
    monkeypatch.setattr(handler._views, "_middleware_chain", view)
    address = RequestFactory().get("/livez").path

    async def ask() -> list[dict]:
        sent: list[dict] = []
        scope = {"type": "http", "method": "GET", "path": address, "query_string": b"", "headers": []}
        received = iter([{"type": "http.request", "body": b"", "more_body": False}])

        async def receive() -> dict:
            return next(received, None) or await asyncio.Event().wait()

        async def send(message: dict) -> None:
            sent.append(message)

        await handler(scope, receive, send)
        return sent

    async def three() -> None:
        for _time in range(3):
            assert (await ask())[0]["status"] == 200

    asyncio.run(three())
    assert len(set(seen)) == 1
    handler._threads.take().shutdown()


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
