"""An object store that runs here: moto's server, which keeps what it gets in memory, on a port of its own."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Iterator
from contextlib import contextmanager

import boto3
from moto.moto_server.threaded_moto_server import ThreadedMotoServer

KEYS = {"access_key": "raut-tests", "secret_key": "not-a-secret"}
_numbers = itertools.count(1)


class Store:
    """The server, which a test may take away and bring back: what it holds stays."""

    def __init__(self, port: int = 0) -> None:
        self._port = port
        self._start()

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self._port}"

    def new_bucket(self) -> str:
        """The name of an empty bucket."""
        name = f"raut-{next(_numbers)}"
        self.client.create_bucket(Bucket=name)
        return name

    @property
    def client(self):
        """Sees what lies there, past Raut."""
        told = {"aws_access_key_id": KEYS["access_key"], "aws_secret_access_key": KEYS["secret_key"]}
        return boto3.client("s3", endpoint_url=self.url, region_name="us-east-1", **told)

    def names(self, bucket: str) -> list[str]:
        """Of all objects in the bucket."""
        found = self.client.list_objects_v2(Bucket=bucket).get("Contents", [])
        return [entry["Key"] for entry in found]

    @contextmanager
    def away(self) -> Iterator[None]:
        """Nobody answers on its port."""
        self.stop()
        try:
            yield
        finally:
            self._start()

    def stop(self) -> None:
        """It ends."""
        self._server.stop()
        self._server._server.server_close()

    def _start(self) -> None:
        self._server = ThreadedMotoServer("127.0.0.1", self._port, verbose=False)
        self._server.start()
        self._port = self._server.get_host_and_port()[1]


@contextmanager
def started_store() -> Iterator[Store]:
    """A store for as long as this runs."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # a line for each request
    store = Store()
    try:
        yield store
    finally:
        store.stop()
