"""Several web processes share a port, and connections are spread between them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from multiprocessing.reduction import ForkingPickler
from pickle import loads

import pytest
from uvicorn.config import STARTUP_FAILURE

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


def _accepted(listening: socket.socket) -> int:
    count = 0
    while True:
        try:
            listening.accept()[0].close()
        except BlockingIOError:
            return count
        count += 1
