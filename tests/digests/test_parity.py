"""Rule 9, as a property: what a digest reader is told is what an immediate reader is told, and nobody is told twice.

Two households live through whatever may happen in a town: requests here and there, comments of neighbours, staff and
their own, closings one by one and in bulk, merges, bursts, follows, mutes, areas that overlap, wishes that change,
quiet hours, vacations, moves to another zone, days without a run, runs that come twice, and workers that die between
any two writes. In the end, `households.check`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, ClassVar

import pytest
import time_machine
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from casework import clock
from casework.database import close_database, open_database
from casework.people import Person
from digests.gather import gather_due
from tests.databases import Databases
from tests.digests.crashing import STEPS, crashing
from tests.digests.households import KINDS, Household, check, move_in
from tests.telling import Telling, open_telling
from tests.town import Town

START = datetime(2026, 3, 6, 15, 20, tzinfo=UTC)  # two days before New York's clocks go forward
ZONES = ("America/New_York", "Europe/London", "Australia/Lord_Howe", "Asia/Kathmandu")

SHAPES: tuple[dict[str, Any], ...] = (
    {"latitude": 42.36, "longitude": -71.06, "radiusM": 900.0},
    {"latitude": 42.365, "longitude": -71.06, "radiusM": 900.0},
    {
        "shape": {
            "type": "Polygon",
            "coordinates": [
                [[-71.07, 42.35], [-71.05, 42.35], [-71.05, 42.37], [-71.07, 42.37], [-71.07, 42.35]],
                [[-71.061, 42.359], [-71.061, 42.361], [-71.059, 42.361], [-71.059, 42.359], [-71.061, 42.359]],
            ],
        }
    },
)
PLACES = st.sampled_from([(42.36, -71.06), (42.362, -71.06), (42.371, -71.06), (42.352, -71.068), (42.5, -71.0)])
"""In the first two and in the third's hole; in all three; in the second; in the third; and in none."""

WHO, WHICH, TOLD = st.integers(0, 1), st.integers(0, 9), st.booleans()
ACTOR = st.sampled_from(["otto", "ines", "mark", "quick", "slow"])
CADENCE = st.sampled_from([None, "IMMEDIATE", "HOURLY", "DAILY", "WEEKLY"])
HOURS: tuple[dict[str, Any], ...] = (
    {"quietFrom": 22 * 60, "quietUntil": 7 * 60},
    {"quietFrom": 0, "quietUntil": 22 * 60},
    {"quietFrom": 7 * 60, "quietUntil": 8 * 60 + 30},
    {"quietFrom": None, "quietUntil": None},
    *({"vacationUntil": hours} for hours in (5, 30, 200, None)),
    *({"hour": hour, "weekday": weekday} for hour, weekday in ((8, 0), (0, 6), (2, 6), (23, 3))),
)
SCHEDULE = st.sampled_from(HOURS)


