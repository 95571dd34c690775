from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    """An address without an account is written to in the language that its guest's client spoke."""

    dependencies = [("casework", "0012_photos")]

    operations = [
        ops.AddField(
            model_name="BareAddress",
            name="language",
            field=fields.CharField(default="en", db_default="en", max_length=8),
        ),
    ]
