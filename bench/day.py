"""What the people of a big town do in a day: GraphQL over HTTP at a steady rate, from many addresses."""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass, field
from typing import Any

import httpx

from bench.big_town import BigTown

_ADDRESSES = 250
"""Clients come from so many addresses: what one address may do is limited."""

_DEEDS = {
    "addComment": 9, "followRequest": 5, "acknowledgeRequest": 3, "closeRequest": 3, "reopenRequest": 1,
    "assignRequest": 1, "muteRequest": 1,
}  # fmt: skip
_BY_STAFF = ("acknowledgeRequest", "assignRequest", "closeRequest")
_WITH_COMMENT = ("acknowledgeRequest", "closeRequest", "reopenRequest")


@dataclass
class Day:
    """What its people do, and what came of it."""

    town: BigTown
    url: str
    draw: random.Random
    took: list[float] = field(default_factory=list)
    refused: int = 0
    errors: list[str] = field(default_factory=list)
    _clients: list[httpx.AsyncClient] = field(default_factory=list)
    _requests: list[str] = field(default_factory=list)

    async def run(self, requests: int, actions: int, seconds: float) -> None:
        """Deeds begin at their times, however many are still under way."""
        deeds = [True] * requests + [False] * actions
        self.draw.shuffle(deeds)
        self._clients = [_client(self.url, number) for number in range(_ADDRESSES)]
        begun = time.monotonic()
        async with asyncio.TaskGroup() as together:
            for number, reports in enumerate(deeds):
                await asyncio.sleep(max(0.0, begun + number * seconds / len(deeds) - time.monotonic()))
                together.create_task(self._report() if reports or not self._requests else self._act())
        for client in self._clients:
            await client.aclose()

    async def _report(self) -> None:
        longitude, latitude = self.town.place(self.draw)
        payload = await self._do(
            self.draw.choice(self.town.residents),
            "submitRequest",
            "request { id }",
            organizationId=self.town.organization,
            categoryId=self.draw.choice(self.town.categories),
            summary="A hole in the road",
            description="It is as wide as a wheel, and deeper than it looks. " * 4,
            longitude=longitude,
            latitude=latitude,
        )
        if payload is not None:
            self._requests.append(payload["request"]["id"])

    async def _act(self) -> None:
        mutation = self.draw.choices(list(_DEEDS), list(_DEEDS.values()))[0]
        who = self.town.staff if mutation in _BY_STAFF else self.town.residents
        values: dict[str, Any] = {"requestId": self.draw.choice(self._requests[-2000:])}
        if mutation in _WITH_COMMENT:
            values["comment"] = "We had a look at it today."
        elif mutation == "addComment":
            values["body"] = "I nearly fell over it this morning."
        elif mutation == "assignRequest":
            values["assigneeId"] = self.draw.choice(self.town.staff_ids)
        await self._do(self.draw.choice(who), mutation, **values)

    async def _do(self, token: str, mutation: str, selection: str = "", **values: Any) -> dict[str, Any] | None:
        kind = f"{mutation[0].upper()}{mutation[1:]}Input!"
        document = f"mutation($input: {kind}) {{ {mutation}(input: $input) {{ {selection} userErrors {{ code }} }} }}"
        client = self._clients[hash(token) % len(self._clients)]
        begun = time.perf_counter()
        try:
            answer = await client.post(
                "/graphql",
                json={"query": document, "variables": {"input": values}},
                headers={"authorization": f"Bearer {token}"},
            )
            payload = (answer.json().get("data") or {}).get(mutation)
        except (httpx.HTTPError, ValueError) as error:
            self.errors.append(repr(error))
            return None
        self.took.append(time.perf_counter() - begun)
        if payload is None:
            self.errors.append(answer.text[:200])
            return None
        self.refused += bool(payload["userErrors"])
        return None if payload["userErrors"] else dict(payload)


def _client(url: str, number: int) -> httpx.AsyncClient:
    transport = httpx.AsyncHTTPTransport(local_address=f"127.0.{1 + number // 200}.{1 + number % 200}")
    return httpx.AsyncClient(base_url=url, transport=transport, timeout=60)
