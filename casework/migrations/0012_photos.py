from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from casework.database import MomentField, OptionalMomentField


class Migration(migrations.Migration):
    """Photos are uploaded, and become part of requests and comments."""

    dependencies = [("casework", "0011_trace")]

    operations = [
        ops.CreateModel(
            name="Photo",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("key", fields.CharField(unique=True, max_length=32)),
                (
                    "uploader",
                    fields.ForeignKeyField(
                        "casework.Person",
                        source_field="uploader_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="photos",
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                ("width", fields.IntField()),
                ("height", fields.IntField()),
                (
                    "request",
                    fields.ForeignKeyField(
                        "casework.ServiceRequest",
                        source_field="request_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="photos",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "comment",
                    fields.ForeignKeyField(
                        "casework.Comment",
                        source_field="comment_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="photos",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("place", fields.IntField(default=0)),
                ("kept_at", OptionalMomentField(null=True, auto_now=False, auto_now_add=False)),
                ("created_at", MomentField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "photo",
                "app": "casework",
                "indexes": [
                    Index(fields=["request_id", "id"]),
                    Index(fields=["comment_id"]),
                    Index(fields=["uploader_id", "id"]),
                ],
                "pk_attr": "id",
                "table_description": "One uploaded picture. `uploader` is null for a guest's: whoever knows the key may use it.",
            },
            bases=["Model"],
        ),
    ]
