"""A WebSocket whose call waits for something holds up no other one."""

from __future__ import annotations

import asyncio
import threading

from channels.db import database_sync_to_async

from webplatform.common.http.socket_threads import SOCKET_THREADS, SocketThreads


def test_a_call_that_waits_holds_up_no_other_socket():
    is_let_go = threading.Event()

    async def app(scope, receive, send):
        call = is_let_go.wait if scope["waits"] else threading.get_ident
        await send(await database_sync_to_async(call)(*scope["for_s"]))

    async def sockets() -> list[object]:
        answers: list[object] = []

        async def send(answer):
            answers.append(answer)

        socket = SocketThreads(app)
        waiting = asyncio.create_task(socket({"waits": True, "for_s": [30]}, None, send))
        await asyncio.sleep(0)
        await asyncio.wait_for(socket({"waits": False, "for_s": []}, None, send), 10)
        is_let_go.set()
        await waiting
        return answers

    other, waited = asyncio.run(sockets())
    assert other != threading.get_ident()
    assert waited is True


def test_a_burst_of_sockets_takes_only_so_many_threads():
    used = set()
    barrier = threading.Barrier(SOCKET_THREADS)

    async def app(scope, receive, send):
        await database_sync_to_async(note)()

    def note() -> None:
        barrier.wait(10)  # each of them is in use at once
        used.add(threading.get_ident())

    async def sockets() -> None:
        socket = SocketThreads(app)
        await asyncio.gather(*(socket({}, None, None) for _number in range(3 * SOCKET_THREADS)))

    asyncio.run(sockets())
    assert len(used) == SOCKET_THREADS
