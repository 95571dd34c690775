"""Reading what happened. A row's `position` is the cursor that clients hold; its id is only an identity.

Ids are handed out before a transaction commits, so they become visible out of order; positions are stamped after
the commit, one after the other (notifier/relay.py), so `after(position)` never skips an event.

Once all notifications of an event are written it gets a `told_position` in the same way: the cursor of whoever waits to
be told. Notifications are written by several relays at once, so their own ids would not do.
"""

from __future__ import annotations

from tortoise import fields
from tortoise.migrations.constraints import UniqueConstraint
from tortoise.models import Model
from tortoise.queryset import QuerySet

from casework.database import MomentField, fetch
from casework.organizations import Organization
from casework.people import Person
from casework.requests import ServiceRequest


class HistoryRow(Model):
    """One event as it was recorded: `type` and `data` are an event of casework.events."""

    id = fields.BigIntField(primary_key=True)
    position = fields.BigIntField(null=True, unique=True)
    told_position = fields.BigIntField(null=True)
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
    trace = fields.CharField(max_length=55, null=True)

    class Meta:
        table = "history"
        indexes = (("request_id", "position"), ("organization_id", "position"), ("actor_id", "id"))
        constraints = (UniqueConstraint(fields=("told_position",), name="history_told"),)


def between(after: int, upto: int) -> QuerySet[HistoryRow]:
    """What happened after one position and up to another, oldest first."""
    return HistoryRow.filter(position__gt=after, position__lte=upto).order_by("position")


def after(position: int) -> QuerySet[HistoryRow]:
    """What happened after one position, oldest first."""
    return HistoryRow.filter(position__gt=position).order_by("position")


def told_after(told_position: int) -> QuerySet[HistoryRow]:
    """What was told after one told position, in that order."""
    return HistoryRow.filter(told_position__gt=told_position).order_by("told_position")


async def newest() -> tuple[int, int]:
    """The newest position and the newest told position; 0 where there is none."""
    (row,) = await fetch(
        "SELECT coalesce(max(position), 0) AS position, coalesce(max(told_position), 0) AS told FROM history"
    )
    return row["position"], row["told"]
