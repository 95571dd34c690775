"""Whether this process is up, and whether it can do its work.

    GET /healthz    200: the process answers; restart it where it doesn't
    GET /readyz     200, or 503 where something that it needs is missing; what, in the body, by name

        {"ready": false, "database": "ok", "migrations": "ok", "redis": "does not answer"}

`/readyz?exclude=redis` leaves one out: without Redis everything works, only later. Nobody is told addresses or errors;
those are in the log.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import BaseRoute, Route

from casework.database import fetch
from casework.migrating import pending
from notifier.doorbell import Doorbell

OK = "ok"
_SILENT = "does not answer"
_PATIENCE_SECONDS = 3.0

log = structlog.get_logger(__name__)


def health_routes(doorbell: Doorbell | None) -> list[BaseRoute]:
    """Both routes. Where there is no `doorbell`, none is needed."""

    async def ready(request: Request) -> JSONResponse:
        checks: dict[str, Callable[[], Awaitable[str]]] = {"database": _database, "migrations": _migrations}
        if doorbell is not None:
            checks["redis"] = lambda: _redis(doorbell)
        excluded = request.query_params.getlist("exclude")
        found = {name: await _asked(name, check) for name, check in checks.items() if name not in excluded}
        is_ready = all(said == OK for said in found.values())
        return JSONResponse(
            {"ready": is_ready, **found}, 200 if is_ready else 503, headers={"Cache-Control": "no-store"}
        )

    return [Route("/healthz", _healthy), Route("/readyz", ready)]


async def _healthy(request: Request) -> PlainTextResponse:
    return PlainTextResponse("ok\n")


async def _asked(name: str, check: Callable[[], Awaitable[str]]) -> str:
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            return await check()
    except Exception:
        log.warning("not_ready", what=name, exc_info=True)
        return _SILENT


async def _database() -> str:
    await fetch("SELECT 1 AS one")
    return OK


async def _migrations() -> str:
    missing = await pending()
    return f"pending: {', '.join(missing)}" if missing else OK


async def _redis(doorbell: Doorbell) -> str:
    return OK if await doorbell.answers() else _SILENT
