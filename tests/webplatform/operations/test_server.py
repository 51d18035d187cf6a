"""Several web processes share a port, and connections are spread between them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from multiprocessing.reduction import ForkingPickler
from pickle import loads

import httpx
import pytest
from uvicorn.config import STARTUP_FAILURE

from tests.web_process import workers_of
from tests.whole_platform import wait_for
from webplatform.operations.server import SharedPort
from webplatform.operations.startup import free_port

HOST = "127.0.0.1"
CLIENTS = 64


def test_connections_are_spread_between_the_sockets_of_two_processes():
    first = SharedPort(HOST, 0)
    second = loads(ForkingPickler.dumps(first))
    assert second.getsockname() == first.getsockname()
    for listening in (first, second):
        listening.listen(CLIENTS)
        listening.setblocking(False)
    clients = [socket.create_connection(first.getsockname()) for _number in range(CLIENTS)]
    counts = [_accepted(listening) for listening in (first, second)]
    assert sum(counts) == CLIENTS
    assert min(counts) >= CLIENTS // 6  # by chance less often than once in a million times
    for end in (first, second, *clients):
        end.close()


@pytest.mark.parametrize("processes", ["1", "2"])
def test_a_port_that_somebody_else_has_is_not_shared(tmp_path, processes):
    with socket.create_server((HOST, free_port(HOST)), reuse_port=True) as taken:
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "webplatform.operations.server", "--host", HOST, "--port", port]
        settings = {"WEB_CONCURRENCY": processes, "RAUT_DATA_DIR": str(tmp_path), "RAUT_ENV_FILE": os.devnull}
        ended = subprocess.run(
            command, env=os.environ | settings, capture_output=True, text=True, timeout=60, check=False
        )
    assert (ended.returncode, "address already in use" in ended.stderr.lower()) == (STARTUP_FAILURE, True)


def test_a_process_that_dies_while_it_is_asked_for_a_sign_of_life_is_replaced_at_once(tmp_path):
    port = free_port(HOST)
    command = [sys.executable, "-m", "webplatform.operations.server", "--host", HOST, "--port", str(port)]
    settings = {"WEB_CONCURRENCY": "2", "RAUT_DATA_DIR": str(tmp_path), "RAUT_ENV_FILE": os.devnull}
    with subprocess.Popen(command, env=os.environ | settings) as server:
        try:
            first, second = wait_for(lambda: answers(port) and len(pids := workers_of(server.pid)) == 2 and pids)
            os.kill(first, signal.SIGSTOP)
            time.sleep(2)  # it is asked twice a second, and cannot answer
            os.kill(first, signal.SIGKILL)
            replaced = wait_for(lambda: len(pids := set(workers_of(server.pid)) - {first}) == 2 and pids)
            assert second in replaced
        finally:
            server.terminate()


def answers(port: int) -> bool:
    try:
        return httpx.get(f"http://{HOST}:{port}/livez", trust_env=False).is_success
    except httpx.HTTPError:
        return False


def _accepted(listening: socket.socket) -> int:
    count = 0
    while True:
        try:
            listening.accept()[0].close()
        except BlockingIOError:
            return count
        count += 1
