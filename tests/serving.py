"""A real server in the test's own loop, on a port that the system picks."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from starlette.applications import Starlette

from casework.config import Settings
from curbcast.listening import Server, server_for
from tests.town import settings


class _Quiet(Server):
    """Leaves signals to pytest."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def serving(app: Starlette, config: Settings | None = None) -> AsyncIterator[str]:
    """Serve `app` on loopback until the block ends; its address, as in `http://127.0.0.1:43521`."""
    server = _Quiet(server_for(app, config or settings(), host="127.0.0.1", port=0).config, app.state.live)
    running = asyncio.create_task(server.serve())
    try:
        while not server.started:
            if running.done():
                await running
            await asyncio.sleep(0.005)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        with contextlib.suppress(asyncio.CancelledError):
            await running
