"""A town with its pipeline, and what it takes to hear of it live."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from api.live.live import Live
from tests.telling import Telling, open_telling


@pytest.fixture
async def telling(db: str) -> AsyncIterator[Telling]:
    async with open_telling() as telling:
        await telling.heard()
        yield telling


@pytest.fixture
def live(telling: Telling) -> Live:
    live = telling.town.app.state.live
    assert isinstance(live, Live)
    return live
