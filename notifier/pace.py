"""How much mail may leave now: what the mail server and each provider behind it bear.

    claim  ◀── how many, the most urgent first ── the server's lane
    write
    send   ◀── which, and when each begins     ── the providers' lanes
    settle ──▶ who said "later", and who not   ── the lanes learn

What is not let go simply stays due: it is not claimed, or is put back with a later `due`, and no try of it is counted.
Lanes are shared by all workers (`notifier.shared`), so a limit is one limit however many send.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, TypeVar

import structlog

from casework import clock
from casework.config import Settings
from notifier import metrics
from notifier.departures import Departures
from notifier.doorbell import Doorbell
from notifier.lanes import (
    LONGEST_FOR_ALL_SECONDS,
    LONGEST_SECONDS,
    ROUND_SECONDS,
    Grant,
    Lane,
    Limit,
    Scope,
    told_later,
)
from notifier.leases import Queue, Settlement
from notifier.notifications import State
from notifier.outcome import Adjustable, Transport
from notifier.providers import Providers
from notifier.sending import Mail
from notifier.shared import Shared
from notifier.warm_up import WarmUp

SERVER = "server"
_SENDER_SECONDS = 30.0
"""How long a worker that was killed keeps its part of what is divided."""
_PUSHED_BACK = 0.1
"""The part of a batch that must hear "later" before its lane is closed."""
_MAILS_PER_SLOT = 20
_LATE = timedelta(hours=1)

T = TypeVar("T")
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Batch:
    """What became of mails that are written: those that go, when, and those that stay due."""

    mails: Sequence[Mail]
    later: Sequence[Settlement] = ()
    departures: Departures = field(default_factory=Departures)


class Pace:
    """No limit: for commands that send what there is, and for tests."""

    async def grant(self, queue: Queue, wanted: int, *, behind: Queue | None = None) -> Grant:
        """How many rows of the queue may be claimed now. Where there is a limit, they wait for what is due `behind`
        which they stand, unless they have waited for an hour."""
        return Grant(wanted, 0.0, 0.0, 0.0)

    async def depart(self, mails: Sequence[Mail], grant: Grant) -> Batch:
        """Which of these mails go now."""
        return Batch(mails)

    async def learn(self, batch: Batch) -> None:
        """From what became of those that went."""

    async def leave(self) -> None:
        """Send no more, and leave one's part to others."""


UNLIMITED = Pace()


