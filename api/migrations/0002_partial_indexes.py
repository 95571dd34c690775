from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    """The model's unique constraint, which Tortoise leaves out of CREATE TABLE."""

    dependencies = [("api", "0001_initial")]

    operations = [
        ops.RunSQL(
            ["CREATE UNIQUE INDEX answered_once ON answered_mutation (scope, field, key)"],
            ["DROP INDEX answered_once"],
        ),
    ]