class TownLife(RuleBasedStateMachine):
    """Each rule is one thing that happens, and takes a second."""

    url: ClassVar[Any]

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.time = time_machine.travel(START, tick=False)
        self.clock = self.time.start()
        self.around = AsyncExitStack()
        self.requests: list[str] = []
        self.households: list[Household] = []
        self.words = count(1)
        self.failed = False

    def do(self, what: Coroutine[Any, Any, Any]) -> Any:
        """Run it, and let a second pass."""
        try:
            return self.runner.run(what)
        except BaseException:
            self.failed = True
            raise
        finally:
            self.clock.shift(timedelta(seconds=1))

    @property
    def town(self) -> Town:
        return self.telling.town

    def saying(self) -> str:
        return f"word{next(self.words)}x"

    @initialize()
    def begin(self) -> None:
        self.do(self._begin())

    async def _begin(self) -> None:
        await open_database(await type(self).url())
        self.around.push_async_callback(close_database)
        self.telling: Telling = await self.around.enter_async_context(open_telling())
        self.households = [await move_in(self.town, name) for name in ("elm", "oak")]
        drawn = await self.town.done(
            self.town.rosa, "createWatchArea", "watchArea { id }", name="Downtown", public=True, **SHAPES[2]
        )
        self.public = drawn["watchArea"]["id"]
        for household, shape in zip(self.households, SHAPES, strict=False):
            await household.draw(self.town, **shape)
        for actor, shape in zip((self.town.otto, self.town.ines, self.town.mark), SHAPES, strict=True):
            await self.town.done(actor, "createWatchArea", name="Mine", **shape)
        for latitude, longitude in ((42.362, -71.06), (42.36, -71.06)):
            await self._report(latitude, longitude)
            for household in self.households:
                await household.both(self.town, "followRequest", requestId=self.requests[-1])
        await self.telling.run()

    async def _report(self, latitude: float, longitude: float) -> None:
        values = {"categoryId": self.town.id_of(self.town.lights), "summary": "A dark lamp"}
        where = {"latitude": latitude, "longitude": longitude}
        self.requests.append(await self.town.report(self.town.otto, **values, **where, description=self.saying()))

    def teardown(self) -> None:
        try:
            if self.households and not self.failed:
                self.runner.run(self._finish())
        finally:
            self.runner.run(self.around.aclose())
            self.runner.close()
            self.time.stop()

    async def _finish(self) -> None:
        """However late: some weeks on, everything that waits has gone. Some hour of a day is not quiet."""
        for wait in [timedelta(days=10)] * 3 + [timedelta(hours=1)] * 24:
            self.clock.shift(wait)
            await self.telling.run()
        await check(self.telling, self.households)

    # -- what happens on requests

    @rule(place=PLACES)
    def somebody_reports(self, place: tuple[float, float]) -> None:
        self.do(self._report(*place))

    @rule(actor=ACTOR, which=WHICH, times=st.sampled_from([1, 1, 1, 5]), told=TOLD)
    def somebody_comments(self, actor: str, which: int, times: int, told: bool) -> None:
        """Now and then in a burst; with areas of their own, in which they hear of nothing that they say."""
        person = getattr(self.at(0) if actor in ("quick", "slow") else self.town, actor)
        for _ in range(times):
            values = {"requestId": self.request(which), "body": self.saying()}
            self.do(self._change(person, "addComment", told, **values))

    @rule(which=WHICH, move=st.sampled_from(["close", "reopen", "acknowledge"]), told=TOLD)
    def staff_moves_it_on(self, which: int, move: str, told: bool) -> None:
        values = {"requestId": self.request(which), "comment": self.saying()}
        self.do(self._change(self.town.tom, f"{move}Request", told, **values))

    @rule(which=WHICH, told=TOLD)
    def staff_closes_it_and_others_in_bulk(self, which: int, told: bool) -> None:
        values = {"requestIds": self.requests[which % len(self.requests) :][:3], "comment": self.saying()}
        self.do(self._change(self.town.tom, "closeRequests", told, **values))

    async def _change(self, person: Person, mutation: str, told: bool, **values: Any) -> None:
        await self.town.mutate(person, mutation, **values)
        if told:
            await self.telling.relay()

    @rule(which=WHICH, into=WHICH, told=TOLD)
    def staff_merges_it_into_another(self, which: int, into: int, told: bool) -> None:
        values = {"requestId": self.request(which), "survivorId": self.request(into)}
        self.do(self._change(self.town.tom, "mergeRequest", told, **values))

    @rule(which=WHICH, hidden=st.booleans())
    def staff_hides_or_shows_it(self, which: int, hidden: bool) -> None:
        async def change() -> None:
            for household in self.households:
                await household.falls_silent()
            await self.town.mutate(self.town.tom, "setRequestVisibility", requestId=self.request(which), hidden=hidden)

        self.do(change())

    def request(self, which: int) -> str:
        return self.requests[which % len(self.requests)]

    # -- what both of a household do

    @rule(who=WHO, which=WHICH, verb=st.sampled_from(["follow", "follow", "unfollow", "mute", "unmute"]))
    def both_follow_or_mute(self, who: int, which: int, verb: str) -> None:
        async def change() -> None:
            if verb in ("unfollow", "mute"):
                await self.at(who).falls_silent()
            await self.at(who).both(self.town, f"{verb}Request", requestId=self.request(which))

        self.do(change())

    @rule(
        who=WHO, shape=st.sampled_from(SHAPES), change=st.sampled_from(["draw", "draw", "delete", "quieter", "louder"])
    )
    def both_change_an_area_of_theirs(self, who: int, shape: dict[str, Any], change: str) -> None:
        household = self.at(who)
        if change == "draw":
            self.do(household.draw(self.town, **shape))
        elif not household.areas:
            return
        elif change == "delete":
            self.do(household.delete_area(self.town))
        else:
            self.do(household.want_comments(self.town, change == "louder"))

    @rule(who=WHO, follow=st.booleans())
    def both_follow_the_public_area(self, who: int, follow: bool) -> None:
        async def change() -> None:
            if not follow:
                await self.at(who).falls_silent()
            verb = "follow" if follow else "unfollow"
            await self.at(who).both(self.town, f"{verb}WatchArea", watchAreaId=self.public)

        self.do(change())

    @rule(who=WHO, kind=st.sampled_from(KINDS), on=st.booleans())
    def both_turn_a_kind_on_or_off(self, who: int, kind: str, on: bool) -> None:
        self.do(self.at(who).turn(self.town, kind, on=on))

    # -- when the slow one of a household hears

    @rule(who=WHO, what=st.sampled_from(["kinds", "kinds", *KINDS]), cadence=CADENCE)
    def the_slow_one_chooses_a_cadence(self, who: int, what: str, cadence: str | None) -> None:
        """For one kind or for all of them."""

        async def choose() -> None:
            for kind in KINDS if what == "kinds" else [what]:
                await self.at(who).prefer(self.town, kind, cadence)

        self.do(choose())

    @rule(who=WHO, public=st.booleans(), cadence=CADENCE)
    def the_slow_one_chooses_for_an_area(self, who: int, public: bool, cadence: str | None) -> None:
        household = self.at(who)
        area = self.public if public else next((mine for _, mine in household.areas), None)
        if area is not None:
            values = {"watchAreaId": area, "cadence": cadence}
            self.do(self.town.mutate(household.slow, "updateWatchAreaPreference", **values))

    @rule(who=WHO, schedule=SCHEDULE)
    def the_slow_one_changes_their_hours(self, who: int, schedule: dict[str, Any]) -> None:
        """A vacation is given in hours from now."""
        if (hours := schedule.get("vacationUntil")) is not None:
            schedule = {"vacationUntil": (clock.now() + timedelta(hours=hours)).isoformat()}
        self.do(self.town.done(self.at(who).slow, "updateDigestSchedule", **schedule))

    @rule(who=WHO, zone=st.sampled_from(ZONES))
    def the_slow_one_moves_to_another_zone(self, who: int, zone: str) -> None:
        self.do(self.town.done(self.at(who).slow, "updateProfile", timeZone=zone))

    @rule(who=WHO)
    def the_slow_one_asks_for_the_digest_now(self, who: int) -> None:
        self.do(self.town.done(self.at(who).slow, "sendDigestNow"))

    def at(self, who: int) -> Household:
        return self.households[who]

    # -- time, and workers

    @rule(hours=st.sampled_from([0.02, 0.5, 1, 7, 24, 24 * 9]))
    def time_passes(self, hours: float) -> None:
        if clock.now() < START + timedelta(days=20):  # sessions last a month
            self.clock.shift(timedelta(hours=hours))

    @rule(what=st.sampled_from(["tell", "tell", "gather", "all", "all", "twice"]))
    def workers_run(self, what: str) -> None:
        if what == "gather":
            self.do(gather_due())
        elif what == "tell":
            self.do(self.telling.relay())
        for _ in range({"all": 1, "twice": 2}.get(what, 0)):
            self.do(self.telling.run())

    @rule(step=st.sampled_from(STEPS), when=st.sampled_from(["before", "after"]))
    def a_worker_dies(self, step: str, when: str) -> None:
        async def die() -> None:
            async with crashing(step, when):
                await self.telling.run()

        self.do(die())


_numbers = count(1)


def _live(monkeypatch: pytest.MonkeyPatch, url: Any, *, examples: int, steps: int) -> None:
    for shown in ("STORIES_SHOWN", "ENTRIES_SHOWN"):  # nothing is left for the linked page
        monkeypatch.setattr(f"digests.writing.{shown}", 1_000)
    monkeypatch.setattr("notifier.bursts.AT_ONCE", 3)
    monkeypatch.setattr(TownLife, "url", staticmethod(url), raising=False)
    run_state_machine_as_test(
        TownLife,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            phases=[Phase.generate],  # a life is short enough to read, and to shorten one takes minutes
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )


def test_households_are_told_the_same_however_they_wish_to_hear(
    databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    _live(monkeypatch, lambda: databases.sqlite(f"parity{next(_numbers)}"), examples=2, steps=25)


@pytest.mark.slow
@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_households_are_told_the_same_in_many_lives(
    databases: Databases, monkeypatch: pytest.MonkeyPatch, database: str
) -> None:
    url = databases.postgres if database == "postgres" else lambda: databases.sqlite(f"parity{next(_numbers)}")
    _live(monkeypatch, url, examples=10, steps=40)
