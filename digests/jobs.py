"""The digest half's job: thin, without arguments, repeatable at any moment."""

from __future__ import annotations

import asyncio
from typing import Any, cast

from casework.config import Settings
from digests.flush import flush_due
from digests.gather import gather_due
from notifier.jobs import Context
from notifier.outcome import Transport


async def send_digests(ctx: dict[str, Any]) -> None:
    """Gather what is due and send it, until nothing is: late and missed runs are no different from any other."""
    mine = cast(Context, ctx)
    await send_due(mine["transport"], mine["settings"], mine["stopping"])


async def send_due(transport: Transport, settings: Settings, stopping: asyncio.Event | None = None) -> int:
    """Everything that is due, in rounds, unless it is to stop; returns how many issues were claimed.

    While what one round gathered is sent, the next round is gathered.
    """
    stopping = stopping or asyncio.Event()
    flushed, more = 0, True
    while more and not stopping.is_set():
        async with asyncio.TaskGroup() as together:
            gathering = together.create_task(gather_due())
            sending = together.create_task(flush_all(transport, settings, stopping))
        flushed += sending.result()
        more = gathering.result() > 0
    return flushed


async def flush_all(transport: Transport, settings: Settings, stopping: asyncio.Event | None = None) -> int:
    """Every issue that is due, on two lanes: while one batch is on the wire, the next is written."""
    stopping = stopping or asyncio.Event()

    async def lane() -> int:
        flushed = 0
        while not stopping.is_set() and (claimed := await flush_due(transport, settings)):
            flushed += claimed
        return flushed

    async with asyncio.TaskGroup() as together:
        lanes = [together.create_task(lane()) for _ in range(2)]
    return sum(each.result() for each in lanes)
