"""A town with its pipeline, whose street lights ask questions, and a system that has Springfield's key."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.open311.system import System
from tests.telling import Telling, open_telling

QUESTIONS = [
    {
        "code": "LAMP",
        "prompt": "What is wrong with the lamp?",
        "hint": "Choose one.",
        "datatype": "SINGLEVALUELIST",
        "required": True,
        "choices": [{"key": "dark", "name": "It stays dark"}, {"key": "on", "name": "It never goes off"}],
    },
    {
        "code": "SIGNS",
        "prompt": "Which signs can't be read?",
        "datatype": "MULTIVALUELIST",
        "choices": [{"key": "s", "name": "Stop"}, {"key": "y", "name": "Yield"}],
    },
    {"code": "WHO", "prompt": "Whose lamp is it?", "private": True},
    {"code": "NOTE", "prompt": "Call 911 where wires hang down.", "variable": False},
]


@pytest.fixture
async def telling(db: str) -> AsyncIterator[Telling]:
    async with open_telling() as telling:
        town = telling.town
        await town.done(town.rosa, "updateRequestCategory", categoryId=town.id_of(town.lights), questions=QUESTIONS)
        yield telling


@pytest.fixture
async def system(telling: Telling) -> System:
    town = telling.town
    made = await town.done(
        town.rosa,
        "createApiKey",
        "apiKey { id name } secret",
        organizationId=town.id_of(town.springfield),
        name="Call centre",
    )
    return System(town.client, made["secret"])
