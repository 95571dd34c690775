"""People who report without an account (rule 5).

a guest's own address    with the first request under it one question, "did you report this?"; then mail
one that staff typed     mail at once, with the first one an invitation to make an account
"""

from __future__ import annotations

from casework.access import Viewer
from casework.actions.confirming import account_with
from casework.events import GuestAddressTyped
from casework.ledger import record
from casework.people import BareAddress
from casework.requests import AddressOrigin, ServiceRequest
from casework.tokens import Purpose, Ticket, issue


async def invite_caller(viewer: Viewer, request: ServiceRequest) -> Ticket | None:
    """A ticket for the caller whose address staff typed, unless they have an account or were invited before."""
    address = request.reporter_address
    if address is None or request.reporter_address_origin is not AddressOrigin.STAFF or viewer.imported:
        return None
    invited = Ticket.filter(purpose=Purpose.JOIN, address=address, organization_id__isnull=True)
    if await invited.exists() or await account_with(address) is not None:
        return None
    return await issue(Purpose.JOIN, viewer.occasion().at, address=address, request_id=request.id)


async def remember_guest(viewer: Viewer, request: ServiceRequest) -> None:
    """Keep the address that a guest gave, with the language of whoever gave it first."""
    if request.reporter_address is not None and request.reporter_address_origin is AddressOrigin.GUEST:
        at = viewer.occasion().at
        given = BareAddress(address=request.reporter_address, language=viewer.language, created_at=at)
        await BareAddress.bulk_create([given], ignore_conflicts=True)


async def ask_guest(viewer: Viewer, request: ServiceRequest) -> None:
    """Ask whoever reads mail at a guest's address whether they reported this; once per address."""
    address, occasion = request.reporter_address, viewer.occasion()
    if address is None or request.reporter_address_origin is not AddressOrigin.GUEST or viewer.imported:
        return
    await remember_guest(viewer, request)
    if not await BareAddress.filter(address=address, asked_at__isnull=True).update(asked_at=occasion.at):
        return
    owner, known = await account_with(address), await BareAddress.get(address=address)
    ticket = await issue(Purpose.CONFIRM_GUEST, occasion.at, address=address, request_id=request.id)
    await record(
        GuestAddressTyped(
            occasion=occasion,
            organization_id=request.organization_id,
            request_id=request.id,
            person_id=None,
            address=address,
            ticket_id=ticket.id,
            language=owner.language if owner is not None else known.language,
        )
    )
