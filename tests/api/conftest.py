"""A town to speak GraphQL with, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from tortoise import Tortoise

from casework.database import register_models
from tests.town import Town, open_town

register_models("api", ("api.transaction",))


@pytest.fixture
async def town(db: str) -> AsyncIterator[Town]:
    await Tortoise.generate_schemas(safe=True)
    async with open_town() as town:
        yield town
