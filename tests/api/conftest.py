"""A town to speak GraphQL with, and one with its pipeline, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.telling import Telling, open_telling
from tests.town import Town, open_town


@pytest.fixture
async def town(db: str) -> AsyncIterator[Town]:
    async with open_town() as town:
        yield town


@pytest.fixture
async def telling(db: str) -> AsyncIterator[Telling]:
    async with open_telling() as telling:
        yield telling
