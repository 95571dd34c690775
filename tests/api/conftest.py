"""A town to speak GraphQL with, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.town import Town, open_town


@pytest.fixture
async def town(db: str) -> AsyncIterator[Town]:
    async with open_town() as town:
        yield town
