"""A town to speak GraphQL with, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from tortoise import Tortoise

from casework.database import connection, register_models
from tests.town import Town, open_town

register_models("api", ("api.transaction",))


@pytest.fixture
async def town(db: str) -> AsyncIterator[Town]:
    await Tortoise.generate_schemas(safe=True)
    await connection().execute_script(
        "CREATE UNIQUE INDEX IF NOT EXISTS answered_once ON answered_mutation (scope, field, key)"
    )
    async with open_town() as town:
        yield town
