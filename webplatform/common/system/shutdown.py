"""How the web server tells a WebSocket that its process goes down: the socket's own code says the last words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any  # ASGI's scope

KEY = "raut.shutdown"


class Shutdown:
    """Lies in a socket's scope. Whoever wants to end the socket in their own way asks to be told."""

    def __init__(self) -> None:
        self._callback: Callable[[], object] | None = None

    def on_shutdown(self, callback: Callable[[], object]) -> None:
        """Call it, on the event loop, when the process is asked to end; it has to close the socket soon."""
        self._callback = callback

    def announce(self) -> bool:
        """The process goes down; False where nobody asked to be told."""
        if self._callback is None:
            return False
        self._callback()
        return True


def shutdown_of(scope: dict[str, Any]) -> Shutdown:
    """The one of this socket; without our server behind it, one that never tells anything."""
    return scope.get(KEY) or Shutdown()
