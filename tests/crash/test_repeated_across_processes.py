"""A mutation that is sent twice, to two API processes on one PostgreSQL: done once, and both get its answer."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from casework.database import close_database, fetch, open_database
from casework.history import HistoryRow
from casework.requests import ServiceRequest
from tests.patience import PATIENCE
from tests.town import Town, open_town

pytestmark = pytest.mark.slow

PROCESS = Path(__file__).with_name("api_process.py")
REPORT = """mutation ($input: SubmitRequestInput!) {
  submitRequest(input: $input) { request { id number summary } userErrors { code path } }
}"""
KEY = "0123456789abcdef"


@dataclass
class Api:
    """One process and a client of it."""

    process: asyncio.subprocess.Process
    client: httpx.AsyncClient

    async def says(self) -> str:
        assert self.process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            return (await self.process.stdout.readline()).decode().strip()


@asynccontextmanager
async def api_process(database: str, *options: str) -> AsyncIterator[Api]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(PROCESS), database, *options),
        env={**os.environ, "PYTHONPATH": str(PROCESS.parents[2])},
        stdout=asyncio.subprocess.PIPE,
    )
    api = Api(process, httpx.AsyncClient(timeout=PATIENCE))
    try:
        api.client.base_url = await api.says()
        yield api
    finally:
        await api.client.aclose()
        if process.returncode is None:
            process.kill()
        await process.wait()


@dataclass
class Twice:
    """The town, and two processes that serve it."""

    town: Town
    one: Api
    other: Api

    def body(self, summary: str = "Hole", key: str | None = KEY) -> dict[str, Any]:
        town = self.town
        ids = {"organizationId": town.id_of(town.springfield), "categoryId": town.id_of(town.potholes)}
        return {"query": REPORT, "variables": {"input": {**ids, "summary": summary, "clientMutationId": key}}}

    async def send(self, api: Api, body: dict[str, Any], header: str | None = None) -> dict[str, Any]:
        headers = {"authorization": f"Bearer {self.town.token(self.town.maya)}"}
        if header is not None:
            headers["idempotency-key"] = header
        answer = (await api.client.post("/graphql", json=body, headers=headers)).json()
        return dict(answer["data"]["submitRequest"])


@asynccontextmanager
async def twice(database: str, *options: str) -> AsyncIterator[Twice]:
    """The first of the two processes gets the options."""
    await open_database(database)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(close_database)
        town = await stack.enter_async_context(open_town())
        one, other = await asyncio.gather(
            *(stack.enter_async_context(api_process(database, *given)) for given in (options, ()))
        )
        yield Twice(town, one, other)


async def waiting() -> int:
    """How many statements wait for another transaction."""
    asked = (
        "SELECT count(*) AS many FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    return int((await fetch(asked))[0]["many"])


async def test_two_processes_do_it_once_give_one_answer_and_refuse_another_body(postgres_database: str) -> None:
    async with twice(postgres_database) as both:
        copies = [both.send(api, both.body()) for api in (both.one, both.other) * 4]
        answers = await asyncio.gather(*copies)
        assert answers == [answers[0]] * 8
        assert answers[0]["request"]["number"] == 1
        assert await HistoryRow.filter(type="RequestSubmitted").count() == 1
        conflict = await both.send(both.other, both.body("Another hole"))
        assert conflict == {"request": None, "userErrors": [{"code": "CONFLICT", "path": ["clientMutationId"]}]}

        header = "a-key-of-sixteen-and-more"
        first = await both.send(both.one, both.body(key=None), header)
        assert await both.send(both.other, both.body(key=None), header) == first
        conflict = await both.send(both.other, both.body("Another hole", key=None), header)
        assert conflict == {"request": None, "userErrors": [{"code": "CONFLICT", "path": None}]}
        assert await ServiceRequest.all().count() == 2


async def test_a_copy_waits_for_the_first_and_takes_its_place_when_its_process_dies_half_way(
    postgres_database: str,
) -> None:
    async with twice(postgres_database, "hold") as both:
        first = asyncio.create_task(both.send(both.one, both.body()))
        assert await both.one.says() == "half-way"
        second = asyncio.create_task(both.send(both.other, both.body()))
        async with asyncio.timeout(PATIENCE):
            while await waiting() == 0:  # noqa: ASYNC110  # the database rings no bell
                await asyncio.sleep(0.02)
        assert not second.done()
        assert await ServiceRequest.all().count() == 0
        both.one.process.kill()
        answer = await second
        with pytest.raises(httpx.TransportError):
            await first
        assert answer["userErrors"] == []
        assert answer["request"]["summary"] == "Hole"
        assert await both.send(both.other, both.body()) == answer
        assert await ServiceRequest.all().count() == 1
