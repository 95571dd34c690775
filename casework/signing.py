"""Tokens that name something and can't be forged. The database holds none of them.

A token is base64url(subject, a dot, the first 16 bytes of HMAC-SHA256(secret, purpose and subject)). It names rows by
id and holds no address, and comes out the same every time it is made.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from binascii import Error as NotBase64

_MAC_BYTES = 16


Secret = str | tuple[str, ...]
"""What verifies: one secret, or all that are valid while one replaces the other."""


def each_of(secret: Secret) -> tuple[str, ...]:
    return (secret,) if isinstance(secret, str) else secret


def make_token(secret: str, purpose: str, subject: str) -> str:
    """A token that only `read_token`, with that secret and purpose, turns back into its subject."""
    return base64.urlsafe_b64encode(subject.encode() + b"." + seal(secret, purpose, subject)).decode().rstrip("=")


def read_token(secret: Secret, purpose: str, token: str) -> str | None:
    """The subject, or None where the token was not made by us for this purpose."""
    subject, mac = _parts(token)
    proven = [hmac.compare_digest(mac, seal(one, purpose, subject)) for one in each_of(secret)]
    return subject if subject and any(proven) else None


def unproven_subject(token: str) -> str | None:
    """What a token says that it names, for finding out which purpose to read it with. None where it is no token."""
    return _parts(token)[0] or None


def seal(secret: str, purpose: str, subject: str) -> bytes:
    """The signature alone: 16 bytes."""
    return hmac.new(secret.encode(), f"{purpose}\0{subject}".encode(), hashlib.sha256).digest()[:_MAC_BYTES]


def _parts(token: str) -> tuple[str, bytes]:
    try:
        raw = base64.urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
        return raw[: -_MAC_BYTES - 1].decode(), raw[-_MAC_BYTES:]
    except (NotBase64, UnicodeError, ValueError):
        return "", b""
