from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    """The models' unique constraints, which Tortoise leaves out of CREATE TABLE, and indexes over the few rows that are
    still waiting for something, which the models can't express."""

    dependencies = [("casework", "0001_initial")]

    operations = [
        ops.RunSQL(
            [
                "CREATE UNIQUE INDEX member_present ON member (organization_id, person_id) WHERE until_event IS NULL",
                "CREATE UNIQUE INDEX person_address ON person (address) WHERE confirmed_at IS NOT NULL",
                "CREATE UNIQUE INDEX request_number ON service_request (organization_id, number)",
                (
                    "CREATE UNIQUE INDEX request_import ON service_request (organization_id, import_key)"
                    " WHERE import_key IS NOT NULL"
                ),
                "CREATE UNIQUE INDEX follow_present ON follow (request_id, person_id) WHERE until_event IS NULL",
                "CREATE UNIQUE INDEX mute_present ON mute (request_id, person_id) WHERE until_event IS NULL",
                "CREATE UNIQUE INDEX area_follow_present ON area_follow (area_id, person_id) WHERE until_event IS NULL",
                "CREATE INDEX history_unstamped ON history (id) WHERE position IS NULL",
            ],
            [
                "DROP INDEX history_unstamped",
                "DROP INDEX area_follow_present",
                "DROP INDEX mute_present",
                "DROP INDEX follow_present",
                "DROP INDEX request_import",
                "DROP INDEX request_number",
                "DROP INDEX person_address",
                "DROP INDEX member_present",
            ],
        ),
    ]
