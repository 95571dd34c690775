"""What came with an HTTP request, up to what is allowed."""

from __future__ import annotations

from starlette.requests import Request

from api.errors import Refused

_KEY_LONGEST = 255


async def body_of(request: Request, most: int) -> bytes:
    """The whole body. Raises Refused (413) as soon as it announces or sends more than `most` bytes."""
    too_large = Refused("TOO_LARGE", f"A request may have at most {most:,} bytes.", status=413)
    announced = request.headers.get("content-length", "0")
    if announced.isascii() and announced.isdigit() and int(announced[:20]) > most:
        raise too_large
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise too_large
    return bytes(body)


def idempotency_key(request: Request) -> str | None:
    """The `Idempotency-Key`, with which the same request may be sent again. Raises Refused."""
    key = request.headers.get("idempotency-key", "").strip()
    if len(key) > _KEY_LONGEST:
        raise Refused("BAD_REQUEST", f"Idempotency-Key may have at most {_KEY_LONGEST} characters.")
    return key or None
