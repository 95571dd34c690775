"""Who asks, where a proxy passes it on: the client's own address instead of the proxy's.

    client ──▶ proxy, adds X-Forwarded-For and X-Forwarded-Proto ──▶ here: believed, where TRUSTED_PROXIES has the proxy

How often somebody may try is counted by that address. A proxy that isn't trusted makes one client of all that come
through it, so the log says so, once for each.
"""

from __future__ import annotations

import structlog
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from casework.config import Settings

_NAMED_MOST = 100

log = structlog.get_logger(__name__)


class BehindProxies:
    """An application that sees clients, not the proxies before it.

    Of several addresses in the header the last one that isn't a trusted proxy counts: what a client wrote there itself
    stands before it.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = ProxyHeadersMiddleware(app, list(settings.trusted_proxies))  # type: ignore[arg-type]
        self._untrusted: set[str] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            self._say_who_is_not_believed(scope)
        await self._app(scope, receive, send)  # type: ignore[arg-type]

    def _say_who_is_not_believed(self, scope: Scope) -> None:
        peer = scope["client"][0] if scope.get("client") else ""
        if peer in self._app.trusted_hosts or peer in self._untrusted or len(self._untrusted) >= _NAMED_MOST:
            return
        if "x-forwarded-for" in Headers(scope=scope):
            self._untrusted.add(peer)
            log.warning("proxy_not_trusted", peer=peer, setting="TRUSTED_PROXIES")
