"""The web server: uvicorn, told to end what is live before it waits for its connections.

SIGTERM ──▶ sockets are closed with 1012, event streams end ──▶ requests are let finish ──▶ the application ends
"""

from __future__ import annotations

import socket

import uvicorn
from starlette.applications import Starlette

from api.live.live import Live
from casework.config import Settings

_GRACE_SECONDS = 10


class Server(uvicorn.Server):
    """Streams have no end of their own: uvicorn would wait for each of them until the grace is over."""

    def __init__(self, config: uvicorn.Config, live: Live) -> None:
        super().__init__(config)
        self._live = live

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._live.stop()
        await super().shutdown(sockets)


def server_for(app: Starlette, settings: Settings, *, host: str, port: int) -> Server:
    """A server for an application of `api.app.build_app`.

    Messages are small and many, so they are not compressed one by one: that would take more time than it saves, and
    memory for each socket.
    """
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        server_header=False,
        ws="websockets-sansio",
        ws_max_size=settings.max_request_bytes,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    return Server(config, app.state.live)
