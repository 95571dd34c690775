"""`/receipts/…`: where mail providers post what became of mails. POST only, and only for who knows the key.

    /receipts                   ours: signed, `X-Curbcast-Signature: sha256=<hmac of the body, by the key>`
    /receipts/{provider}/{key}  for providers that can't sign so: the address itself is the secret

Keys are made of SECRET_KEY, one for each provider: `curbcast mail webhooks` prints them.
"""

from __future__ import annotations

import hashlib
import hmac

import structlog
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from api.bodies import body_of
from api.errors import Refused
from casework.config import Settings
from casework.signing import make_token
from notifier.provider_receipts import PROVIDERS, NotUnderstood, read_receipts
from notifier.receipts import keep

LARGEST = 1_000_000
"""Bytes of a body."""

_PURPOSE = "receipts"

log = structlog.get_logger(__name__)


def receipts_routes(settings: Settings) -> list[Route]:
    """The generic door and the providers'."""

    async def signed(request: Request) -> Response:
        try:
            body = await body_of(request, LARGEST)
        except Refused as refused:
            return PlainTextResponse(f"{refused.message}\n", refused.status)
        given = request.headers.get("x-curbcast-signature", "")
        if not hmac.compare_digest(given.encode(), signature(settings, body).encode()):
            return PlainTextResponse("The signature is not ours.\n", 403)
        return await _taken(settings, "ours", body)

    async def posted(request: Request) -> Response:
        provider, key = request.path_params["provider"], request.path_params["key"]
        known = provider in PROVIDERS and provider != "ours"
        if not known or not hmac.compare_digest(key.encode(), receipts_key(settings, provider).encode()):
            return PlainTextResponse("There is nothing here.\n", 404)
        try:
            body = await body_of(request, LARGEST)
        except Refused as refused:
            return PlainTextResponse(f"{refused.message}\n", refused.status)
        return await _taken(settings, provider, body)

    return [
        Route("/receipts", signed, methods=["POST"]),
        Route("/receipts/{provider}/{key}", posted, methods=["POST"]),
    ]


def receipts_key(settings: Settings, provider: str) -> str:
    """What a provider must know."""
    return make_token(settings.secret_key, _PURPOSE, provider)


def signature(settings: Settings, body: bytes) -> str:
    """The header of a body that is posted to `/receipts`."""
    key = receipts_key(settings, "ours").encode()
    return f"sha256={hmac.new(key, body, hashlib.sha256).hexdigest()}"


async def _taken(settings: Settings, provider: str, body: bytes) -> Response:
    try:
        news = read_receipts(settings, provider, body)
    except NotUnderstood as error:
        log.warning("receipts_not_understood", provider=provider, error=str(error))
        return PlainTextResponse("That was not understood.\n", 422)
    await keep(news)
    return PlainTextResponse("ok\n")
