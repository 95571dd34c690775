"""Who works for an organization. It always has an owner, and only owners make or unmake one.

invite_member ──┬─ the address is an account's ───────────▶ a member at once (MemberAdded)
                └─ nobody has confirmed it ──▶ a ticket ──accept_invitation──▶ account and member (MemberJoined)
"""

from __future__ import annotations

from dataclasses import dataclass

from casework import text
from casework.access import Viewer, organization_for, require
from casework.actions.confirming import account_with, make_theirs
from casework.actions.handing_back import hand_back
from casework.actions.signing import new_account
from casework.actions.standing import standing_to_change
from casework.actions.steps import action, membership_action
from casework.database import require_transaction
from casework.errors import Conflict, Invalid, LastOwner, NotFound
from casework.events import MemberAdded, MemberJoined, MemberRemoved, MemberRoleChanged, Occasion
from casework.history import HistoryRow
from casework.ledger import record
from casework.organizations import Organization
from casework.people import STAFF_ROLES, Member, Person, Role
from casework.permissions import Action
from casework.signing import Secret
from casework.tokens import Purpose, Ticket, issue, redeem, void


@dataclass(frozen=True)
class Invited:
    """A member already, or a ticket that waits to be used."""

    member: Member | None = None
    ticket: Ticket | None = None


async def lock_organization(organization_id: int) -> Organization:
    """One change of members, or of rules, at a time: an organization can't lose its last two owners at once."""
    require_transaction()
    # Without the key, as events of its requests go on being written meanwhile.
    await Organization.filter(id=organization_id).select_for_update(no_key=True).only("id")
    return await organization_for(organization_id)


@action
async def invite_member(viewer: Viewer, organization_id: int, *, address: str, role: Role) -> Invited:
    """Give whoever has this address a role; a second invitation replaces the first. Raises Conflict for members."""
    await lock_organization(organization_id)
    _require(viewer, organization_id, role)
    normalized = text.address(address, "address")
    person = await account_with(normalized)
    if person is not None and await _present(organization_id, person.id) is not None:
        raise Conflict("They are a member already.", field="address")
    occasion = viewer.occasion()
    await void(occasion.at, purpose=Purpose.JOIN, organization_id=organization_id, address=normalized)
    ticket = None
    if person is None:
        ticket = await issue(Purpose.JOIN, occasion.at, address=normalized, organization_id=organization_id, role=role)
    row = await record(
        MemberAdded(
            occasion=occasion,
            organization_id=organization_id,
            by_staff=True,
            person_id=person.id if person is not None else None,
            address=normalized if person is None else None,
            role=role.value,
            ticket_id=ticket.id if ticket is not None else None,
        )
    )
    if ticket is not None:
        return Invited(ticket=ticket)
    member = await _join(organization_id, person.id if person is not None else 0, role, row)
    return Invited(member=member)


@action
async def accept_invitation(
    viewer: Viewer,
    *,
    secret: Secret,
    token: str,
    name: str | None = None,
    password_hash: str | None = None,
    handle: str | None = None,
    language: str = "en",
    time_zone: str = "America/New_York",
) -> Person:
    """Use an invitation: the address's account becomes a member, and is made first where there is none.

    Raises BadLink; and Invalid where there is no account yet and name or password are missing.
    """
    at = viewer.occasion().at
    ticket = await redeem(secret, token, at, Purpose.JOIN)
    address = str(ticket.address)
    person = await account_with(address)
    if person is None:
        if name is None or password_hash is None:
            missing = "name" if name is None else "password"
            raise Invalid("%(field)s must be given: there is no account with this address yet.", field=missing)
        person = await new_account(name=name, handle=handle, language=language, time_zone=time_zone)
        person.password_hash, person.created_at = password_hash, at
        await person.save()
        await make_theirs(person, address, at)
    if ticket.organization_id is not None and ticket.role is not None:
        await lock_organization(ticket.organization_id)
        if await _present(ticket.organization_id, person.id) is None:
            joined = MemberJoined(
                occasion=Occasion(at=at, actor_id=person.id),
                organization_id=ticket.organization_id,
                person_id=person.id,
                role=ticket.role.value,
            )
            await _join(ticket.organization_id, person.id, ticket.role, await record(joined))
    return person


@membership_action
async def change_member_role(viewer: Viewer, organization_id: int, person_id: int, *, role: Role) -> Member:
    """Give a member another role, from the next event on. Raises LastOwner."""
    viewer = await standing_to_change(viewer, organization_id, person_id)
    await lock_organization(organization_id)
    member = await _member(organization_id, person_id)
    _require(viewer, organization_id, role, member.role)
    if member.role is role:
        return member
    await _check_owner_left(member)
    row = await record(
        MemberRoleChanged(
            occasion=viewer.occasion(),
            organization_id=organization_id,
            by_staff=True,
            person_id=person_id,
            role=role.value,
            previous_role=member.role.value,
        )
    )
    await _end(member, row)
    if role not in STAFF_ROLES:
        await hand_back(viewer, member)
    return await _join(organization_id, person_id, role, row)


@membership_action
async def remove_member(viewer: Viewer, organization_id: int, person_id: int) -> Member:
    """End a membership; members may leave by themselves. What they handle is nobody's then. Raises LastOwner."""
    viewer = await standing_to_change(viewer, organization_id, person_id)
    await lock_organization(organization_id)
    if person_id == viewer.person_id:
        require(viewer, Action.LEAVE, organization_id)
        member = await _member(organization_id, person_id)
    else:
        require(viewer, Action.MANAGE_MEMBERS, organization_id)
        member = await _member(organization_id, person_id)
        _require(viewer, organization_id, member.role)
    await end_membership(viewer, member)
    return member


async def end_membership(viewer: Viewer, member: Member) -> None:
    """The same without asking who may. The organization is locked by the caller."""
    await _check_owner_left(member)
    row = await record(
        MemberRemoved(
            occasion=viewer.occasion(),
            organization_id=member.organization_id,
            by_staff=viewer.is_staff_of(member.organization_id),
            person_id=member.person_id,
        )
    )
    await _end(member, row)
    await hand_back(viewer, member)


def _require(viewer: Viewer, organization_id: int, *roles: Role) -> None:
    """Managers manage members; an owner's role is given and taken by owners."""
    require(viewer, Action.MANAGE_OWNERS if Role.OWNER in roles else Action.MANAGE_MEMBERS, organization_id)


async def _present(organization_id: int, person_id: int) -> Member | None:
    return await Member.get_or_none(organization_id=organization_id, person_id=person_id, until_event__isnull=True)


async def _member(organization_id: int, person_id: int) -> Member:
    member = await _present(organization_id, person_id)
    if member is None:
        raise NotFound("There is no such member in this organization.", field="person_id")
    return member


async def _join(organization_id: int, person_id: int, role: Role, row: HistoryRow) -> Member:
    return await Member.create(
        organization_id=organization_id,
        person_id=person_id,
        role=role,
        since_event=row.id,
        created_at=row.occurred_at,
    )


async def _end(member: Member, row: HistoryRow) -> None:
    member.until_event, member.removed_at = row.id, row.occurred_at
    await member.save(update_fields=["until_event", "removed_at"])


async def _check_owner_left(member: Member) -> None:
    if member.role is not Role.OWNER:
        return
    others = Member.filter(
        organization_id=member.organization_id,
        role=Role.OWNER,
        until_event__isnull=True,
        person__closed_at__isnull=True,
    )
    if not await others.exclude(id=member.id).exists():
        raise LastOwner("An organization can't be without an owner; make somebody else one first.")
