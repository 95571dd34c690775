"""The town of a run, and what its people do: GraphQL over HTTP, each mutation repeated until it is answered.

    residents r0 … r11, of whom some want digests (hourly, daily, weekly), three watch an area, one follows another's
    staff     s0 (owner), s1, s2;  Potholes go to s1 and to an address, Lights to nobody, Complaints are private

Every repetition carries the same clientMutationId, as a client should; a killed API must not make one deed two. Answers
are kept for a day, so a client whose clock has jumped as far does not repeat what it knows nothing of.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx

from api.ids import global_id
from api.transaction import KEPT
from bench.chaos.weather import Weather
from casework.access import viewer_for
from casework.actions.accounts import create_person, start_session
from casework.actions.areas import create_watch_area, follow_watch_area
from casework.actions.membership import add_member, create_category, create_organization
from casework.people import Person, Role
from notifier.preferences import Cadence, store_choice

RESIDENTS, STAFF = 12, 3
DIGEST_READERS = {2: Cadence.HOURLY, 3: Cadence.DAILY, 4: Cadence.WEEKLY}
KINDS_BY_DIGEST = ("request_commented", "request_closed", "request_acknowledged")
ROUTE = "streets@chaos.example"
_SAFE_TO_REPEAT = KEPT - timedelta(minutes=5)


@dataclass
class Town:
    organization: str
    categories: list[str]
    residents: list[Person]
    staff: list[Person]
    tokens: dict[int, str]


async def found_town() -> Town:
    """Build it in the open, empty database."""
    organization = await create_organization(slug="chaos", name="Town of Chaos")
    names = [*(f"r{n}" for n in range(RESIDENTS)), *(f"s{n}" for n in range(STAFF))]
    people = [
        await create_person(handle=each, name=f"Person {each}", address=f"{each}@chaos.example", confirmed=True)
        for each in names
    ]
    residents, staff = people[:RESIDENTS], people[RESIDENTS:]
    for person, role in zip(staff, (Role.OWNER, Role.MANAGER, Role.INTERNAL), strict=True):
        await add_member(organization, person, role)
    owner = await viewer_for(staff[0])
    categories = [
        await create_category(
            owner, organization.id, name="Potholes", assignee_id=staff[1].id, route_addresses=[ROUTE]
        ),
        await create_category(owner, organization.id, name="Lights"),
        await create_category(owner, organization.id, name="Complaints", private=True),
    ]
    for number, cadence in DIGEST_READERS.items():
        for kind in KINDS_BY_DIGEST:
            await store_choice(f"person:{residents[number].id}", kind, cadence)
    areas = [
        await create_watch_area(
            await viewer_for(residents[number]), name=f"Area of r{number}", geojson=_square(corner), public=True
        )
        for number, corner in ((5, 0.0), (6, 0.04), (7, 0.08))
    ]
    await follow_watch_area(await viewer_for(residents[8]), areas[0].id)
    return Town(
        global_id("Organization", organization.id),
        [global_id("RequestCategory", each.id) for each in categories],
        residents,
        staff,
        {person.id: await start_session(person, label="chaos") for person in people},
    )


def _square(corner: float) -> dict[str, Any]:
    """Six hundredths of a degree wide, so that neighbours overlap."""
    low, high = corner, corner + 0.06
    return {"type": "Polygon", "coordinates": [[[low, low], [high, low], [high, high], [low, high], [low, low]]]}


@dataclass
class Load:
    """A few people at a time, until `stop` is set. `answered` counts deeds, `refused` what the rules forbade."""

    town: Town
    url: str
    draw: random.Random
    pause: float
    weather: Weather
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    answered: int = 0
    refused: int = 0
    repeated: int = 0
    given_up: int = 0
    summaries: set[str] = field(default_factory=set)
    doubtful: set[str] = field(default_factory=set)
    _requests: list[str] = field(default_factory=list)
    _deeds: int = 0

    async def run(self, lanes: int = 4) -> None:
        async with httpx.AsyncClient(base_url=self.url, timeout=5) as client, asyncio.TaskGroup() as together:
            for _ in range(lanes):
                together.create_task(self._lane(client))

    async def _lane(self, client: httpx.AsyncClient) -> None:
        while not self.stop.is_set():
            await self._choose()(client)
            await asyncio.sleep(self.draw.uniform(0.2, 1.8) * self.pause)

    def _choose(self) -> Callable[[httpx.AsyncClient], Awaitable[None]]:
        deeds = {
            self._report: 5, self._comment: 6, self._internal: 2, self._follow: 4, self._unfollow: 1, self._mute: 1,
            self._acknowledge: 2, self._close: 2, self._close_many: 1, self._reopen: 2, self._assign: 2, self._reset: 1,
        }  # fmt: skip
        return self.draw.choices(list(deeds), list(deeds.values()))[0] if self._requests else self._report

    async def _report(self, client: httpx.AsyncClient) -> None:
        self._deeds += 1
        summary = f"Hole {self._deeds}"
        begun = self.weather.now()
        longitude, latitude = (round(self.draw.uniform(-0.02, 0.16), 4) for _ in range(2))
        made = await self._do(
            client,
            self.draw.choice(self.town.residents),
            "submitRequest",
            "request { id }",
            organizationId=self.town.organization,
            categoryId=self.draw.choices(self.town.categories, (4, 3, 1))[0],
            summary=summary,
            latitude=latitude,
            longitude=longitude,
        )
        if abs(self.weather.now() - begun) > _SAFE_TO_REPEAT:
            self.doubtful.add(summary)
        if made is not None:
            self.summaries.add(summary)
            self._requests.append(made["request"]["id"])

    async def _comment(self, client: httpx.AsyncClient) -> None:
        await self._on_one(client, self._anybody(), "addComment", body="I saw it too.")

    async def _internal(self, client: httpx.AsyncClient) -> None:
        handle = self.draw.choice(self.town.staff).handle
        author = self.draw.choice(self.town.staff)
        await self._on_one(client, author, "addComment", body=f"Have a look, @{handle}.", visibility="INTERNAL")

    async def _follow(self, client: httpx.AsyncClient) -> None:
        await self._on_one(client, self._anybody(), "followRequest")

    async def _unfollow(self, client: httpx.AsyncClient) -> None:
        await self._on_one(client, self._anybody(), "unfollowRequest")

    async def _mute(self, client: httpx.AsyncClient) -> None:
        await self._on_one(client, self._anybody(), self.draw.choice(("muteRequest", "unmuteRequest")))

    async def _acknowledge(self, client: httpx.AsyncClient) -> None:
        await self._on_one(client, self.draw.choice(self.town.staff), "acknowledgeRequest", comment="We saw it.")

    async def _close(self, client: httpx.AsyncClient) -> None:
        await self._on_one(client, self._anybody(), "closeRequest", comment="Mended.")

    async def _reopen(self, client: httpx.AsyncClient) -> None:
        await self._on_one(client, self._anybody(), "reopenRequest", comment="Not mended.")

    async def _assign(self, client: httpx.AsyncClient) -> None:
        assignee = self.draw.choice(self.town.staff)
        await self._on_one(
            client,
            self.draw.choice(self.town.staff),
            "assignRequest",
            assigneeId=global_id("Person", assignee.id),
        )

    async def _close_many(self, client: httpx.AsyncClient) -> None:
        some = self.draw.sample(self._requests, min(len(self._requests), 4))
        await self._do(
            client, self.draw.choice(self.town.staff), "closeRequests", requestIds=some, comment="All mended."
        )

    async def _reset(self, client: httpx.AsyncClient) -> None:
        address = self.draw.choice(self.town.residents).address
        await self._do(client, None, "requestPasswordReset", address=address)

    def _anybody(self) -> Person:
        return self.draw.choice([*self.town.residents, *self.town.residents, *self.town.staff])

    async def _on_one(self, client: httpx.AsyncClient, who: Person, mutation: str, **values: Any) -> None:
        await self._do(client, who, mutation, requestId=self.draw.choice(self._requests), **values)

    async def _do(
        self, client: httpx.AsyncClient, who: Person | None, mutation: str, selection: str = "", **values: Any
    ) -> dict[str, Any] | None:
        """The payload; None where the rules forbade it, or the run ended before an answer came."""
        self._deeds += 1
        values["clientMutationId"] = f"chaos-deed-{self._deeds:012}"
        kind = f"{mutation[0].upper()}{mutation[1:]}Input!"
        document = f"mutation($input: {kind}) {{ {mutation}(input: $input) {{ {selection} userErrors {{ code }} }} }}"
        headers = {"authorization": f"Bearer {self.town.tokens[who.id]}"} if who is not None else {}
        begun = self.weather.now()
        while True:
            try:
                answer = await client.post(
                    "/graphql", json={"query": document, "variables": {"input": values}}, headers=headers
                )
                payload = (answer.json().get("data") or {}).get(mutation)
            except (httpx.HTTPError, ValueError):
                payload = None  # killed before or while it answered
            if payload is not None:
                break
            self.repeated += 1
            if self.stop.is_set() or abs(self.weather.now() - begun) > _SAFE_TO_REPEAT:
                self.given_up += 1
                return None
            await asyncio.sleep(0.1)
        self.answered += 1
        self.refused += bool(payload["userErrors"])
        return None if payload["userErrors"] else dict(payload)
