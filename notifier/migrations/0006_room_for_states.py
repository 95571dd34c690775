from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops


async def _leave_room(apps: Any, editor: Any) -> None:
    await _fill(editor, "SET (fillfactor = 75)")


async def _fill_up(apps: Any, editor: Any) -> None:
    await _fill(editor, "RESET (fillfactor)")


async def _fill(editor: Any, how: str) -> None:
    if editor.client.capabilities.dialect == "postgres":
        await editor.client.execute_query(f"ALTER TABLE notification {how}")


class Migration(migrations.Migration):
    """Room beside each notification for what becomes of it: a new state on the same page leaves the indexes alone."""

    dependencies = [("notifier", "0005_branding")]

    operations = [ops.RunPython(_leave_room, _fill_up)]
