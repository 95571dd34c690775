"""Reading what happened. A row's `position` is the cursor that clients hold; its id is only an identity.

Ids are handed out before a transaction commits, so they become visible out of order; positions are stamped after
the commit, one after the other (notifier/relay.py), so `after(position)` never skips an event.
"""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model
from tortoise.queryset import QuerySet

from casework.database import MomentField
from casework.organizations import Organization
from casework.people import Person
from casework.requests import ServiceRequest


class HistoryRow(Model):
    """One event as it was recorded: `type` and `data` are an event of casework.events."""

    id = fields.BigIntField(primary_key=True)
    position = fields.BigIntField(null=True, unique=True)
    type = fields.CharField(max_length=40)
    organization: fields.ForeignKeyNullableRelation[Organization] = fields.ForeignKeyField(
        "casework.Organization", related_name="history", null=True, on_delete=fields.OnDelete.CASCADE
    )
    organization_id: int | None
    request: fields.ForeignKeyNullableRelation[ServiceRequest] = fields.ForeignKeyField(
        "casework.ServiceRequest", related_name="history", null=True, on_delete=fields.OnDelete.CASCADE
    )
    request_id: int | None
    actor: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "casework.Person", related_name="acts", null=True, on_delete=fields.OnDelete.SET_NULL
    )
    actor_id: int | None
    by_staff = fields.BooleanField(default=False)
    is_internal = fields.BooleanField(default=False)
    bulk = fields.CharField(max_length=36, null=True)
    data: fields.Field[dict[str, object]] = fields.JSONField(default=dict)
    occurred_at = MomentField()
    settled = fields.CharField(max_length=12, null=True)

    class Meta:
        table = "history"
        indexes = (("request_id", "position"), ("organization_id", "position"), ("actor_id", "id"))


def of_request(request_id: int, *, after: int = 0, with_internal: bool = False) -> QuerySet[HistoryRow]:
    """Events of one request, oldest first, whose position is greater than `after`."""
    rows = HistoryRow.filter(request_id=request_id, position__gt=after).order_by("position")
    return rows if with_internal else rows.filter(is_internal=False)
