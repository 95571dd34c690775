from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from casework.database import MomentField, OptionalMomentField


class Migration(migrations.Migration):
    """An organization's logo comes with its mail, and each change of how mail looks is kept and can be taken back."""

    dependencies = [("casework", "0001_initial"), ("notifier", "0006_room_for_states")]

    operations = [
        ops.AddField(model_name="Branding", name="logo", field=fields.BinaryField(null=True)),
        ops.CreateModel(
            name="BrandVersion",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("color", fields.CharField(default="#1d4f91", max_length=7)),
                ("logo_url", fields.CharField(default="", max_length=500)),
                ("logo", fields.BinaryField(null=True)),
                ("reply_to", fields.CharField(default="", max_length=320)),
                ("postal_address", fields.CharField(default="", max_length=300)),
                ("sender_name", fields.CharField(default="", max_length=120)),
                (
                    "organization",
                    fields.ForeignKeyField(
                        "casework.Organization",
                        source_field="organization_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="brand_versions",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "author",
                    fields.ForeignKeyField(
                        "casework.Person",
                        source_field="author_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="brand_versions",
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                ("created_at", MomentField(auto_now=False, auto_now_add=False)),
                ("undone_at", OptionalMomentField(null=True)),
            ],
            options={
                "table": "brand_version",
                "app": "notifier",
                "pk_attr": "id",
                "table_description": "How mail looked after a change. The newest that was not undone is what `Branding` holds.",
            },
            bases=["Model"],
        ),
    ]
