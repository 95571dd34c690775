import functools
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from casework.database import OptionalMomentField
from casework.organizations import SlaUnit, monday_to_friday


class Migration(migrations.Migration):
    """SLA clocks, and an index that finds the few that ring."""

    dependencies = [("casework", "0005_category_questions")]

    operations = [
        ops.AddField(
            model_name="Organization",
            name="closes_at",
            field=fields.SmallIntField(default=1020, db_default=1020),
        ),
        ops.AddField(
            model_name="Organization",
            name="holiday_calendar",
            field=fields.CharField(default="US", db_default="US", max_length=20),
        ),
        ops.AddField(
            model_name="Organization",
            name="open_days",
            field=fields.JSONField(
                default=monday_to_friday,
                db_default=[0, 1, 2, 3, 4],
                encoder=functools.partial(dumps, separators=(",", ":")),
                decoder=loads,
            ),
        ),
        ops.AddField(
            model_name="Organization",
            name="opens_at",
            field=fields.SmallIntField(default=540, db_default=540),
        ),
        ops.AddField(
            model_name="Organization",
            name="switched_on_kinds",
            field=fields.JSONField(
                default=list, db_default=[], encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
            ),
        ),
        ops.AddField(
            model_name="RequestCategory",
            name="sla_amount",
            field=fields.SmallIntField(null=True),
        ),
        ops.AddField(
            model_name="RequestCategory",
            name="sla_unit",
            field=fields.CharEnumField(
                default=SlaUnit.HOURS,
                description="HOURS: hours\nDAYS: days",
                db_default="hours",
                enum_type=SlaUnit,
                max_length=5,
            ),
        ),
        ops.AddField(
            model_name="ServiceRequest",
            name="sla_alarm_at",
            field=OptionalMomentField(null=True),
        ),
        ops.AddField(
            model_name="ServiceRequest",
            name="sla_breached_at",
            field=OptionalMomentField(null=True),
        ),
        ops.AddField(
            model_name="ServiceRequest",
            name="sla_due_at",
            field=OptionalMomentField(null=True),
        ),
        ops.AddField(
            model_name="ServiceRequest",
            name="sla_is_imported",
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name="ServiceRequest",
            name="sla_started_at",
            field=OptionalMomentField(null=True),
        ),
        ops.AddField(
            model_name="ServiceRequest",
            name="sla_warned_at",
            field=OptionalMomentField(null=True),
        ),
        ops.RunSQL(
            [
                "CREATE INDEX request_alarm ON service_request (sla_alarm_at) WHERE sla_alarm_at IS NOT NULL",
            ],
            [
                "DROP INDEX request_alarm",
            ],
        ),
    ]
