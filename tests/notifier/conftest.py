"""The town with its pipeline, on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.telling import Telling, open_telling
from tests.week import Week, open_week


@pytest.fixture
async def telling(db: str) -> AsyncIterator[Telling]:
    async with open_telling() as telling:
        yield telling


@pytest.fixture
async def week(db: str) -> AsyncIterator[Week]:
    async with open_week() as week:
        yield week
