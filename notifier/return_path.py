"""What ties a delivery report to the mail that it is about, and to nothing else.

    n42p7.q3k5…   "notification 42, to person 7, as it was sent to that address"

The signature covers the address, which isn't in it: it proves itself for the one address that the mail went to.

It travels in a header of its own and, where a bounce mailbox is set, in the envelope's sender (bounces+n42p7.q3k5…@…),
so it comes back in any report, whichever part of the mail that quotes. Letters and digits alone, in lower case: mail
servers change the case of addresses. Whoever got a mail can only ever report on their own address.
"""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Collection

from casework.config import Settings
from casework.signing import Secret, each_of, seal

HEADER = "X-Curbcast-Delivery"
_PURPOSE = "delivery"
_SEAL = 20
_TOKEN = rb"([nd]\d{1,18}[pa]\d{1,10}\.[a-z2-7]{20})(?![a-z0-9])"
_IN_TEXT = re.compile(rb"(?:" + HEADER.encode() + rb":[ \t]*|\+)" + _TOKEN, re.IGNORECASE)
_TRIED = 8


def delivery_token(secret: str, mail: str, reader: str, address: str) -> str:
    """The token of one mail (`n42` for a notification, `d7` for a digest) to one reader (`p7` for a person, `a3` for
    a bare address) at their normalized address."""
    subject = f"{mail}{reader}"
    sealed = base64.b32encode(seal(secret, _PURPOSE, f"{subject}\0{address}")).decode().lower()
    return f"{subject}.{sealed[:_SEAL]}"


def return_path(settings: Settings, token: str) -> str:
    """The envelope's sender: where reports on this mail go."""
    if settings.bounce_address is None:
        return settings.mail_from
    local, _, domain = settings.bounce_address.rpartition("@")
    return f"{local}+{token}@{domain}"


def tokens_in(text: bytes) -> list[str]:
    """All that look like one, each once, the first few."""
    return list(dict.fromkeys(found.decode().lower() for found in _IN_TEXT.findall(text)))[:_TRIED]


def named_by(token: str) -> tuple[str, str]:
    """The mail and the reader that a token names; neither is proven yet."""
    mail, sort, number = re.split(r"([pa])", token.partition(".")[0])
    return mail, sort + number


def proven_address(secret: Secret, token: str, candidates: Collection[str]) -> str | None:
    """The one of these addresses for which the token was made; None where it is for none, or is forged."""
    named = named_by(token)
    made = ((each, delivery_token(one, *named, each)) for one in each_of(secret) for each in candidates)
    return next((each for each, its_token in made if hmac.compare_digest(its_token, token)), None)
