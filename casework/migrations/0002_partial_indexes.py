from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    """Indexes over the few rows that are still waiting for something, which the models can't express."""

    dependencies = [("casework", "0001_initial")]

    operations = [
        ops.RunSQL(
            ["CREATE INDEX history_unstamped ON history (id) WHERE position IS NULL"],
            ["DROP INDEX history_unstamped"],
        ),
    ]
