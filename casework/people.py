"""People, the organizations they work for, and the sessions they are signed in with."""

from __future__ import annotations

from enum import StrEnum

from tortoise import fields
from tortoise.migrations.constraints import UniqueConstraint
from tortoise.models import Model

from casework.database import MomentField, OptionalMomentField
from casework.organizations import Organization


class Role(StrEnum):
    """A member's role. Owner, Manager and Internal Personnel are staff; a Requester is a resident."""

    OWNER = "owner"
    MANAGER = "manager"
    INTERNAL = "internal"
    REQUESTER = "requester"


STAFF_ROLES = frozenset({Role.OWNER, Role.MANAGER, Role.INTERNAL})


class Person(Model):
    """An account. `address` is normalized (see casework.text) and null once the account is closed.

    Until it is confirmed, an address proves nothing: any number of accounts may claim it, one can confirm it (rule 2).
    """

    id = fields.IntField(primary_key=True)
    handle = fields.CharField(max_length=40, unique=True)
    name = fields.CharField(max_length=200)
    address = fields.CharField(max_length=320, null=True)
    password_hash = fields.CharField(max_length=255, null=True)
    language = fields.CharField(max_length=8, default="en")
    time_zone = fields.CharField(max_length=64, default="America/New_York")
    confirmed_at = OptionalMomentField()
    closed_at = OptionalMomentField()
    created_at = MomentField()

    class Meta:
        table = "person"
        indexes = (("address",),)
        constraints = (
            UniqueConstraint(fields=("address",), name="person_address", condition="confirmed_at IS NOT NULL"),
        )


class BareAddress(Model):
    """An address without an account that we mail.

    A guest's own counts only once it is confirmed, and is asked about once, at `asked_at` (rule 5). `language` is what
    the guest's client spoke.
    """

    id = fields.IntField(primary_key=True)
    address = fields.CharField(max_length=320, unique=True)
    language = fields.CharField(max_length=8, default="en", db_default="en")
    confirmed_at = OptionalMomentField()
    asked_at = OptionalMomentField()
    created_at = MomentField()

    class Meta:
        table = "bare_address"


class Member(Model):
    """A person's place in an organization, from one event to another.

    The two event ids say for which events this membership counts: rule 7 reads the audience as of the event.
    """

    id = fields.IntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "casework.Organization", related_name="members", on_delete=fields.OnDelete.CASCADE
    )
    organization_id: int
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "casework.Person", related_name="memberships", on_delete=fields.OnDelete.CASCADE
    )
    person_id: int
    role = fields.CharEnumField(Role, max_length=12)
    since_event = fields.BigIntField()
    until_event = fields.BigIntField(null=True)
    created_at = MomentField()
    removed_at = OptionalMomentField()

    class Meta:
        table = "member"
        indexes = (("person_id", "organization_id"),)
        constraints = (
            UniqueConstraint(
                fields=("organization_id", "person_id"), name="member_present", condition="until_event IS NULL"
            ),
        )


class Session(Model):
    """A bearer token's other half: only the token's SHA-256 is stored."""

    id = fields.IntField(primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "casework.Person", related_name="sessions", on_delete=fields.OnDelete.CASCADE
    )
    person_id: int
    token_hash = fields.CharField(max_length=64, unique=True)
    label = fields.CharField(max_length=200, default="")
    created_at = MomentField()
    used_at = MomentField()
    expires_at = MomentField()
    revoked_at = OptionalMomentField()

    class Meta:
        table = "session"
