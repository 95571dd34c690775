import functools
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from casework.database import MomentField


class Migration(migrations.Migration):
    """Assignment rules."""

    dependencies = [("casework", "0007_votes_and_quiet_requests")]

    operations = [
        ops.CreateModel(
            name="AssignmentRule",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "organization",
                    fields.ForeignKeyField(
                        "casework.Organization",
                        source_field="organization_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="assignment_rules",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("position", fields.IntField()),
                ("name", fields.CharField(max_length=200)),
                (
                    "category_ids",
                    fields.JSONField(
                        default=list, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                ("shape", fields.BinaryField(null=True)),
                (
                    "assignee",
                    fields.ForeignKeyField(
                        "casework.Person",
                        source_field="assignee_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="assignment_rules",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("created_at", MomentField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "assignment_rule",
                "app": "casework",
                "indexes": [Index(fields=["organization_id", "position"])],
                "pk_attr": "id",
                "table_description": "One rule. No categories means any, no shape means anywhere. `position` counts from 1, without gaps.",
            },
            bases=["Model"],
        ),
    ]
