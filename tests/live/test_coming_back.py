"""A client that drops and comes back at random hears what one hears that stayed: all of it, in order, and once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from api.app import build_app
from api.ids import cursor
from casework import history
from casework.people import Person
from tests.listening import Socket, Subscription
from tests.live.test_subscriptions import ACTIVITY, AREA, TOLD
from tests.telling import Telling

HERE = {"latitude": 42.36, "longitude": -71.06}
STEPS = ("speak", "whisper", "close or reopen", "stamp", "hear", "stall", "cut", "return", "another process")


@dataclass
class Follower:
    """Somebody who follows one thing, with whatever client and process they have at the moment."""

    telling: Telling
    token: str | None
    document: str
    values: dict[str, Any]
    after: str
    app: Any = None
    heard: list[str] = field(default_factory=list)
    _socket: Socket | None = None
    _subscription: Subscription | None = None

    async def come(self) -> None:
        if self._socket is None:
            self._socket = Socket(self.app or self.telling.town.app)
            await self._socket.init(self.token)
            self._subscription = await self._socket.subscribe(self.document, **self.values, after=self.after)
            assert self._subscription.code is None

    def stall(self) -> None:
        if self._socket is not None:
            self._socket.stick()

    async def cut(self) -> None:
        """They keep what had arrived, and no more."""
        self._take()
        if self._socket is not None:
            await self._socket.cut()
        self._socket = self._subscription = None

    async def leave(self) -> None:
        if self._socket is not None:
            self._socket.flow()
            await self._socket.settled()
            self._take()
            await self._socket.gone()
        self._socket = self._subscription = None

    def _take(self) -> None:
        for news in self._subscription.taken() if self._subscription is not None else ():
            self.after = next(iter(news.values()))["cursor"]
            self.heard.append(self.after)


@dataclass
class Story:
    """One request and the two who follow what comes of it."""

    telling: Telling
    request: str
    stays: Follower
    flaps: Follower
    is_open: bool = True
    said: int = 0

    async def play(self, step: str) -> None:
        if step == "speak" or step == "whisper":
            self.said += 1
            visibility = "PUBLIC" if step == "speak" else "INTERNAL"
            await self._done("addComment", body=f"Word {self.said}.", visibility=visibility)
        elif step == "close or reopen":
            await self._done("closeRequest" if self.is_open else "reopenRequest", comment="So be it.")
            self.is_open = not self.is_open
        elif step == "stamp":
            await self.telling.relay()
        elif step == "hear":
            await self.hear()
        elif step == "stall":
            self.flaps.stall()
        elif step == "cut":
            await self.flaps.cut()
        elif step == "return":
            await self.flaps.come()
        else:  # a new process, which has read nothing yet
            await self.flaps.cut()
            self.flaps.app = build_app(self.telling.settings)

    async def hear(self) -> None:
        await self.telling.heard()
        if self.flaps.app is not None:
            await self.flaps.app.state.live.feed.catch_up()

    async def _done(self, mutation: str, **values: Any) -> None:
        town = self.telling.town
        await town.done(town.tom, mutation, requestId=self.request, **values)


async def story(telling: Telling, what: str, person: Person | None) -> Story:
    town = telling.town
    request = await telling.settled(**HERE)
    document, values = ACTIVITY, {"requestId": request}
    if what == "area":
        made = await town.done(town.maya, "createWatchArea", "watchArea { id }", name="Corner", radiusM=300.0, **HERE)
        await telling.relay()
        document, values = AREA, {"watchAreaId": made["watchArea"]["id"]}
    if what == "notifications":
        document, values = TOLD, {}
    position, told = await history.newest()
    after = cursor(told, "t") if what == "notifications" else cursor(position)
    stays, flaps = (Follower(telling, town.token(person), document, values, after) for _ in range(2))
    return Story(telling, request, stays, flaps)


async def hold(telling: Telling, followed: tuple[str, str | None], steps: Sequence[str]) -> None:
    """Play the steps, and compare what the two have heard."""
    what, who = followed
    told = await story(telling, what, getattr(telling.town, who) if who else None)
    await told.stays.come()
    await told.flaps.come()
    for step in ("speak", *steps, "speak"):
        await told.play(step)
    await told.flaps.come()
    await told.hear()
    for each in (told.flaps, told.stays):
        await each.leave()
    assert told.flaps.heard == told.stays.heard
    assert len(set(told.stays.heard)) == len(told.stays.heard) >= 2


a_life = given(
    followed=st.sampled_from(
        [("request", "tom"), ("request", "maya"), ("request", None), ("area", "maya"), ("notifications", "maya")]
    ),
    steps=st.lists(st.sampled_from(STEPS), max_size=20),
)
_ONE_TOWN = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@a_life
@examples(max_examples=8, suppress_health_check=_ONE_TOWN)
async def test_who_drops_and_comes_back_hears_exactly_what_one_hears_who_stayed(
    telling: Telling, followed: tuple[str, str | None], steps: Sequence[str]
) -> None:
    await hold(telling, followed, steps)


@pytest.mark.slow
@a_life
@examples(max_examples=40, suppress_health_check=_ONE_TOWN)
async def test_they_do_in_many_lives(telling: Telling, followed: tuple[str, str | None], steps: Sequence[str]) -> None:
    await hold(telling, followed, steps)
