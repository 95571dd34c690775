from tortoise import fields, migrations
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import UniqueConstraint


class Migration(migrations.Migration):
    """Events are numbered once more, in the order in which they were told: the cursor of who waits to be told."""

    dependencies = [("casework", "0003_watch_area_box")]

    operations = [
        ops.AddField(model_name="HistoryRow", name="told_position", field=fields.BigIntField(null=True)),
        ops.AddConstraint(
            model_name="HistoryRow", constraint=UniqueConstraint(fields=("told_position",), name="history_told")
        ),
        ops.RunSQL(
            ["CREATE INDEX history_untold ON history (id) WHERE settled = 'told' AND told_position IS NULL"],
            ["DROP INDEX history_untold"],
        ),
    ]
