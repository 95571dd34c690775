from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import UniqueConstraint

from casework.database import MomentField, OptionalMomentField


class Migration(migrations.Migration):
    """Work orders, for the organizations that use them."""

    dependencies = [("casework", "0009_api_keys")]

    operations = [
        ops.CreateModel(
            name="WorkOrder",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "organization",
                    fields.ForeignKeyField(
                        "casework.Organization",
                        source_field="organization_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="work_orders",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("number", fields.IntField()),
                (
                    "request",
                    fields.ForeignKeyField(
                        "casework.ServiceRequest",
                        source_field="request_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="work_orders",
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                ("summary", fields.CharField(max_length=200)),
                ("description", fields.TextField(default="", unique=False)),
                (
                    "assignee",
                    fields.ForeignKeyField(
                        "casework.Person",
                        source_field="assignee_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="work_orders",
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                ("due_at", OptionalMomentField(null=True)),
                ("created_at", MomentField(auto_now=False, auto_now_add=False)),
                ("updated_at", MomentField(auto_now=False, auto_now_add=False)),
                ("completed_at", OptionalMomentField(null=True)),
            ],
            options={
                "table": "work_order",
                "app": "casework",
                "constraints": [UniqueConstraint(fields=("organization_id", "number"), name="work_order_number")],
                "indexes": [
                    Index(fields=["organization_id", "id"]),
                    Index(fields=["request_id", "id"]),
                    Index(fields=["assignee_id", "id"]),
                ],
                "pk_attr": "id",
                "table_description": "A piece of work for one member of staff, of an organization that uses Work. Open until `completed_at`.",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="Organization",
            name="uses_work",
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name="Organization",
            name="next_work_order_number",
            field=fields.IntField(default=1, db_default=1),
        ),
        ops.RunSQL(
            ["CREATE UNIQUE INDEX work_order_number ON work_order (organization_id, number)"],
            ["DROP INDEX work_order_number"],
        ),
    ]
