from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    """Whether a reader's digests open with a map."""

    dependencies = [("notifier", "0003_receipts")]

    operations = [
        ops.AddField(
            model_name="ReaderSettings", name="digest_map", field=fields.BooleanField(default=True, db_default=True)
        ),
    ]
