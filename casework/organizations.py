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


def monday_to_friday() -> list[int]:
    return [0, 1, 2, 3, 4]


class SlaUnit(StrEnum):
    """What the time of a category's SLA is counted in: the organization's working hours, or whole working days."""

    HOURS = "hours"
    DAYS = "days"


class Organization(Model):
    """A town, a department or a utility that takes service requests.

    `held_words` and `hold_guests` say what waits for staff before anybody hears of it (see casework.moderation).
    `open_days` (0 is Monday), `opens_at` and `closes_at` (minutes after midnight) and `holiday_calendar` (see
    casework.sla) are the time that counts for an SLA. `switched_on_kinds` are mails that nobody gets by default.
    """

    id = fields.IntField(primary_key=True)
    slug = fields.CharField(max_length=63, unique=True)
    name = fields.CharField(max_length=200)
    time_zone = fields.CharField(max_length=64, default="America/New_York")
    next_request_number = fields.IntField(default=1)
    subscribe_acting_members = fields.BooleanField(default=False)
    hold_guests = fields.BooleanField(default=False)
    held_words: fields.Field[list[str]] = fields.JSONField(default=list)
    open_days: fields.Field[list[int]] = fields.JSONField(default=monday_to_friday, db_default=[0, 1, 2, 3, 4])
    opens_at = fields.SmallIntField(default=9 * 60, db_default=9 * 60)
    closes_at = fields.SmallIntField(default=17 * 60, db_default=17 * 60)
    holiday_calendar = fields.CharField(max_length=20, default="US", db_default="US")
    switched_on_kinds: fields.Field[list[str]] = fields.JSONField(default=list, db_default=[])
    uses_work = fields.BooleanField(default=False, db_default=False)
    next_work_order_number = fields.IntField(default=1, db_default=1)
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
    sla_amount = fields.SmallIntField(null=True)
    sla_unit = fields.CharEnumField(SlaUnit, max_length=5, default=SlaUnit.HOURS, db_default=SlaUnit.HOURS.value)
    requester_restriction = fields.CharEnumField(Restriction, max_length=20, default=Restriction.NONE)
    resident_restriction = fields.CharEnumField(Restriction, max_length=20, default=Restriction.NONE)
    switched_off_kinds: fields.Field[list[str]] = fields.JSONField(default=list)
    questions: fields.Field[list[dict[str, Any]] | None] = fields.JSONField(null=True)
    deleted_at = OptionalMomentField()
    created_at = MomentField()

    class Meta:
        table = "request_category"
