"""`/mail/changes`: an event for each template or catalogue that is saved (server-sent), for the page to reload."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from watchfiles import awatch

from notifier import assembly, preview
from notifier.words import LOCALES

_LOOK_MS = 500
"""How often a watcher looks whether its reader has gone or the server ends."""


async def changes(request: Request) -> Response:
    return StreamingResponse(
        _told(request), media_type="text/event-stream", headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    )


async def _told(request: Request) -> AsyncIterator[str]:
    yield "retry: 1000\n\n"
    watched = (assembly.FOLDER, LOCALES)
    async for found in awatch(*watched, rust_timeout=_LOOK_MS, yield_on_timeout=True, debounce=200):
        if await request.is_disconnected() or request.app.state.live.is_stopping:
            return
        names = sorted({Path(path).name for _, path in found if path.endswith((".mjml", ".po"))})
        if names:
            await asyncio.to_thread(preview.forget)
            yield f"data: {', '.join(names)}\n\n"
