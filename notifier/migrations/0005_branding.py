from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from casework.database import MomentField, OptionalMomentField


class Migration(migrations.Migration):
    """How an organization's mail looks and begins."""

    dependencies = [("casework", "0001_initial"), ("notifier", "0004_digest_map")]

    operations = [
        ops.CreateModel(
            name="Branding",
            fields=[
                (
                    "organization",
                    fields.OneToOneField(
                        "casework.Organization",
                        source_field="organization_id",
                        primary_key=True,
                        db_index=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="branding",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("color", fields.CharField(default="#1d4f91", max_length=7)),
                ("logo_url", fields.CharField(default="", max_length=500)),
                ("reply_to", fields.CharField(default="", max_length=320)),
                ("postal_address", fields.CharField(default="", max_length=300)),
                ("sender_name", fields.CharField(default="", max_length=120)),
            ],
            options={
                "table": "branding",
                "app": "notifier",
                "pk_attr": "organization_id",
                "table_description": "No row means the defaults. `sender_name` and `reply_to` are those of the mail's headers, if not empty.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Opening",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "organization",
                    fields.ForeignKeyField(
                        "casework.Organization",
                        source_field="organization_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="openings",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("kind", fields.CharField(max_length=64)),
                ("language", fields.CharField(max_length=16)),
                ("body", fields.TextField(unique=False)),
                (
                    "author",
                    fields.ForeignKeyField(
                        "casework.Person",
                        source_field="author_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="openings",
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                ("created_at", MomentField(auto_now=False, auto_now_add=False)),
                ("published_at", OptionalMomentField(null=True)),
                ("undone_at", OptionalMomentField(null=True)),
            ],
            options={
                "table": "opening",
                "app": "notifier",
                "indexes": [Index(fields=["organization_id", "kind", "language"])],
                "pk_attr": "id",
                "table_description": "`body` as it was typed, empty for none. Versions are never changed, only published and undone.",
            },
            bases=["Model"],
        ),
    ]
