from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from casework.database import MomentField, OptionalMomentField


class Migration(migrations.Migration):
    """Organizations hand out keys to other systems, which look for requests by the time of their filing."""

    dependencies = [("casework", "0008_assignment_rules")]

    operations = [
        ops.CreateModel(
            name="ApiKey",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "organization",
                    fields.ForeignKeyField(
                        "casework.Organization",
                        source_field="organization_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="api_keys",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("name", fields.CharField(max_length=200)),
                ("token_hash", fields.CharField(unique=True, max_length=64)),
                (
                    "created_by",
                    fields.ForeignKeyField(
                        "casework.Person",
                        source_field="created_by_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="api_keys",
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                ("created_at", MomentField(auto_now=False, auto_now_add=False)),
                ("revoked_at", OptionalMomentField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "api_key",
                "app": "casework",
                "indexes": [Index(fields=["organization_id", "id"])],
                "pk_attr": "id",
                "table_description": "One key of an organization, for the system that `name` says.",
            },
            bases=["Model"],
        ),
        ops.AddIndex(model_name="ServiceRequest", index=Index(fields=["organization_id", "created_at", "id"])),
    ]
