"""What the link in a mail allows, once.

    ticket   a row: what for, for whom, until when, whether it was used        written with the event that is mailed
    token    in the link alone: the ticket's id, signed with its purpose and nonce      made when the mail is rendered

So a retry renders the same link, the database holds none, and a token is good for one purpose only.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from casework.database import MomentField, OptionalMomentField, require_transaction
from casework.errors import BadLink
from casework.organizations import Organization
from casework.people import Person, Role
from casework.requests import ServiceRequest
from casework.signing import Secret, make_token, read_token, unproven_subject

_LARGEST_ROW = 2**31 - 1


class Purpose(StrEnum):
    """What a ticket is for, and which page its link leads to."""

    CONFIRM = "confirm"
    CONFIRM_GUEST = "confirm_guest"
    RESET = "reset"
    JOIN = "join"


LASTS = {
    Purpose.CONFIRM: timedelta(days=3),
    Purpose.CONFIRM_GUEST: timedelta(days=30),
    Purpose.RESET: timedelta(hours=1),
    Purpose.JOIN: timedelta(days=14),
}


class Ticket(Model):
    """One permission to do one thing.

    - CONFIRM: `address` is `person`'s, who may have another one until then.
    - CONFIRM_GUEST: the guest at `address` filed `request`.
    - RESET: a new password for `person`; none where nobody has the address that was typed.
    - JOIN: an account for whoever reads mail at `address`, and `role` in `organization` where there is one.
    """

    id = fields.IntField(primary_key=True)
    purpose = fields.CharEnumField(Purpose, max_length=16)
    nonce = fields.CharField(max_length=32)
    address = fields.CharField(max_length=320, null=True)
    person: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "casework.Person", related_name="tickets", null=True, on_delete=fields.OnDelete.CASCADE
    )
    person_id: int | None
    organization: fields.ForeignKeyNullableRelation[Organization] = fields.ForeignKeyField(
        "casework.Organization", related_name="tickets", null=True, on_delete=fields.OnDelete.CASCADE
    )
    organization_id: int | None
    request: fields.ForeignKeyNullableRelation[ServiceRequest] = fields.ForeignKeyField(
        "casework.ServiceRequest", related_name="tickets", null=True, on_delete=fields.OnDelete.CASCADE
    )
    request_id: int | None
    role = fields.CharEnumField(Role, max_length=12, null=True)
    expires_at = MomentField()
    used_at = OptionalMomentField()
    created_at = MomentField()

    class Meta:
        table = "ticket"
        indexes = (("person_id", "purpose"), ("organization_id", "address"))


async def issue(
    purpose: Purpose,
    at: datetime,
    *,
    address: str | None = None,
    person_id: int | None = None,
    organization_id: int | None = None,
    request_id: int | None = None,
    role: Role | None = None,
) -> Ticket:
    """A new ticket, part of the caller's commit."""
    require_transaction()
    return await Ticket.create(
        purpose=purpose,
        nonce=secrets.token_urlsafe(16),
        address=address,
        person_id=person_id,
        organization_id=organization_id,
        request_id=request_id,
        role=role,
        expires_at=at + LASTS[purpose],
        created_at=at,
    )


def token_of(secret: str, ticket: Ticket) -> str:
    """The token of a link; the same each time."""
    return make_token(secret, _sealed_for(ticket), str(ticket.id))


async def ticket_of(secret: Secret, token: str, at: datetime, *purposes: Purpose) -> Ticket | None:
    """The ticket behind a token, if it is for one of these purposes and still good; with person and organization."""
    subject = unproven_subject(token)
    if subject is None or not subject.isascii() or not subject.isdigit() or int(subject[:12]) > _LARGEST_ROW:
        return None
    ticket = await Ticket.get_or_none(id=int(subject)).select_related("person", "organization", "request")
    if ticket is None or ticket.purpose not in purposes or read_token(secret, _sealed_for(ticket), token) is None:
        return None
    return ticket if ticket.used_at is None and at < ticket.expires_at else None


async def redeem(secret: Secret, token: str, at: datetime, *purposes: Purpose) -> Ticket:
    """Use a ticket up, as part of the caller's commit. Raises BadLink; of two at once, one gets it."""
    require_transaction()
    ticket = await ticket_of(secret, token, at, *purposes)
    if ticket is None or not await Ticket.filter(id=ticket.id, used_at__isnull=True).update(used_at=at):
        raise BadLink("This link was used already, or is too old. Ask for a new one.", field="token")
    return ticket


async def void(at: datetime, **which: object) -> None:
    """Use up the unused tickets that these columns match."""
    await Ticket.filter(used_at__isnull=True, **which).update(used_at=at)


def _sealed_for(ticket: Ticket) -> str:
    return f"{ticket.purpose.value}\0{ticket.nonce}"
