"""A new sender's first days: providers trust whom they have never seen with little, and with more each day.

    left(now) ──▶ take(now, many) ── fewer went ──▶ give_back(now, rest)

Days are those of UTC. What has gone today is counted together with all workers, and where nobody knows (a day's first
mail, a Redis that was flushed) from the attempts in the database.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from casework.config import Settings
from notifier.leases import Queue
from notifier.shared import Shared

_NAME = "warm-up"


@dataclass(frozen=True)
class WarmUp:
    """From the setting's first day on, at most so many mails a day; once it has no number for a day, as many as there
    are. Before that day it is the first one's."""

    settings: Settings
    shared: Shared
    counted: Sequence[Queue]

    def ceiling(self, now: datetime) -> int | None:
        """How many may go today, or None."""
        if self.settings.warm_up_start is None:
            return None
        day = max((now.date() - self.settings.warm_up_start).days, 0)
        ceilings = self.settings.warm_up_ceilings
        return ceilings[day] if day < len(ceilings) else None

    async def left(self, now: datetime) -> int | None:
        """How many of today's are left, or None."""
        ceiling = self.ceiling(now)
        return None if ceiling is None else max(ceiling - await self.gone(now), 0)

    async def gone(self, now: datetime) -> int:
        """How many have gone today; more than the ceiling may be counted as one more."""
        (state,) = await self.shared.read([_NAME])
        if state.get("day") == now.date().isoformat():
            return int(state["gone"])
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        most = (self.ceiling(now) or 0) + 1
        return sum([await queue.count_attempts(midnight, most) for queue in self.counted])

    async def take(self, now: datetime, wanted: int, *, urgent: bool = False) -> int:
        """Take up to so many of today's; what is urgent may be more than there are."""
        ceiling, today = self.ceiling(now), now.date().isoformat()
        if ceiling is None:
            return wanted
        gone = await self.gone(now)

        def take(state: dict[str, Any]) -> int:
            if state.get("day") != today:
                state.update(day=today, gone=gone)
            many = wanted if urgent else min(wanted, max(ceiling - int(state["gone"]), 0))
            state["gone"] += many
            return many

        return await self.shared.change(_NAME, take)

    async def give_back(self, now: datetime, many: int) -> None:
        """So many of those taken did not go."""
        if self.ceiling(now) is not None and many > 0:

            def give_back(state: dict[str, Any]) -> None:
                if state.get("day") == now.date().isoformat():
                    state["gone"] = max(state["gone"] - many, 0)

            await self.shared.change(_NAME, give_back)
