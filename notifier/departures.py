"""When each mail of a batch begins, and how it ended: what `notifier.pace` tells `notifier.sending`, and hears back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field

from casework import clock
from notifier.outcome import Outcome


@dataclass(frozen=True)
class Departures:
    """A mail without a start (in seconds since 1970) begins at once. `slots` are for lanes with few connections."""

    starts: Mapping[int, float] = field(default_factory=dict)
    slots: Mapping[int, asyncio.Semaphore] = field(default_factory=dict)
    ended: list[tuple[str, Outcome]] = field(default_factory=list)

    @asynccontextmanager
    async def turn(self, mail_id: int) -> AsyncIterator[None]:
        """Wait for the mail's start, and hold its slot while it is under way."""
        wait = self.starts.get(mail_id, 0.0) - clock.now().timestamp()
        if wait > 0:
            await asyncio.sleep(wait)
        async with self.slots.get(mail_id) or nullcontext():
            yield
