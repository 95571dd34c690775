"""Service requests and what is said on them (Open311's ServiceRequest)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from tortoise import fields
from tortoise.migrations.constraints import UniqueConstraint
from tortoise.models import Model

from casework.database import MomentField, OptionalMomentField
from casework.organizations import Organization, RequestCategory
from casework.people import Person


class Status(StrEnum):
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"
    ARCHIVED = "archived"


class AddressOrigin(StrEnum):
    """Who typed a reporter's bare address; a guest's own must be confirmed, one that staff typed need not (rule 5)."""

    GUEST = "guest"
    STAFF = "staff"


class ServiceRequest(Model):
    """A thing to be put right, at a place, reported by a person, a bare address or nobody known.

    While `held_at` is set it waits for staff: only they and its reporter see it, and nobody was told. So with comments.

    `due_at` is what staff set; the `sla_` columns are its clock, which rings at `sla_alarm_at` (see
    casework.actions.deadlines).
    """

    id = fields.IntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "casework.Organization", related_name="requests", on_delete=fields.OnDelete.RESTRICT
    )
    organization_id: int
    number = fields.IntField()
    category: fields.ForeignKeyRelation[RequestCategory] = fields.ForeignKeyField(
        "casework.RequestCategory", related_name="requests", on_delete=fields.OnDelete.RESTRICT
    )
    category_id: int
    summary = fields.CharField(max_length=200)
    description = fields.TextField(default="")
    latitude = fields.FloatField(null=True)
    longitude = fields.FloatField(null=True)
    place = fields.CharField(max_length=300, default="")
    photo_urls: fields.Field[list[str]] = fields.JSONField(default=list)
    answers: fields.Field[list[dict[str, Any]] | None] = fields.JSONField(null=True)
    status = fields.CharEnumField(Status, max_length=12, default=Status.OPEN)
    is_hidden = fields.BooleanField(default=False)
    held_at = OptionalMomentField()
    reporter: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "casework.Person", related_name="reported_requests", null=True, on_delete=fields.OnDelete.SET_NULL
    )
    reporter_id: int | None
    reporter_address = fields.CharField(max_length=320, null=True)
    reporter_address_origin = fields.CharEnumField(AddressOrigin, max_length=8, null=True)
    typed_by: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "casework.Person", related_name="typed_requests", null=True, on_delete=fields.OnDelete.SET_NULL
    )
    typed_by_id: int | None
    is_anonymous = fields.BooleanField(default=False)
    assignee: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "casework.Person", related_name="assigned_requests", null=True, on_delete=fields.OnDelete.SET_NULL
    )
    assignee_id: int | None
    due_at = OptionalMomentField()
    sla_started_at = OptionalMomentField()
    sla_due_at = OptionalMomentField()
    sla_warned_at = OptionalMomentField()
    sla_breached_at = OptionalMomentField()
    sla_alarm_at = OptionalMomentField()
    sla_is_imported = fields.BooleanField(default=False, db_default=False)
    merged_into: fields.ForeignKeyNullableRelation[ServiceRequest] = fields.ForeignKeyField(
        "casework.ServiceRequest", related_name="duplicates", null=True, on_delete=fields.OnDelete.SET_NULL
    )
    merged_into_id: int | None
    import_key = fields.CharField(max_length=120, null=True)
    created_at = MomentField()
    updated_at = MomentField()
    closed_at = OptionalMomentField()

    class Meta:
        table = "service_request"
        indexes = (
            ("organization_id", "updated_at", "id"),
            ("organization_id", "created_at", "id"),
            ("organization_id", "status", "id"),
            ("assignee_id", "status", "id"),
            ("reporter_id", "id"),
            ("merged_into_id",),
            ("reporter_address",),
        )
        constraints = (
            UniqueConstraint(fields=("organization_id", "number"), name="request_number"),
            UniqueConstraint(
                fields=("organization_id", "import_key"), name="request_import", condition="import_key IS NOT NULL"
            ),
        )

    @property
    def deadline(self) -> datetime | None:
        """The one in force: staff's due date, or else the SLA's (rule 13)."""
        return self.due_at or self.sla_due_at


class Comment(Model):
    """What somebody said. One that came with a status change names that change in `accompanies`."""

    id = fields.IntField(primary_key=True)
    request: fields.ForeignKeyRelation[ServiceRequest] = fields.ForeignKeyField(
        "casework.ServiceRequest", related_name="comments", on_delete=fields.OnDelete.CASCADE
    )
    request_id: int
    author: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "casework.Person", related_name="comments", null=True, on_delete=fields.OnDelete.SET_NULL
    )
    author_id: int | None
    by_staff = fields.BooleanField(default=False)
    body = fields.TextField()
    is_internal = fields.BooleanField(default=False)
    held_at = OptionalMomentField()
    accompanies = fields.CharEnumField(Status, max_length=12, null=True)
    created_at = MomentField()

    class Meta:
        table = "comment"
        indexes = (("request_id", "id"), ("author_id", "id"))


@dataclass(slots=True)
class Said:
    """A comment to be looked at: what a Comment has under these names, in a tenth of the time that its row takes."""

    id: int
    author_id: int | None
    author: Person | None
    by_staff: bool
    body: str
    is_internal: bool
    held_at: datetime | None
    accompanies: Status | None
    created_at: datetime
