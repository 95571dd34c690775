from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    """Indexes over the few rows that are still waiting for something, which the models can't express."""

    dependencies = [("digests", "0001_initial")]

    operations = [
        ops.RunSQL(
            [
                "CREATE INDEX issue_due ON issue (due, id) WHERE due IS NOT NULL",
                "CREATE INDEX issue_attempt_open ON issue_attempt (issue_id) WHERE outcome IS NULL",
            ],
            ["DROP INDEX issue_attempt_open", "DROP INDEX issue_due"],
        ),
    ]
