from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    """An event carries the span in which it happened."""

    dependencies = [("casework", "0010_work_orders")]

    operations = [
        ops.AddField(model_name="HistoryRow", name="trace", field=fields.CharField(null=True, max_length=55)),
    ]
