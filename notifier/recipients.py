"""Who a mail can go to: a person with an account, or a bare address that somebody typed.

A recipient's key is `person:<id>` or `address:<normalized>`; it is never null, so one unique constraint on
(event, recipient) holds the promise that nobody is told twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from casework import clock
from casework.people import BareAddress, Person


@dataclass(frozen=True)
class Recipient:
    person_id: int | None
    address: str | None

    @cached_property
    def key(self) -> str:
        return f"person:{self.person_id}" if self.person_id is not None else f"address:{self.address}"


def person(person_id: int) -> Recipient:
    return Recipient(person_id, None)


def from_key(key: str) -> Recipient:
    """The recipient that a key names."""
    sort, _, name = key.partition(":")
    return person(int(name)) if sort == "person" else Recipient(None, name)


async def resolve(addresses: Iterable[str]) -> dict[str, Recipient]:
    """The recipient that each address is: the account that has confirmed it, or the bare address (rule 2)."""
    wanted = set(addresses)
    if not wanted:
        return {}
    owners = await Person.filter(address__in=sorted(wanted), confirmed_at__isnull=False, closed_at__isnull=True)
    found = {owner.address: person(owner.id) for owner in owners}
    return {address: found.get(address, Recipient(None, address)) for address in wanted}


async def remember(addresses: Iterable[str]) -> None:
    """Make sure that each bare address has a row, which its unsubscribe links refer to."""
    wanted = sorted(set(addresses))
    if wanted:
        known = {row.address for row in await BareAddress.filter(address__in=wanted)}
        fresh = [BareAddress(address=each, created_at=clock.now()) for each in wanted if each not in known]
        await BareAddress.bulk_create(fresh, ignore_conflicts=True)
