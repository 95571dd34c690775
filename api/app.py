"""The web application.

    security headers ── CORS ──┬─ /graphql            GraphQL (api.http; api.live for WebSocket), GraphiQL for browsers
                               ├─ /open311/v2         Open311 GeoReport v2
                               ├─ /photos             photos, sent and shown (api.photos)
                               ├─ /healthz /readyz    is the process up; can it do its work (api.health)
                               ├─ /metrics            for Prometheus (api.metrics)
                               └─ extra routes        inbox, unsubscribe pages, … mounted by whoever builds the app

The database is opened and closed by whoever builds the app.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import cache
from uuid import uuid4

from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars

from api.context import Nudge
from api.documents import Documents, read_manifest
from api.execution import Engine
from api.ground import Ground
from api.health import health_routes
from api.http import GraphQLEndpoint
from api.limits import Limits
from api.live.live import Live
from api.live.sockets import SocketEndpoint
from api.metrics import metrics_routes
from api.open311.routes import open311_routes
from api.photos.routes import photo_routes
from api.rates import Rates
from api.schema import executable_schema
from casework.config import Settings
from notifier.doorbell import Doorbell

_REQUEST_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Addresses of ours hold tokens; no other site is told them.
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}


def build_app(
    settings: Settings,
    *,
    extra_routes: Sequence[BaseRoute] = (),
    after_commit: Nudge | None = None,
    doorbell: Doorbell | None = None,
) -> Starlette:
    """The application. `after_commit` is awaited, best effort, after each mutation that changed something.

    Without a `doorbell` nobody counts how often somebody tries something, and nobody is told that it can't wait.
    """
    ground = ground_for(settings, after_commit, doorbell)
    live = Live(ground, doorbell)
    middleware = [Middleware(RequestIds), Middleware(SecurityHeaders, https=settings.public_url.startswith("https:"))]
    if settings.cors_origins:
        middleware.append(
            Middleware(
                CORSMiddleware,
                allow_origins=settings.cors_origins,
                allow_methods=("GET", "POST"),
                allow_headers=("Authorization", "Content-Type", "Idempotency-Key"),
                max_age=86_400,
            )
        )
    routes = [
        Route("/graphql", GraphQLEndpoint(live).__call__, methods=["GET", "POST"]),
        WebSocketRoute("/graphql", SocketEndpoint(live)),
        *health_routes(doorbell),
        *metrics_routes(settings),
        *open311_routes(ground),
        *photo_routes(ground),
        *extra_routes,
    ]

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        running = asyncio.create_task(live.run())
        yield
        live.stop()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    app = Starlette(routes=routes, middleware=middleware, lifespan=lifespan)
    app.state.live = live
    app.state.rates = live.ground.rates  # for the pages that do what mutations do
    return app


def ground_for(settings: Settings, after_commit: Nudge | None = None, doorbell: Doorbell | None = None) -> Ground:
    """What all roads to this API's schema share."""
    trusted = settings.trusted_documents
    return Ground(
        engine_for(settings),
        settings,
        after_commit,
        Rates(doorbell) if doorbell is not None else None,
        Documents(read_manifest(trusted) if trusted is not None else None),
        doorbell,
    )


def engine_for(settings: Settings) -> Engine:
    """The engine that runs this API's documents within the limits of the settings."""
    limits = Limits(
        tokens=settings.max_query_tokens,
        depth=settings.max_query_depth,
        aliases=settings.max_query_aliases,
        directives=settings.max_query_directives,
        cost=settings.max_query_cost,
    )
    return _engine(limits, settings.introspection)


@cache  # it knows nothing of an app but these, and what it has understood of documents is good for the next one
def _engine(limits: Limits, introspection: bool) -> Engine:
    return Engine(executable_schema(), limits, introspection=introspection)


class RequestIds:
    """Names each request, by its own X-Request-ID where it brings one, for the answer and for every line of the log."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        name = given if _REQUEST_ID.fullmatch(given) else uuid4().hex

        async def with_name(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).setdefault("X-Request-ID", name)
            await send(message)

        with bound_contextvars(request_id=name):
            await self._app(scope, receive, with_name)


class SecurityHeaders:
    """Headers that every answer has, unless its route says otherwise."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self._app = app
        self._headers = {**_HEADERS, **({"Strict-Transport-Security": "max-age=31536000"} if https else {})}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, with_headers)
