"""The links in mails: signed, opaque, and stored nowhere.

A token is base64url(subject, a dot, the first 16 bytes of HMAC-SHA256(secret, purpose and subject)). It names rows by
id and holds no address, needs no look-up to be checked, and renders the same on every retry.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from binascii import Error as NotBase64
from dataclasses import dataclass

from casework.config import Settings
from casework.requests import ServiceRequest

_MAC_BYTES = 16


def make_token(secret: str, purpose: str, subject: str) -> str:
    """A token that only `read_token` with the same secret and purpose turns back into its subject."""
    return base64.urlsafe_b64encode(subject.encode() + b"." + _mac(secret, purpose, subject)).decode().rstrip("=")


def read_token(secret: str, purpose: str, token: str) -> str | None:
    """The subject, or None where the token was not made by us for this purpose."""
    try:
        raw = base64.urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
        subject, mac = raw[: -_MAC_BYTES - 1].decode(), raw[-_MAC_BYTES:]
    except (NotBase64, UnicodeError, ValueError):
        return None
    return subject if subject and hmac.compare_digest(mac, _mac(secret, purpose, subject)) else None


def _mac(secret: str, purpose: str, subject: str) -> bytes:
    return hmac.new(secret.encode(), f"{purpose}\0{subject}".encode(), hashlib.sha256).digest()[:_MAC_BYTES]


@dataclass(frozen=True)
class Links:
    """Makes every link of a mail from the settings."""

    settings: Settings

    def request(self, request: ServiceRequest) -> str:
        return f"{self.settings.public_url}/r/{request.organization.slug}/{request.number}"

    def unsubscribe(self, reader_ref: str, *kinds: str) -> str:
        """Stops some kinds for one reader (`p<person id>` or `a<bare address id>`)."""
        return self._signed(f"stop:{reader_ref}:{'+'.join(kinds)}")

    def mute(self, reader_ref: str, request_id: int) -> str:
        return self._signed(f"mute:{reader_ref}:{request_id}")

    def _signed(self, subject: str) -> str:
        return f"{self.settings.public_url}/u/{make_token(self.settings.secret_key, UNSUBSCRIBE, subject)}"


UNSUBSCRIBE = "unsubscribe"
