"""Close WebSockets when their process is asked to end: live sockets first store their readings.

uvicorn closes every socket at once with 1012, and only then does the code behind it hear of that. Whoever comes back to
another process would find the last readings missing.
"""

from __future__ import annotations

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

from webplatform.common.system.shutdown import KEY, Shutdown


class DrainingSocket(WebSocketsSansIOProtocol):
    """uvicorn's protocol; what is behind the socket may end it by itself, and a handshake is sent elsewhere."""

    _is_leaving = False

    def handle_connect(self, event: Request) -> None:
        self._shutdown = Shutdown()
        super().handle_connect(event)
        if hasattr(self, "scope"):  # a handshake that was refused has none
            self.scope[KEY] = self._shutdown  # type: ignore[typeddict-unknown-key]  # its task starts a turn later

    def shutdown(self) -> None:
        self._is_leaving = True
        is_open = self.handshake_complete and not self.close_sent and not self.disconnected
        if not (is_open and self._shutdown.announce()):
            super().shutdown()

    def send_500_response(self) -> None:
        if not self._is_leaving or self.initial_response or self.handshake_complete:
            super().send_500_response()
            return
        response = self.conn.reject(503, "This process ends.")
        response.headers["Retry-After"] = "0"
        self.conn.send_response(response)
        self.transport.write(b"".join(self.conn.data_to_send()))
