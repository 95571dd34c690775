"""The web server: uvicorn, told to end what is live before it waits for its connections.

SIGTERM ──▶ sockets are closed with 1012, event streams end ──▶ requests are let finish ──▶ the application ends

Its sockets offer the application a short way for what is told to many (api.live.sockets).
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request
from websockets.protocol import State

from api.live.live import Live
from api.live.sockets import WRITE_TEXT
from casework.config import Settings
from curbcast.proxies import BehindProxies

_GRACE_SECONDS = 10
_TEXT = 0x81
_SHORT, _LONG, _LONGER = struct.Struct("!BB"), struct.Struct("!BBH"), struct.Struct("!BBQ")


class SocketProtocol(WebSocketsSansIOProtocol):
    """One socket. A coroutine and the library's frame for each of a thousand listeners would cost more than sending."""

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if self.handshake_initiated and not self.conn.extensions:  # what is compressed goes the long way
            self.scope["extensions"] = {**self.scope["extensions"], WRITE_TEXT: self._write_text}  # type: ignore[dict-item]

    def _write_text(self, data: bytes) -> bool:
        if self.close_sent or self.conn.state is not State.OPEN or not self.writable.is_set():
            return False
        self.transport.write(_head(len(data)) + data)
        return True


def _head(size: int) -> bytes:
    """What a text frame of a server begins with (RFC 6455, 5.2)."""
    if size < 126:
        return _SHORT.pack(_TEXT, size)
    if size < 65_536:
        return _LONG.pack(_TEXT, 126, size)
    return _LONGER.pack(_TEXT, 127, size)


class Server(uvicorn.Server):
    """Streams have no end of their own: uvicorn would wait for each of them until the grace is over."""

    def __init__(self, config: uvicorn.Config, live: Live) -> None:
        super().__init__(config)
        self._live = live

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """uvicorn would raise the signal again, and end the process before what is around the server has ended: a
        worker's last batch, the database, spans that wait to be sent."""
        with super().capture_signals():
            yield
            self._captured_signals.clear()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._live.stop()
        await super().shutdown(sockets)


def server_for(app: Starlette, settings: Settings, *, host: str, port: int) -> Server:
    """A server for an application of `api.app.build_app`.

    Messages are small and many, so they are not compressed one by one: that would take more time than it saves, and
    memory for each socket.
    """
    config = uvicorn.Config(
        BehindProxies(app, settings),
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,  # ours are
        ws=SocketProtocol,
        ws_max_size=settings.max_request_bytes,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    return Server(config, app.state.live)
