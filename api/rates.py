"""How often somebody may try what others could abuse. Counted in Redis; a Redis that is away allows everything.

Each verb is counted by the client's network address and by the account or e-mail address it is about: the first stops
one machine that tries many accounts, the second many machines that try one. The address is the client's own, also
behind a proxy (curbcast.proxies); of an IPv6 address the first half, which is what one household or server is given.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address, ip_network

from casework.errors import RateLimited
from notifier.doorbell import Doorbell


class Verb(StrEnum):
    SIGN_IN = "sign_in"
    SIGN_UP = "sign_up"
    RESET = "reset"
    SUBMIT = "submit"
    COMMENT = "comment"
    PHOTO = "photo"
    SYSTEM = "system"
    LOOK_UP = "look_up"
    LINK = "link"
    EXPORT = "export"
    PREVIEW = "preview"


@dataclass(frozen=True)
class Rate:
    """At most so many times by one client, and so many about one account, in a window of `seconds`."""

    by_client: int
    by_account: int
    seconds: int


RATES: Mapping[Verb, Rate] = {
    Verb.SIGN_IN: Rate(50, 10, 600),
    Verb.SIGN_UP: Rate(20, 5, 3600),
    Verb.RESET: Rate(20, 5, 3600),
    Verb.SUBMIT: Rate(60, 30, 600),
    Verb.COMMENT: Rate(120, 60, 600),
    Verb.PHOTO: Rate(120, 60, 600),
    Verb.SYSTEM: Rate(3000, 1000, 600),
    Verb.LOOK_UP: Rate(1200, 1200, 600),
    Verb.LINK: Rate(30, 30, 600),
    Verb.EXPORT: Rate(20, 10, 3600),
    Verb.PREVIEW: Rate(120, 60, 600),
}


@dataclass(frozen=True)
class Rates:
    """Counts uses. Raises RateLimited, which says when to try again."""

    doorbell: Doorbell

    async def count(self, verb: Verb, *, client: str, account: str | None) -> None:
        """Count one try. `account` is whatever names the account: an id, or the address as it was typed."""
        rate = RATES[verb]
        waits = [await self._take(verb, "client", _network(client), rate.by_client, rate.seconds)]
        if account is not None:
            waits.append(await self._take(verb, "account", account, rate.by_account, rate.seconds))
        wait = max((each for each in waits if each is not None), default=None)
        if wait is not None:
            raise RateLimited("Too often. Try again in %(seconds)s seconds.", retry_after=wait)

    async def _take(self, verb: Verb, sort: str, whom: str, limit: int, seconds: int) -> int | None:
        """Redis is shown no addresses, only their hashes."""
        name = hashlib.sha256(whom.strip().lower().encode("utf-8", "surrogatepass")).hexdigest()[:32]
        return await self.doorbell.take(f"{verb}:{sort}:{name}", limit=limit, seconds=seconds)


def _network(client: str) -> str:
    """What one client can't leave by picking another address of its own."""
    try:
        address = ip_address(client)
    except ValueError:  # a socket of this machine, or a test
        return client
    if address.version == 4:
        return client
    return str(address.ipv4_mapped or ip_network((address, 64), strict=False))
