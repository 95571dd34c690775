"""What goes wrong in a run, drawn from the seed: whom to kill next, and what else happens between two kills."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import asyncpg

from bench.chaos.parts import Part, listens
from bench.chaos.weather import Weather
from bench.servers import ask_valkey

_HOUR, _DAY = 3600.0, 86_400.0
_FURTHEST = 20 * _DAY
"""Sessions last thirty days."""


@dataclass
class Troubles:
    """Makes `kills` of them, a `pause` of about so many seconds apart, and counts everything that it does."""

    parts: Sequence[Part]
    weather: Weather
    database: str
    valkey_port: int
    draw: random.Random
    pause: float
    done: Counter[str] = field(default_factory=Counter)

    async def run(self, kills: int) -> None:
        for _ in range(kills):
            await asyncio.sleep(self.draw.uniform(0.2, 1.8) * self.pause)
            await self.draw.choices(
                (self._nothing, self._flush, self._disconnect, self._jump), (5, 2, 2, 3)
            )[0]()  # fmt: skip
            await self._kill(self.draw.choice(self.parts))

    async def _kill(self, part: Part) -> None:
        part.kill()
        self.done[f"killed {part.name}"] += 1
        await asyncio.sleep(self.draw.choice((0.0, 0.0, 0.1, 0.4)))
        part.start()

    async def _nothing(self) -> None:
        """Also happens."""

    async def _flush(self) -> None:
        if listens(self.valkey_port):
            ask_valkey(self.valkey_port, "FLUSHALL")
            self.done["Valkey flushed"] += 1

    async def _disconnect(self) -> None:
        """Every connection, or every other one, ends on the database's side."""
        admin = await asyncpg.connect(self.database)
        try:
            ended = await admin.fetch(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid() AND pid % 2 <= $1",
                self.draw.choice((0, 1)),
            )
        finally:
            await admin.close()
        self.done["database connections dropped"] += len(ended)

    async def _jump(self) -> None:
        """Minutes to days, ahead or back."""
        by = self.draw.choice((-_DAY, -_HOUR, 600.0, _HOUR, 8 * _HOUR, _DAY, 3 * _DAY))
        ahead = self.weather.ahead + by
        self.weather.ahead = ahead if 0 <= ahead <= _FURTHEST else self.weather.ahead - by
        self.weather.ahead = min(max(self.weather.ahead, 0.0), _FURTHEST)
        self.done["clock moved"] += 1
