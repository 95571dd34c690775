"""The town with its pipeline, on both databases, at a moment that the test moves."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.telling import Telling, open_telling


@pytest.fixture
async def telling(db: str) -> AsyncIterator[Telling]:
    async with open_telling() as telling:
        yield telling
