import functools
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import UniqueConstraint

from casework.database import MomentField


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="AnsweredMutation",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("scope", fields.CharField(max_length=64)),
                ("field", fields.CharField(max_length=100)),
                ("key", fields.CharField(max_length=64)),
                ("body", fields.CharField(max_length=64)),
                (
                    "changed",
                    fields.JSONField(
                        default=list, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                (
                    "errors",
                    fields.JSONField(
                        default=list, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                ("created_at", MomentField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "answered_mutation",
                "app": "api",
                "constraints": [UniqueConstraint(fields=("scope", "field", "key"), name="answered_once")],
                "indexes": [Index(fields=["created_at"])],
                "pk_attr": "id",
                "table_description": "What a mutation answered, by who sent it, the field and the client's key. All three are hashes or names.",
            },
            bases=["Model"],
        ),
    ]
