"""A town that keeps its photos in a folder of the test's own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.town import Town, open_town, settings


@pytest.fixture
async def town(db: str, tmp_path: Path) -> AsyncIterator[Town]:
    async with open_town(settings(data_dir=tmp_path, max_photo_bytes=200_000, max_photo_pixels=1_000_000)) as town:
        yield town
