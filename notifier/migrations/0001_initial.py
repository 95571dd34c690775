import functools
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from casework.database import MomentField, OptionalMomentField
from notifier.notifications import State
from notifier.preferences import Cadence


class Migration(migrations.Migration):
    initial = True

    dependencies = [("casework", "0001_initial")]

    operations = [
        ops.CreateModel(
            name="AreaChoice",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("person_id", fields.IntField()),
                ("area_id", fields.IntField()),
                (
                    "cadence",
                    fields.CharEnumField(
                        null=True,
                        description="IMMEDIATE: immediate\nHOURLY: hourly\nDAILY: daily\nWEEKLY: weekly\nOFF: off",
                        enum_type=Cadence,
                        max_length=12,
                    ),
                ),
                ("comments", fields.BooleanField(null=True)),
                ("off_until", OptionalMomentField(null=True)),
                ("changed_at", MomentField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "area_choice",
                "app": "notifier",
                "unique_together": (("person_id", "area_id"),),
                "pk_attr": "id",
                "table_description": "One person's choices for one watch area, their own or one they follow. Null is the default of the area.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="BurstWindow",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("actor_id", fields.IntField()),
                ("recipient", fields.CharField(max_length=330)),
                ("started_at", MomentField(auto_now=False, auto_now_add=False)),
                ("mails", fields.IntField()),
                ("bulk", fields.CharField(null=True, max_length=36)),
            ],
            options={
                "table": "burst_window",
                "app": "notifier",
                "unique_together": (("actor_id", "recipient"),),
                "pk_attr": "id",
                "table_description": "One actor's mails to one recipient since `started_at`.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Notification",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "event",
                    fields.ForeignKeyField(
                        "casework.HistoryRow",
                        source_field="event_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="notifications",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("recipient", fields.CharField(max_length=330)),
                (
                    "person",
                    fields.ForeignKeyField(
                        "casework.Person",
                        source_field="person_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="notifications",
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                ("request_id", fields.IntField(null=True)),
                ("kind", fields.CharField(max_length=40)),
                ("reason", fields.CharField(max_length=20)),
                (
                    "reasons",
                    fields.JSONField(
                        default=list, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                (
                    "cadence",
                    fields.CharEnumField(
                        description="IMMEDIATE: immediate\nHOURLY: hourly\nDAILY: daily\nWEEKLY: weekly\nOFF: off",
                        enum_type=Cadence,
                        max_length=12,
                    ),
                ),
                ("because", fields.CharField(max_length=20)),
                (
                    "state",
                    fields.CharEnumField(
                        description="PENDING: pending\nSENDING: sending\nSENT: sent\nDEFERRED: deferred\nFAILED: failed\nUNKNOWN: unknown\nSKIPPED: skipped\nHELD: held",
                        enum_type=State,
                        max_length=10,
                    ),
                ),
                ("skip", fields.CharField(null=True, max_length=20)),
                ("priority", fields.SmallIntField(default=1)),
                ("due", OptionalMomentField(null=True)),
                ("held_until", OptionalMomentField(null=True)),
                ("attempts", fields.SmallIntField(default=0)),
                ("bulk", fields.CharField(null=True, max_length=36)),
                ("carried_by_id", fields.BigIntField(null=True)),
                ("occurred_at", MomentField(auto_now=False, auto_now_add=False)),
                ("created_at", MomentField(auto_now=False, auto_now_add=False)),
                ("settled_at", OptionalMomentField(null=True)),
                ("read_at", OptionalMomentField(null=True)),
            ],
            options={
                "table": "notification",
                "app": "notifier",
                "unique_together": (("event_id", "recipient"),),
                "indexes": [Index(fields=["person_id", "id"]), Index(fields=["request_id", "id"])],
                "pk_attr": "id",
                "table_description": "One event told to one recipient, or not.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Attempt",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "notification",
                    fields.ForeignKeyField(
                        "notifier.Notification",
                        source_field="notification_id",
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
                "table": "attempt",
                "app": "notifier",
                "indexes": [Index(fields=["notification_id", "id"])],
                "pk_attr": "id",
                "table_description": "One try to hand a mail to the server. An attempt without an outcome whose lease ran out is `unknown`.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Preference",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("recipient", fields.CharField(max_length=330)),
                ("kind", fields.CharField(max_length=40)),
                (
                    "cadence",
                    fields.CharEnumField(
                        null=True,
                        description="IMMEDIATE: immediate\nHOURLY: hourly\nDAILY: daily\nWEEKLY: weekly\nOFF: off",
                        enum_type=Cadence,
                        max_length=12,
                    ),
                ),
                ("off_until", OptionalMomentField(null=True)),
                ("changed_at", MomentField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "preference",
                "app": "notifier",
                "unique_together": (("recipient", "kind"),),
                "pk_attr": "id",
                "table_description": "One reader's choice for one kind. `recipient` is person:<id> or address:<normalized>.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ReaderSettings",
            fields=[
                (
                    "person",
                    fields.OneToOneField(
                        "casework.Person",
                        source_field="person_id",
                        primary_key=True,
                        db_index=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="reader_settings",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("own_actions", fields.BooleanField(default=False)),
                ("text_only", fields.BooleanField(default=False)),
                ("digest_hour", fields.SmallIntField(default=8)),
                ("digest_weekday", fields.SmallIntField(default=0)),
                ("quiet_from", fields.SmallIntField(null=True)),
                ("quiet_until", fields.SmallIntField(null=True)),
                ("vacation_from", OptionalMomentField(null=True)),
                ("vacation_until", OptionalMomentField(null=True)),
            ],
            options={
                "table": "reader_settings",
                "app": "notifier",
                "pk_attr": "person_id",
                "table_description": "A person's choices over all kinds. No row means the defaults below. Hours are in the person's time zone.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Suppression",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("address", fields.CharField(unique=True, max_length=320)),
                ("cause", fields.CharField(max_length=40)),
                ("detail", fields.TextField(default="", unique=False)),
                ("created_at", MomentField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "suppression",
                "app": "notifier",
                "pk_attr": "id",
                "table_description": "An address that mail can't or mustn't reach, with the cause. Account mail goes all the same (rule 7).",
            },
            bases=["Model"],
        ),
    ]
