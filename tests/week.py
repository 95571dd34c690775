"""The town in a week of which a test turns the clock: it is Monday, 30 November 2026, 10:00 in Springfield.

async with open_week() as week:
    request = await week.lamp()                      a request that may take 4 working hours
    mails = await week.at("2026-11-30T14:30")        what is mailed by then, the scans of the timetable included
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import time_machine

from casework.actions.archiving import archive_quiet
from casework.actions.deadlines import ring_clocks
from tests.telling import Mail, Telling, open_telling
from tests.town import Town

MONDAY = "2026-11-30T10:00"
BOSS = "boss@springfield.example"


def moment(local: str) -> datetime:
    """A time of day in Springfield, in UTC."""
    return datetime.fromisoformat(local).replace(tzinfo=ZoneInfo("America/New_York")).astimezone(UTC)


def iso(local: str) -> str:
    """The same as clients write and read it."""
    return moment(local).isoformat()


async def scan() -> None:
    """What the timetable looks for beside the mail."""
    while await ring_clocks():
        pass
    while await archive_quiet():
        pass


@dataclass
class Week:
    telling: Telling
    traveller: time_machine.Traveller

    @property
    def town(self) -> Town:
        return self.telling.town

    def turn_to(self, local: str) -> None:
        self.traveller.move_to(moment(local), tick=False)

    async def at(self, local: str) -> list[Mail]:
        """Turn the clock, look for what became due, and tell it."""
        self.turn_to(local)
        await scan()
        return await self.telling.run()

    async def lamp(self, **sla: Any) -> str:
        """A dark lamp of Mark's, which may take 4 working hours unless said otherwise; its own mail is out already."""
        await self.limit(**sla)
        request = await self.telling.settled(categoryId=self.town.id_of(self.town.lights), summary="A dark lamp")
        await self.telling.after(
            self.town.rosa, "assignRequest", requestId=request, assigneeId=self.town.id_of(self.town.mark)
        )
        return request

    async def limit(self, amount: int = 4, unit: str = "HOURS") -> None:
        """Street lights may take so long, and the boss hears of those that are late."""
        await self.town.done(
            self.town.rosa,
            "updateRequestCategory",
            categoryId=self.town.id_of(self.town.lights),
            sla={"amount": amount, "unit": unit},
            escalateTo=BOSS,
        )

    async def dates(self, request: str) -> tuple[str | None, str | None]:
        """When staff see that it is due, and the SLA alone says so: in Springfield's time, as in `at`."""
        seen = await self.town.ask(self.town.tom, f'{{ node(id: "{request}") {{ ... on ServiceRequest {_DATES} }} }}')
        return _local(seen["node"]["dueAt"]), _local(seen["node"]["slaDueAt"])


_DATES = "{ dueAt slaDueAt }"


def _local(date: str | None) -> str | None:
    if date is None:
        return None
    return datetime.fromisoformat(date).astimezone(ZoneInfo("America/New_York")).strftime("%Y-%m-%dT%H:%M")


@asynccontextmanager
async def open_week() -> AsyncIterator[Week]:
    """In the open, empty database."""
    with time_machine.travel(moment(MONDAY), tick=False) as traveller:
        async with open_telling() as telling:
            yield Week(telling, traveller)
