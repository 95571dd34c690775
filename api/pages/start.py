"""`/`: where to go from here. Under `demo` it also lists the tokens of the town's people, and shows the town live.

The script (`static/town.js`) is a client like any other: it follows and asks with those tokens.
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.pages.html import page
from casework.config import Settings

_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)


def start_routes(settings: Settings, tokens: Mapping[str, str], *, gallery: bool = False) -> list[Route]:
    """The start page. `tokens` are shown as they are: give none outside a demo. With a `gallery`, it leads there."""

    async def start(request: Request) -> Response:
        return page(
            "start.html",
            policy=_POLICY,
            product=settings.product_name,
            tokens=tokens,
            inbox=settings.smtp_url is None,
            graphiql=settings.graphiql,
            gallery=gallery,
        )

    return [Route("/", start)]
