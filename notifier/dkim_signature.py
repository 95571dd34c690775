"""DKIM (RFC 6376): by its signature a receiver knows that a mail is ours, and as we wrote it.

    message ──▶ headers and body as receivers compare them (relaxed) ──▶ DKIM-Signature, and the message behind it

Each header that we write is signed, both one-click headers among them, as RFC 8058 wants it; and each name once more
than it is there, so that none can be added on the way. dkimpy, by which the tests verify what arrives, could sign as
well, in many times the time: its arithmetic is Python's (docs/decisions/0015).
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Self

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from casework import clock
from casework.config import Settings
from notifier.outcome import Adjustable, Outcome, Transport

SIGNED = (
    b"from",
    b"to",
    b"reply-to",
    b"subject",
    b"date",
    b"message-id",
    b"in-reply-to",
    b"references",
    b"mime-version",
    b"content-type",
    b"content-transfer-encoding",
    b"list-id",
    b"list-unsubscribe",
    b"list-unsubscribe-post",
    b"auto-submitted",
)
_BITS_LEAST = 1024
_LINE = 70


@dataclass(frozen=True)
class Signer:
    """Signs in a domain's name, with the key whose public half is published under the selector."""

    domain: str
    selector: str
    key: RSAPrivateKey

    @classmethod
    def of(cls, settings: Settings) -> Self | None:
        """The signer of the settings, or None where no key is set. ValueError says what is wrong with the key."""
        if settings.dkim_key_file is None:
            return None
        try:
            key = serialization.load_pem_private_key(settings.dkim_key_file.read_bytes(), None)
        except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise ValueError(f"DKIM_KEY_FILE: {settings.dkim_key_file} is no readable PEM key: {error}") from error
        if not isinstance(key, RSAPrivateKey) or key.key_size < _BITS_LEAST:
            raise ValueError(f"DKIM_KEY_FILE: {settings.dkim_key_file} must be an RSA key of 2048 bits")
        return cls(settings.dkim_domain or settings.mail_from.rpartition("@")[2], settings.dkim_selector, key)

    @property
    def name(self) -> str:
        """Where the public half is to be found, a TXT record."""
        return f"{self.selector}._domainkey.{self.domain}"

    @cached_property
    def public(self) -> str:
        """The public half, as the record has it after `p=`."""
        form, encoding = serialization.PublicFormat.SubjectPublicKeyInfo, serialization.Encoding.DER
        return base64.b64encode(self.key.public_key().public_bytes(encoding, form)).decode()

    @property
    def record(self) -> str:
        return f"v=DKIM1; k=rsa; p={self.public}"

    def signed(self, message: bytes, at: datetime) -> bytes:
        """The message, complete with CRLF line endings, behind its signature."""
        head, _, body = message.partition(b"\r\n\r\n")
        given: dict[bytes, list[bytes]] = defaultdict(list)
        for line in re.split(rb"\r\n(?![ \t])", head):
            name, _, value = line.partition(b":")
            given[name.strip().lower()].append(value)
        names = [name for name in SIGNED for _ in range(len(given[name]) + 1)]
        beginning = b"".join(
            (
                b"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=%s; s=%s;\r\n"
                % (self.domain.encode("idna"), self.selector.encode("ascii")),
                b" t=%d;\r\n h=%s;\r\n" % (int(at.timestamp()), b":\r\n  ".join(_lines(names))),
                b" bh=%s;\r\n b=" % base64.b64encode(hashlib.sha256(_relaxed_body(body)).digest()),
            )
        )
        covered = [
            _relaxed(name, value) for name in SIGNED for value in reversed(given[name])
        ]  # of several, the last one is the first that a receiver takes
        ours = _relaxed(*beginning.split(b":", 1)).removesuffix(b"\r\n")
        signature = base64.b64encode(self.key.sign(b"".join(covered) + ours, PKCS1v15(), hashes.SHA256()))
        pieces = [signature[at : at + _LINE] for at in range(0, len(signature), _LINE)]
        return b"%s%s\r\n%s" % (beginning, b"\r\n  ".join(pieces), message)


@dataclass(frozen=True)
class Signed:
    """A transport whose mails are signed first."""

    way: Transport
    signer: Signer

    async def send(self, message: bytes, *, sender: str, recipient: str) -> Outcome:
        """See `Transport.send`."""
        return await self.way.send(self.signer.signed(message, clock.now()), sender=sender, recipient=recipient)

    async def close(self) -> None:
        await self.way.close()

    def allow(self, connections: int) -> None:
        if isinstance(self.way, Adjustable):
            self.way.allow(connections)


def _relaxed(name: bytes, value: bytes) -> bytes:
    """A header as receivers compare it (RFC 6376, 3.4.2)."""
    unfolded = re.sub(rb"[ \t]+", b" ", value.replace(b"\r\n", b""))
    return b"%s:%s\r\n" % (name.strip().lower(), unfolded.strip(b" "))


def _relaxed_body(body: bytes) -> bytes:
    """The same for a body (3.4.4)."""
    text = re.sub(rb"[ \t]+", b" ", body).replace(b" \r\n", b"\r\n")
    while text.endswith(b"\r\n"):
        text = text[:-2]
    return text + b"\r\n" if text else b""


def _lines(names: list[bytes]) -> Iterator[bytes]:
    """A list for `h=`, in lines that no server has to fold."""
    line: list[bytes] = []
    for name in names:
        if line and sum(map(len, line)) + len(line) + len(name) > _LINE:
            yield b":".join(line)
            line = []
        line.append(name)
    yield b":".join(line)