class SharedPace(Pace):
    """The limits of the settings, kept together with all other workers."""

    def __init__(
        self, settings: Settings, doorbell: Doorbell | None, transport: Transport, counted: Sequence[Queue] = ()
    ) -> None:
        self._settings = settings
        self._shared = Shared(doorbell)
        self._warm_up = WarmUp(settings, self._shared, counted)
        self._transport = transport
        self._providers = Providers.read(settings.provider_limits)
        self._server = Limit(settings.mails_per_second, settings.smtp_connections_in_all)
        self._slots: dict[str, tuple[int, asyncio.Semaphore]] = {}
        self._shares_anything = self._server.connections is not None or self._providers.share_connections
        self._senders = (0, 1)
        self._name = f"{socket.gethostname()}:{os.getpid()}"

    async def grant(self, queue: Queue, wanted: int, *, behind: Queue | None = None) -> Grant:
        now = clock.now()
        if not await self._join():
            return Grant(0, 0.0, 0.0, 0.0)
        (lane,) = await self._lanes([SERVER])
        left = await self._warm_up.left(now)
        if self._server.mails_per_second is None and not lane.is_troubled and left is None:
            return await super().grant(queue, wanted)
        if behind is not None and await behind.count_due(now, 1) and not await queue.count_due(now - _LATE, 1):
            return Grant(0, 0.0, 0.0, 0.0)
        urgent_only = left == 0
        due = await queue.count_due(now, wanted if not left else min(wanted, left), urgent_only=urgent_only)
        if not due:
            return Grant(0, 0.0, 0.0, 0.0)
        given = await self._on_lane(SERVER, lambda lane: lane.grant(due, now.timestamp(), self._server))
        metrics.PACED.labels("server").inc(due - given.many)
        many = await self._warm_up.take(now, given.many, urgent=urgent_only)
        return replace(given, many=many, urgent_only=urgent_only)

    async def depart(self, mails: Sequence[Mail], grant: Grant) -> Batch:
        now = clock.now().timestamp()
        by_lane: dict[str, list[tuple[int, Mail]]] = defaultdict(list)
        for place, mail in enumerate(mails):
            by_lane[self._providers.lane_of(mail.recipient)].append((place, mail))
        states = dict(zip(by_lane, await self._lanes(by_lane), strict=True))
        starts: dict[int, float] = {}
        slots: dict[int, asyncio.Semaphore] = {}
        going: list[tuple[int, Mail]] = []
        later: list[Settlement] = []
        for name, waiting in by_lane.items():
            limit = self._providers.limit_of(name)
            given = await self._given(name, limit, states[name], len(waiting), now)
            slot = self._slot(name, limit)
            for order, (place, mail) in enumerate(waiting):
                if order >= given.many:
                    later.append(Settlement(mail.id, State.PENDING, due=datetime.fromtimestamp(given.again, UTC)))
                    continue
                starts[mail.id] = max(grant.start(place), given.start(order))
                if slot is not None:
                    slots[mail.id] = slot
                going.append((place, mail))
        metrics.PACED.labels("provider").inc(len(later))
        await self._warm_up.give_back(clock.now(), grant.many - len(going))
        going.sort(key=lambda each: each[0])
        return Batch([mail for _, mail in going], later, Departures(starts, slots))

    async def learn(self, batch: Batch) -> None:
        first_pause = self._settings.mail_back_off_seconds
        if not first_pause or not batch.departures.ended:
            return
        heard: dict[str, list[bool]] = defaultdict(list)
        for recipient, outcome in batch.departures.ended:
            scope = told_later(outcome)
            heard[SERVER].append(scope is Scope.SERVER)
            if scope is not Scope.SERVER:
                heard[self._providers.lane_of(recipient)].append(scope is Scope.PROVIDER)
        states = dict(zip(heard, await self._lanes(heard), strict=True))
        now = clock.now().timestamp()
        for name, pushed_back in heard.items():
            if sum(pushed_back) > _PUSHED_BACK * len(pushed_back):
                longest = LONGEST_FOR_ALL_SECONDS if name == SERVER else LONGEST_SECONDS
                close = partial(Lane.said_later, now=now, first_pause=first_pause, longest=longest)
                closed_until = await self._on_lane(name, close)
                metrics.PUSHED_BACK.labels("server" if name == SERVER else "provider").inc()
                log.warning("lane_closed", lane=name, seconds=round(closed_until - now))
            elif states[name].is_troubled:
                taken = pushed_back.count(False)
                await self._on_lane(name, partial(Lane.took, many=taken, now=now))

    async def leave(self) -> None:
        if self._shares_anything:
            await self._shared.change("senders", lambda state: state.pop(self._name, None))

    async def _given(self, name: str, limit: Limit, state: Lane, wanted: int, now: float) -> Grant:
        if limit.connections is not None:  # no more than can be done with them in time
            wanted = min(wanted, _MAILS_PER_SLOT * self._share(limit.connections))
        if limit.mails_per_second is None and not state.is_troubled:
            return Grant(wanted, now, 0.0, now + ROUND_SECONDS)
        return await self._on_lane(name, lambda lane: lane.grant(wanted, now, limit))

    async def _lanes(self, names: Iterable[str]) -> list[Lane]:
        return [Lane.of(state) for state in await self._shared.read([f"lane:{name}" for name in names])]

    async def _on_lane(self, name: str, act: Callable[[Lane], T]) -> T:
        def change(state: dict[str, Any]) -> T:
            lane = Lane.of(state)
            result = act(lane)
            state.update(asdict(lane))
            return result

        return await self._shared.change(f"lane:{name}", change)

    async def _join(self) -> bool:
        """Take part in what is divided among all who send: connections. Whether there is one for this process."""
        if not self._shares_anything:
            return True
        now, name = clock.now().timestamp(), self._name

        def join(state: dict[str, Any]) -> tuple[int, int]:
            state[name] = now + _SENDER_SECONDS
            for gone in [each for each, until in state.items() if until < now]:
                del state[gone]
            present = sorted(state)
            return present.index(name), len(present)

        self._senders = await self._shared.change("senders", join)
        if self._server.connections is None:
            return True
        share = min(self._share(self._server.connections), self._settings.smtp_connections)
        if share and isinstance(self._transport, Adjustable):
            self._transport.allow(share)
        return share > 0

    def _share(self, connections: int) -> int:
        """This process's part, where the first ones get what can't be divided."""
        place, many = self._senders
        return connections // many + (place < connections % many)

    def _slot(self, name: str, limit: Limit) -> asyncio.Semaphore | None:
        if limit.connections is None:
            return None
        share = self._share(limit.connections)
        if share and (name not in self._slots or self._slots[name][0] != share):
            self._slots[name] = share, asyncio.Semaphore(share)
        return self._slots[name][1] if name in self._slots else None
