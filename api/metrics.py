"""What Prometheus is told of the API, and where it asks: GET /metrics.

    GraphQL by the field that was asked for (the schema's names, so that a client can't make up series), sockets and
    streams that are open, and, at each scrape, what waits in the database.

With METRICS_TOKEN set, whoever asks must bring it as a bearer token; without, production has no such page.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from time import perf_counter
from typing import TYPE_CHECKING, Any

from graphql import FieldNode
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Gauge, Histogram, generate_latest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from casework.config import Settings
from digests.backlog import measure

if TYPE_CHECKING:
    from api.execution import Prepared

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

GRAPHQL = Histogram(
    "curbcast_graphql_seconds",
    "Time of a GraphQL answer, by its first field.",
    ("operation", "field"),
    buckets=_SECONDS,
)
ERRORS = Counter("curbcast_graphql_errors", "Errors in GraphQL answers, by code.", ("field", "code"))
SOCKETS = Gauge("curbcast_sockets", "Open connections that are live: WebSockets and event streams.")


def metrics_routes(settings: Settings) -> list[BaseRoute]:
    """The page, or none."""
    token = settings.metrics_token
    if token is None and settings.environment == "production":
        return []

    async def answer(request: Request) -> Response:
        given = request.headers.get("authorization", "")
        if token is not None and not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
            return PlainTextResponse("a bearer token is needed\n", 401, headers={"WWW-Authenticate": "Bearer"})
        await measure()
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"})

    return [Route("/metrics", answer)]


@contextmanager
def timed(prepared: Prepared) -> Iterator[None]:
    """Measure one answer."""
    begun = perf_counter()
    try:
        yield
    finally:
        operation = prepared.operation.operation.value
        GRAPHQL.labels(operation, field_of(prepared)).observe(perf_counter() - begun)


def count_errors(prepared: Prepared | None, answer: Mapping[str, Any]) -> None:
    """The errors of an answer; `prepared` is None where the document was refused. A mutation's `userErrors` are
    answers, and not counted here."""
    for error in answer.get("errors", ()):
        code = str(error.get("extensions", {}).get("code", "ERROR"))
        ERRORS.labels(field_of(prepared) if prepared is not None else "", code).inc()


def field_of(prepared: Prepared) -> str:
    """The first field that the operation asks for; the document is valid, so it is one of the schema's."""
    selections = prepared.operation.selection_set.selections
    first = selections[0] if selections else None
    return first.name.value if isinstance(first, FieldNode) else "fragment"
