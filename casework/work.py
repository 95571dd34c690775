"""Work orders: what staff are to do, on a request or on its own. Never seen by a resident (rule 3)."""

from __future__ import annotations

from tortoise import fields
from tortoise.migrations.constraints import UniqueConstraint
from tortoise.models import Model
from tortoise.queryset import QuerySet

from casework.access import Viewer
from casework.database import MomentField, OptionalMomentField
from casework.organizations import Organization
from casework.people import Person
from casework.requests import ServiceRequest


class WorkOrder(Model):
    """A piece of work for one member of staff, of an organization that uses Work. Open until `completed_at`."""

    id = fields.IntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "casework.Organization", related_name="work_orders", on_delete=fields.OnDelete.RESTRICT
    )
    organization_id: int
    number = fields.IntField()
    request: fields.ForeignKeyNullableRelation[ServiceRequest] = fields.ForeignKeyField(
        "casework.ServiceRequest", related_name="work_orders", null=True, on_delete=fields.OnDelete.SET_NULL
    )
    request_id: int | None
    summary = fields.CharField(max_length=200)
    description = fields.TextField(default="")
    assignee: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "casework.Person", related_name="work_orders", null=True, on_delete=fields.OnDelete.SET_NULL
    )
    assignee_id: int | None
    due_at = OptionalMomentField()
    created_at = MomentField()
    updated_at = MomentField()
    completed_at = OptionalMomentField()

    class Meta:
        table = "work_order"
        indexes = (("organization_id", "id"), ("request_id", "id"), ("assignee_id", "id"))
        constraints = (UniqueConstraint(fields=("organization_id", "number"), name="work_order_number"),)


def work_orders_seen_by(viewer: Viewer) -> QuerySet[WorkOrder]:
    """Those of the organizations that the viewer is staff of."""
    return WorkOrder.filter(organization_id__in=viewer.staffed)
