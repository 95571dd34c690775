"""A batch that is written goes, as far as the pace allows: the same for single notifications and for digests.

depart ─▶ settle what is over, or waits ─▶ attempt rows ─▶ send ─▶ settle ─▶ learn
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from casework import clock
from casework.config import Settings
from notifier.lanes import Grant
from notifier.leases import Queue, Settlement
from notifier.outcome import Transport
from notifier.pace import Pace
from notifier.sending import Mail, send_all


@dataclass
class Prepared:
    """What is to be mailed, and what became of the rest."""

    mails: list[Mail] = field(default_factory=list)
    settled: list[Settlement] = field(default_factory=list)


async def see_off(
    queue: Queue,
    prepared: Prepared,
    grant: Grant,
    pace: Pace,
    transport: Transport,
    settings: Settings,
    *,
    lease_until: datetime,
    settle: Callable[[Sequence[Settlement]], Awaitable[None]],
) -> None:
    """Send what may go of a batch whose rows are claimed from the queue until `lease_until`."""
    batch = await pace.depart(prepared.mails, grant)
    await settle([*prepared.settled, *batch.later])
    if batch.mails:
        ids = [mail.id for mail in batch.mails]
        attempts = await queue.begin_attempts(ids, clock.now(), lease_until=lease_until)
        await send_all(
            batch.mails,
            attempts,
            transport,
            settings,
            lease_until=lease_until,
            settle=settle,
            departures=batch.departures,
        )
        await pace.learn(batch)
