"""The digest half's job: thin, without arguments, repeatable at any moment."""

from __future__ import annotations

import asyncio
from typing import Any, cast

from casework.config import Settings
from digests.flush import flush_due
from digests.gather import gather_due
from notifier.jobs import Context
from notifier.outcome import Transport
from notifier.pace import UNLIMITED, Pace

_LANES, _ROUNDS_AHEAD = 3, 4


async def send_digests(ctx: dict[str, Any]) -> None:
    """Gather what is due and send it, until nothing is: late and missed runs are no different from any other."""
    mine = cast(Context, ctx)
    await send_due(mine["transport"], mine["settings"], mine["stopping"], mine["pace"])


async def send_due(
    transport: Transport, settings: Settings, stopping: asyncio.Event | None = None, pace: Pace = UNLIMITED
) -> int:
    """Everything that is due, unless it is to stop; returns how many issues were claimed.

    Gathering goes a few rounds ahead. What is gathered is sent on three lanes: while one batch is on the wire, others
    are written or settled.
    """
    stopping = stopping or asyncio.Event()
    rounds = asyncio.Queue[bool](maxsize=_ROUNDS_AHEAD)

    async def gather() -> None:
        while not stopping.is_set() and await gather_due():
            await rounds.put(True)
        for _ in range(_LANES):
            await rounds.put(False)

    async def lane() -> int:
        flushed, more = 0, True
        while more:
            while not stopping.is_set() and (claimed := await flush_due(transport, settings, pace)):
                flushed += claimed
            more = await rounds.get()
        return flushed

    async with asyncio.TaskGroup() as together:
        together.create_task(gather())
        lanes = [together.create_task(lane()) for _ in range(_LANES)]
    return sum(each.result() for each in lanes)
