"""Organizations and the categories of request they handle."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from tortoise import fields
from tortoise.models import Model

from casework.database import MomentField, OptionalMomentField

if TYPE_CHECKING:
    from casework.people import Person


class Restriction(StrEnum):
    """What a category forbids a resident; one setting for the requester, one for all other residents (rule 14)."""

    NONE = "none"
    NO_REOPENS = "no_reopens"
    NO_STATUS_CHANGES = "no_status_changes"
    NOTHING_ON_CLOSED = "nothing_on_closed"
    NOTHING = "nothing"


class Organization(Model):
    """A town, a department or a utility that takes service requests.

    `held_words` and `hold_guests` say what waits for staff before anybody hears of it (see casework.moderation).
    """

    id = fields.IntField(primary_key=True)
    slug = fields.CharField(max_length=63, unique=True)
    name = fields.CharField(max_length=200)
    time_zone = fields.CharField(max_length=64, default="America/New_York")
    next_request_number = fields.IntField(default=1)
    subscribe_acting_members = fields.BooleanField(default=False)
    hold_guests = fields.BooleanField(default=False)
    held_words: fields.Field[list[str]] = fields.JSONField(default=list)
    created_at = MomentField()

    class Meta:
        table = "organization"


class RequestCategory(Model):
    """A kind of request, what it asks of those who report one (casework.questions), and who hears of it inside."""

    id = fields.IntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "casework.Organization", related_name="categories", on_delete=fields.OnDelete.RESTRICT
    )
    organization_id: int
    name = fields.CharField(max_length=200)
    description = fields.TextField(default="")
    is_private = fields.BooleanField(default=False)
    assignee: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "casework.Person", related_name="assigned_categories", null=True, on_delete=fields.OnDelete.SET_NULL
    )
    assignee_id: int | None
    route_addresses: fields.Field[list[str]] = fields.JSONField(default=list)
    escalate_to = fields.CharField(max_length=320, null=True)
    requester_restriction = fields.CharEnumField(Restriction, max_length=20, default=Restriction.NONE)
    resident_restriction = fields.CharEnumField(Restriction, max_length=20, default=Restriction.NONE)
    switched_off_kinds: fields.Field[list[str]] = fields.JSONField(default=list)
    questions: fields.Field[list[dict[str, Any]] | None] = fields.JSONField(null=True)
    deleted_at = OptionalMomentField()
    created_at = MomentField()

    class Meta:
        table = "request_category"
