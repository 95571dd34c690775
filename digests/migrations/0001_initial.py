from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from casework.database import MomentField, OptionalMomentField
from notifier.notifications import State


class Migration(migrations.Migration):
    initial = True

    dependencies = [("notifier", "0001_initial")]

    operations = [
        ops.CreateModel(
            name="Issue",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("recipient", fields.CharField(max_length=330)),
                (
                    "person",
                    fields.ForeignKeyField(
                        "casework.Person",
                        source_field="person_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="issues",
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                ("cadence", fields.CharField(max_length=12)),
                ("window_start", MomentField(auto_now=False, auto_now_add=False)),
                (
                    "state",
                    fields.CharEnumField(
                        description="PENDING: pending\nSENDING: sending\nSENT: sent\nDEFERRED: deferred\nFAILED: failed\nUNKNOWN: unknown\nSKIPPED: skipped\nHELD: held",
                        enum_type=State,
                        max_length=10,
                    ),
                ),
                ("due", OptionalMomentField(null=True)),
                ("attempts", fields.SmallIntField(default=0)),
                ("told", fields.IntField(default=0)),
                ("dropped", fields.IntField(default=0)),
                ("created_at", MomentField(auto_now=False, auto_now_add=False)),
                ("settled_at", OptionalMomentField(null=True)),
            ],
            options={
                "table": "issue",
                "app": "digests",
                "unique_together": (("recipient", "cadence", "window_start"),),
                "indexes": [Index(fields=["person_id", "id"])],
                "pk_attr": "id",
                "table_description": "One digest to one recipient. Its window ends at `window_start`'s successor: it is named by the moment it was due.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="IssueAttempt",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "issue",
                    fields.ForeignKeyField(
                        "digests.Issue",
                        source_field="issue_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="tries",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("started_at", MomentField(auto_now=False, auto_now_add=False)),
                ("settled_at", OptionalMomentField(null=True)),
                (
                    "outcome",
                    fields.CharEnumField(
                        null=True,
                        description="PENDING: pending\nSENDING: sending\nSENT: sent\nDEFERRED: deferred\nFAILED: failed\nUNKNOWN: unknown\nSKIPPED: skipped\nHELD: held",
                        enum_type=State,
                        max_length=10,
                    ),
                ),
                ("code", fields.SmallIntField(null=True)),
                ("detail", fields.CharField(default="", max_length=500)),
            ],
            options={
                "table": "issue_attempt",
                "app": "digests",
                "indexes": [Index(fields=["issue_id", "id"])],
                "pk_attr": "id",
                "table_description": "One try to hand an issue to the server, like notifier.notifications.Attempt.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="IssueLine",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "issue",
                    fields.ForeignKeyField(
                        "digests.Issue",
                        source_field="issue_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="lines",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "notification",
                    fields.OneToOneField(
                        "notifier.Notification",
                        source_field="notification_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="line",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
            ],
            options={
                "table": "issue_line",
                "app": "digests",
                "indexes": [Index(fields=["issue_id", "id"])],
                "pk_attr": "id",
                "table_description": "One notification that an issue tells.",
            },
            bases=["Model"],
        ),
    ]
