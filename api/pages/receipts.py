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
        if not _is_one_of(request.headers.get("x-curbcast-signature", ""), _signatures(settings, body)):
            return PlainTextResponse("The signature is not ours.\n", 403)
        return await _taken(settings, "ours", body)

    async def posted(request: Request) -> Response:
        provider, key = request.path_params["provider"], request.path_params["key"]
        known = provider in PROVIDERS and provider != "ours"
        if not known or not _is_one_of(key, _keys(settings, provider)):
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
    return _keys(settings, provider)[0]


def signature(settings: Settings, body: bytes) -> str:
    """The header of a body that is posted to `/receipts`."""
    return _signatures(settings, body)[0]


def _keys(settings: Settings, provider: str) -> list[str]:
    """The present key, and those of old secrets that are still good."""
    return [make_token(secret, _PURPOSE, provider) for secret in settings.secrets]


def _signatures(settings: Settings, body: bytes) -> list[str]:
    keys = _keys(settings, "ours")
    return [f"sha256={hmac.new(key.encode(), body, hashlib.sha256).hexdigest()}" for key in keys]


def _is_one_of(given: str, allowed: list[str]) -> bool:
    return any(hmac.compare_digest(given.encode(), each.encode()) for each in allowed)


async def _taken(settings: Settings, provider: str, body: bytes) -> Response:
    try:
        news = read_receipts(settings, provider, body)
    except NotUnderstood as error:
        log.warning("receipts_not_understood", provider=provider, error=str(error))
        return PlainTextResponse("That was not understood.\n", 422)
    await keep(news)
    return PlainTextResponse("ok\n")
