from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops

from casework.areas import AREA_INDEX_SQL

_DROP = {
    "postgres": ["DROP INDEX watch_area_box"],
    "sqlite": [
        "DROP TRIGGER watch_area_box_delete",
        "DROP TRIGGER watch_area_box_update",
        "DROP TRIGGER watch_area_box_insert",
        "DROP TABLE watch_area_box",
    ],
}


async def _make(apps: Any, editor: Any) -> None:
    for statement in AREA_INDEX_SQL[editor.client.capabilities.dialect]:
        await editor.client.execute_query(statement)


async def _drop(apps: Any, editor: Any) -> None:
    for statement in _DROP[editor.client.capabilities.dialect]:
        await editor.client.execute_query(statement)


class Migration(migrations.Migration):
    """The index of bounding boxes, which each database has in a way of its own."""

    dependencies = [("casework", "0002_partial_indexes")]

    operations = [ops.RunPython(_make, _drop)]
