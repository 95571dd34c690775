"""An API killed (SIGKILL) on the way to its answer: the client sends the mutation again, and it was done once."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from api.ids import global_id
from casework.database import close_database, open_database
from casework.history import HistoryRow
from casework.requests import ServiceRequest
from tests.town import Town, open_town

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


async def _send(database: str, town: Town, step: tuple[str, str] | None = None) -> tuple[int | None, dict[str, Any]]:
    """How the process ended, and the answer, where there was one."""
    given = {
        "organizationId": town.id_of(town.springfield),
        "categoryId": town.id_of(town.potholes),
        "summary": "A pothole",
        "clientMutationId": "0123456789abcdef",
    }
    words = ["-m", "tests.crash.mutate", database, str(town.token(town.maya)), json.dumps(given), *(step or ())]
    process = await asyncio.create_subprocess_exec(sys.executable, *words, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    said, _ = await process.communicate()
    return process.returncode, json.loads(said) if said else {}


@pytest.fixture
async def open_postgres(postgres_database: str) -> AsyncIterator[str]:
    await open_database(postgres_database)
    yield postgres_database
    await close_database()


async def test_a_copy_gets_the_answer_that_the_api_died_over_after_its_commit(open_postgres: str) -> None:
    async with open_town() as town:
        assert await _send(open_postgres, town, ("api.mutation:once", "after")) == (-signal.SIGKILL, {})
        made = await ServiceRequest.get()
        code, answer = await _send(open_postgres, town)
        assert code == 0
        assert answer["data"]["submitRequest"]["request"] == {"id": global_id("ServiceRequest", made.id), "number": 1}
        assert await ServiceRequest.all().count() == 1
        assert await HistoryRow.filter(type="RequestSubmitted").count() == 1
