"""What people do with their own account."""

from __future__ import annotations

from casework import passwords, text
from casework.access import Viewer
from casework.actions.accounts import check_handle, check_language, check_time_zone
from casework.actions.areas import delete_area
from casework.actions.confirming import account_with
from casework.actions.members import end_membership, lock_organization
from casework.actions.standing import standing_to_change
from casework.actions.steps import action, membership_action
from casework.areas import AreaFollow, WatchArea
from casework.errors import Invalid, SignInRequired
from casework.events import AccountClosed, AddressChangeRequested
from casework.ledger import forget_addresses, record
from casework.people import Member, Person, Session
from casework.tokens import Purpose, Ticket, issue, void
from casework.watching import Follow, Mute


def own_account(viewer: Viewer) -> Person:
    """The viewer's account. Raises SignInRequired."""
    if viewer.person is None:
        raise SignInRequired("Sign in to do this.")
    return viewer.person


async def check_password(viewer: Viewer, password: str | None) -> None:
    """That it is really them, before what can't be undone by a session alone. Outside of any transaction.

    Raises SignInRequired, or Invalid for a password that is wrong or missing.
    """
    person = own_account(viewer)
    if not await passwords.matches(person.password_hash, password or ""):
        raise Invalid(
            "password is not right. If you have none yet, ask for a new one with requestPasswordReset.",
            field="password",
        )


@action
async def update_profile(
    viewer: Viewer,
    *,
    name: str | None = None,
    handle: str | None = None,
    language: str | None = None,
    time_zone: str | None = None,
    address: str | None = None,
) -> Person:
    """Change one's account; what is None stays. A new address counts once it is confirmed from the mail sent there."""
    person = await Person.get(id=own_account(viewer).id)
    if name is not None:
        person.name = text.line(name, "name")
    if handle is not None and handle.lower() != person.handle:
        person.handle = await check_handle(handle)
    if language is not None:
        check_language(language)
        person.language = language
    if time_zone is not None:
        check_time_zone(time_zone)
        person.time_zone = time_zone
    await person.save(update_fields=["name", "handle", "language", "time_zone"])
    if address is not None:
        await _request_address(viewer, person, text.address(address, "address"))
    return person


async def _request_address(viewer: Viewer, person: Person, address: str) -> None:
    """Ask whoever reads the new address's mail; its owner, where another account has confirmed it, is told instead."""
    at = viewer.occasion().at
    if person.confirmed_at is not None and person.address == address:
        return
    await void(at, purpose=Purpose.CONFIRM, person_id=person.id)
    owner = await account_with(address)
    purpose = Purpose.CONFIRM if owner is None else Purpose.RESET
    ticket = await issue(purpose, at, address=address, person_id=person.id if owner is None else owner.id)
    await record(
        AddressChangeRequested(
            occasion=viewer.occasion(),
            person_id=person.id,
            address=address if owner is None else "",
            ticket_id=ticket.id,
            owner_id=owner.id if owner is not None else None,
            language=person.language if owner is None else owner.language,
        )
    )


@action
async def confirm_address_again(viewer: Viewer) -> Person:
    """Have the account's address confirmed once more, from a mail sent there. Raises SignInRequired."""
    at, person = viewer.occasion().at, await Person.get(id=own_account(viewer).id)
    if person.address is not None:
        await void(at, purpose=Purpose.CONFIRM, person_id=person.id)
        ticket = await issue(Purpose.CONFIRM, at, address=person.address, person_id=person.id)
        await record(
            AddressChangeRequested(
                occasion=viewer.occasion(),
                person_id=person.id,
                address=person.address,
                ticket_id=ticket.id,
                language=person.language,
            )
        )
    return person


@membership_action
async def close_account(viewer: Viewer) -> Person:
    """Close one's account for good: name, addresses, password, sessions, follows, areas and memberships go.

    What was reported and said stays, by "Closed account". Raises LastOwner for whoever an organization depends on.
    """
    person = await Person.get(id=own_account(viewer).id)
    at = viewer.occasion().at
    viewer = await standing_to_change(viewer)
    for member in await Member.filter(person_id=person.id, until_event__isnull=True).order_by("organization_id"):
        await lock_organization(member.organization_id)
        await end_membership(viewer, member)
    row = await record(AccountClosed(occasion=viewer.occasion(), person_id=person.id))
    await Follow.filter(person_id=person.id, until_event__isnull=True).update(until_event=row.id)
    await Mute.filter(person_id=person.id, until_event__isnull=True).update(until_event=row.id)
    await _watch_nothing(viewer, person, row.id)
    await Session.filter(person_id=person.id, revoked_at__isnull=True).update(revoked_at=at)
    await Ticket.filter(person_id=person.id).delete()
    await forget_addresses(person.id)
    person.update_from_dict(
        {
            "name": "Closed account",
            "handle": f"closed-{person.id}",
            "address": None,
            "password_hash": None,
            "closed_at": at,
        }
    )
    await person.save()
    return person


async def _watch_nothing(viewer: Viewer, person: Person, until_event: int) -> None:
    """Their areas are deleted like one by one, so that followers' waiting lines still go (rule 8)."""
    areas = WatchArea.filter(owner_id=person.id, deleted_event__isnull=True).order_by("id").select_for_update()
    for area in await areas:
        await delete_area(viewer, area)
    await AreaFollow.filter(person_id=person.id, until_event__isnull=True).update(until_event=until_event)


@action
async def exported(viewer: Viewer) -> Person:
    """That somebody may take along what is held about them: about nobody but themselves. Raises SignInRequired."""
    return own_account(viewer)
