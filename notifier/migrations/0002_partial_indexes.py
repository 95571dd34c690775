from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    """Indexes over the few rows that are still waiting for something, which the models can't express."""

    dependencies = [("notifier", "0001_initial")]

    operations = [
        ops.RunSQL(
            [
                "CREATE INDEX notification_due ON notification (priority, due, id) WHERE due IS NOT NULL",
                "CREATE INDEX notification_carried ON notification (carried_by_id) WHERE carried_by_id IS NOT NULL",
                "CREATE INDEX notification_held ON notification (held_until, recipient) WHERE held_until IS NOT NULL",
                "CREATE INDEX notification_waiting ON notification (recipient) WHERE held_until IS NOT NULL",
                "CREATE INDEX notification_bulk ON notification (bulk, recipient) WHERE bulk IS NOT NULL",
                "CREATE INDEX attempt_open ON attempt (notification_id) WHERE outcome IS NULL",
            ],
            [
                "DROP INDEX attempt_open",
                "DROP INDEX notification_bulk",
                "DROP INDEX notification_waiting",
                "DROP INDEX notification_held",
                "DROP INDEX notification_carried",
                "DROP INDEX notification_due",
            ],
        ),
    ]
