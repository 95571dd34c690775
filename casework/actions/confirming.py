"""Making an address somebody's: only whoever reads its mail can (rule 2)."""

from __future__ import annotations

from datetime import datetime

from casework.access import Viewer
from casework.actions.steps import action
from casework.errors import BadLink, Conflict
from casework.events import AddressChanged, EmailConfirmed, Occasion
from casework.ledger import record
from casework.people import BareAddress, Person
from casework.requests import AddressOrigin, ServiceRequest
from casework.signing import Secret
from casework.tokens import Purpose, Ticket, redeem, void


@action
async def confirm_email(viewer: Viewer, *, secret: Secret, token: str) -> Ticket:
    """Confirm the address that a link was sent to: an account's own, or the one under which a guest filed something.

    Raises BadLink, or Conflict where another account has confirmed the address meanwhile.
    """
    at = viewer.occasion().at
    ticket = await redeem(secret, token, at, Purpose.CONFIRM, Purpose.CONFIRM_GUEST)
    if ticket.address is None:
        raise BadLink("This link has lost its address. Ask for a new one.", field="token")
    if ticket.purpose is Purpose.CONFIRM_GUEST:
        await _confirm_guest(ticket.address, at)
    elif ticket.person is None or ticket.person.closed_at is not None:
        raise BadLink("The account is closed.", field="token")
    else:
        await make_theirs(ticket.person, ticket.address, at)
    return ticket


async def account_with(address: str) -> Person | None:
    """The account that has confirmed this address."""
    return await Person.get_or_none(address=address, confirmed_at__isnull=False, closed_at__isnull=True)


async def make_theirs(person: Person, address: str, at: datetime) -> None:
    """The person has shown that they read the address's mail: it is their account's from now on, and nobody else's.

    Requests filed under it come along: those that staff typed in for a caller, and a guest's where the address was
    confirmed for guests. Other accounts that only claimed the address are closed. Part of the caller's commit.
    """
    owner = await account_with(address)
    if owner is not None and owner.id != person.id:
        raise Conflict("Another account has this address.", field="address")
    old_address = person.address if person.confirmed_at is not None else None
    if old_address == address:
        return
    claimants = Person.filter(address=address, confirmed_at__isnull=True).exclude(id=person.id)
    await claimants.update(address=None, closed_at=at, password_hash=None)
    person.address, person.confirmed_at = address, person.confirmed_at or at
    await person.save(update_fields=["address", "confirmed_at"])
    await void(at, purpose=Purpose.CONFIRM, person_id=person.id)
    occasion = Occasion(at=at, actor_id=person.id)
    taken = await take_over(person, address)
    await record(EmailConfirmed(occasion=occasion, person_id=person.id, request_ids=tuple(taken)))
    if old_address is not None:
        await record(
            AddressChanged(occasion=occasion, person_id=person.id, old_address=old_address, language=person.language)
        )


async def take_over(person: Person, address: str) -> list[int]:
    """Make the requests filed under an address the account's own; returns their ids."""
    origins = [AddressOrigin.STAFF]
    if await BareAddress.exists(address=address, confirmed_at__isnull=False):
        origins.append(AddressOrigin.GUEST)
    filed = ServiceRequest.filter(
        reporter_address=address, reporter_id__isnull=True, reporter_address_origin__in=origins
    )
    ids = [request.id for request in await filed.order_by("id").only("id")]
    if ids:
        await ServiceRequest.filter(id__in=ids).update(
            reporter_id=person.id, reporter_address=None, reporter_address_origin=None
        )
    return ids


async def _confirm_guest(address: str, at: datetime) -> None:
    """ "Yes, I reported this": from now on mail goes there; an account that has the address takes the requests over."""
    await BareAddress.filter(address=address).update(confirmed_at=at)
    owner = await account_with(address)
    if owner is not None and (taken := await take_over(owner, address)):
        await record(
            EmailConfirmed(occasion=Occasion(at=at, actor_id=owner.id), person_id=owner.id, request_ids=tuple(taken))
        )
