"""The one reader of new history in a process: after each hint, and on a slow tick whatever Redis forgot.

What it has read is what `position` says: whoever joins at a position gets what lies behind it from here, and what
lies before it from the database. Where telling fails, the same rows are told again at the next tick.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import structlog

from api.live.members import Members
from api.live.telling import Teller
from api.live.topics import Numbers, PersonTopic, happened, told
from casework import history
from casework.history import HistoryRow
from notifier.doorbell import Doorbell

_BATCH = 500
_SWEEP_SECONDS = 30.0
_AGAIN_SECONDS = 1.0
_RIGHTS = frozenset(
    {"MemberAdded", "MemberJoined", "MemberRoleChanged", "MemberRemoved", "EmailConfirmed", "PasswordReset"}
    | {"AccountClosed"}
)

log = structlog.get_logger(__name__)


class Feed:
    """`at` is how far each of the history's numbers has been read; None before the start."""

    def __init__(self, members: Members, teller: Teller, doorbell: Doorbell | None, tick_seconds: float) -> None:
        self.at: dict[Numbers, int] | None = None
        self._members = members
        self._teller = teller
        self._doorbell = doorbell
        self._tick = tick_seconds
        self._rung = asyncio.Event()
        if doorbell is not None:
            doorbell.hear(self._rung.set)
        self._reading = asyncio.Lock()
        self._untold: list[tuple[Numbers, Sequence[HistoryRow]]] = []

    async def begin(self) -> dict[Numbers, int]:
        """How far it has read; from now on, at the first call."""
        if self.at is None:
            position, told_position = await history.newest()
            if self.at is None:
                self.at = {Numbers.POSITION: position, Numbers.TOLD: told_position}
        return self.at

    async def catch_up(self) -> None:
        """Read and tell everything that is new. Raises what the database raises; then the next call goes on."""
        async with self._reading:
            at = await self.begin()
            if not self._untold and not self._members.topics:
                newest = dict(zip(Numbers, await history.newest(), strict=True))
                if not self._members.topics:  # or somebody has come meanwhile, who joined where the feed was
                    at.update(newest)
                    return
            while self._untold or await self._read(at, Numbers.POSITION) or await self._read(at, Numbers.TOLD):
                await self._tell(*self._untold[0])
                del self._untold[0]

    async def run(self) -> None:
        """Until cancelled: catch up at each hint and each tick, and look after sessions now and then."""
        listening = asyncio.create_task(self._listen())
        swept = asyncio.get_running_loop().time()
        try:
            while True:
                self._rung.clear()
                try:
                    await self.catch_up()
                    if asyncio.get_running_loop().time() - swept > _SWEEP_SECONDS:
                        await self.sweep()
                        swept = asyncio.get_running_loop().time()
                except Exception:
                    log.exception("live_feed_stumbled")
                try:
                    await asyncio.wait_for(self._rung.wait(), self._tick)
                except TimeoutError:
                    continue
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    async def sweep(self) -> None:
        """End the streams of those whose session ended, or who are something else by now, though nothing happened."""
        await self._teller.dismiss(list(self._members))

    async def _listen(self) -> None:
        while self._doorbell is not None:
            try:
                async for _ in self._doorbell.hints():
                    self._rung.set()
            except Exception as error:  # the tick goes on without it
                log.warning("live_hints_lost", error=repr(error))
            await asyncio.sleep(_AGAIN_SECONDS)

    async def _read(self, at: dict[Numbers, int], numbers: Numbers) -> bool:
        """Read the next rows, and move on before anything is awaited: from here on they are this feed's to tell."""
        read = history.after if numbers is Numbers.POSITION else history.told_after
        rows = await read(at[numbers]).limit(_BATCH)
        if rows:
            last = rows[-1].position if numbers is Numbers.POSITION else rows[-1].told_position
            at[numbers] = last or at[numbers]
            self._untold.append((numbers, rows))
        return bool(rows)

    async def _tell(self, numbers: Numbers, rows: Sequence[HistoryRow]) -> None:
        topics = set(self._members.topics)
        if numbers is Numbers.TOLD:
            if any(isinstance(topic, PersonTopic) for topic in topics):
                await self._teller.tell(await told(rows, topics))
            return
        if any(row.type in _RIGHTS for row in rows):
            await self.sweep()
        await self._teller.tell(await happened(rows, topics))
