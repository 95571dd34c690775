from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import UniqueConstraint

from casework.database import MomentField


class Migration(migrations.Migration):
    """Votes, and an index that finds the closed requests on which nothing happens any more."""

    dependencies = [("casework", "0006_sla_clocks")]

    operations = [
        ops.CreateModel(
            name="Vote",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "request",
                    fields.ForeignKeyField(
                        "casework.ServiceRequest",
                        source_field="request_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="votes",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "person",
                    fields.ForeignKeyField(
                        "casework.Person",
                        source_field="person_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="votes",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("created_at", MomentField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "vote",
                "app": "casework",
                "constraints": [UniqueConstraint(fields=("request_id", "person_id"), name="one_vote")],
                "indexes": [Index(fields=["person_id", "id"])],
                "pk_attr": "id",
                "table_description": 'A person says "me too" to a request that somebody else reported. Taken back, it is gone.',
            },
            bases=["Model"],
        ),
        ops.RunSQL(
            [
                "CREATE UNIQUE INDEX one_vote ON vote (request_id, person_id)",
                "CREATE INDEX request_quiet ON service_request (updated_at) WHERE status = 'closed'",
            ],
            ["DROP INDEX request_quiet", "DROP INDEX one_vote"],
        ),
    ]
