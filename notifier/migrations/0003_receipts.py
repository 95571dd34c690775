from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from casework.database import MomentField, OptionalMomentField
from notifier.verdicts import Verdict


class Migration(migrations.Migration):
    """What came back about mails that had left, and how long an address is left alone for it."""

    dependencies = [("notifier", "0002_partial_indexes")]

    operations = [
        ops.AddField(model_name="Suppression", name="strikes", field=fields.SmallIntField(default=0, db_default=0)),
        ops.AddField(model_name="Suppression", name="until", field=OptionalMomentField(null=True)),
        ops.CreateModel(
            name="Receipt",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("mail", fields.CharField(max_length=24)),
                ("verdict", fields.CharEnumField(enum_type=Verdict, max_length=12)),
                ("status", fields.CharField(default="", max_length=12)),
                ("detail", fields.CharField(default="", max_length=300)),
                ("received_at", MomentField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "receipt",
                "app": "notifier",
                "unique_together": (("mail", "verdict"),),
                "pk_attr": "id",
                "table_description": (
                    "One piece of news about one mail. `status` is RFC 3463's, `detail` what a server said, without addresses."
                ),
            },
            bases=["Model"],
        ),
    ]
