"""Redis, and nothing but a doorbell: nudges for workers, hints for live clients. The only maker of Redis clients.

Whatever is lost here costs one tick of the timetable and never a mail, so a Redis that is away is logged and lived
with.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from arq import ArqRedis, create_pool
from arq.connections import RedisSettings
from redis.exceptions import RedisError, WatchError

NOTIFIER_QUEUE, DIGESTS_QUEUE = "curbcast:notifier", "curbcast:digests"
RELAY, DELIVER, DIGESTS = "relay_events", "deliver_mail", "send_digests"
_HINTS = "curbcast:positions"
_COALESCE_MS = 100
_PATIENCE_SECONDS = 5.0
AWAY = (RedisError, OSError)
"""What is raised where Redis can't be reached."""
FASTER = WatchError
"""What is raised where another process has changed what one watched."""

log = structlog.get_logger(__name__)


def encode(value: dict[str, Any]) -> bytes:
    """arq's jobs as JSON: its default, pickle, would let whoever writes to Redis run code here."""
    return json.dumps(value, default=str).encode()


def decode(raw: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(raw)
    return found


def redis_settings(url: str) -> RedisSettings:
    settings = RedisSettings.from_dsn(url)
    settings.conn_retries = 1
    return settings


class Doorbell:
    """One per process. Methods never raise for a Redis that is away; they say so in the log."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._pool: ArqRedis | None = None
        self._away_until = 0.0
        self._connecting = asyncio.Lock()
        self._near: list[Callable[[], None]] = []

    async def connect(self) -> ArqRedis:
        """The client, connected on first use. A Redis that was away a moment ago is not waited for again."""
        async with self._connecting:
            if self._pool is None:
                self._pool = await self._connected()
            return self._pool

    async def _connected(self) -> ArqRedis:
        if time.monotonic() < self._away_until:
            raise ConnectionRefusedError("Redis was away a moment ago")
        try:
            return await create_pool(
                redis_settings(self._url),
                job_serializer=encode,
                job_deserializer=decode,
                default_queue_name=NOTIFIER_QUEUE,
            )
        except AWAY:
            self._away_until = time.monotonic() + _PATIENCE_SECONDS
            raise

    async def ring(self, job: str, queue: str = NOTIFIER_QUEUE) -> None:
        """Ask a worker to do `job` now. Of rings within a tenth of a second the first counts at once and the others
        together at its end: a worker may have done the first one's work before the second rang.
        """
        rung, again = f"curbcast:rung:{job}", f"curbcast:rung:{job}:again"
        try:
            redis = await self.connect()
            if await redis.set(rung, 1, px=_COALESCE_MS, nx=True):
                await redis.enqueue_job(job, _queue_name=queue)
            elif await redis.set(again, 1, px=_COALESCE_MS, nx=True):
                await redis.enqueue_job(job, _queue_name=queue, _defer_by=timedelta(milliseconds=_COALESCE_MS))
        except AWAY as error:
            log.warning("doorbell_silent", job=job, error=repr(error))

    def hear(self, told: Callable[[], None]) -> None:
        """Have `told` called at each hint of this very process, before any other process gets it."""
        self._near.append(told)

    async def hint(self, position: int) -> None:
        """Tell live clients' processes that history has grown to `position`."""
        for told in self._near:
            told()
        try:
            await (await self.connect()).publish(_HINTS, position)
        except AWAY as error:
            log.warning("hint_lost", position=position, error=repr(error))

    async def hears(self, worker: str) -> bool:
        """Whether the worker of that name has lately said that it lives. Nobody is heard while Redis is away."""
        try:
            return bool(await (await self.connect()).exists(worker))
        except AWAY as error:
            log.warning("worker_not_heard", worker=worker, error=repr(error))
            return False

    async def answers(self) -> bool:
        """Whether Redis is there at this moment."""
        try:
            return bool(await (await self.connect()).ping())
        except AWAY as error:
            log.warning("redis_silent", error=repr(error))
            return False

    async def heard(self, prefix: str) -> list[str]:
        """The workers that have lately said that they live, of those whose names begin so. Raises what AWAY lists."""
        redis = await self.connect()
        return sorted([bytes(name).decode() async for name in redis.scan_iter(match=f"{prefix}*", count=1000)])

    async def time(self) -> datetime:
        """Redis's clock, in UTC. Raises what AWAY lists."""
        seconds, microseconds = await (await self.connect()).time()
        return datetime.fromtimestamp(seconds + microseconds / 1_000_000, UTC)

    async def take(self, name: str, *, limit: int, seconds: int) -> int | None:
        """Count one more use of `name`. None while it was used at most `limit` times in a window of `seconds`;
        afterwards, in how many seconds the window ends. A Redis that is away allows everything.
        """
        key = f"curbcast:rate:{name}"
        try:
            redis = await self.connect()
            async with redis.pipeline(transaction=True) as steps:
                steps.set(key, 0, ex=seconds, nx=True)
                steps.incr(key)
                steps.ttl(key)
                _, used, left = await steps.execute()
        except AWAY as error:
            log.warning("rate_not_counted", error=repr(error))
            return None
        return max(int(left), 1) if int(used) > limit else None

    async def hints(self) -> AsyncIterator[int]:
        """Positions as they are announced. Raises RedisError or OSError when the connection breaks."""
        async with (await self.connect()).pubsub() as channel:
            await channel.subscribe(_HINTS)
            async for message in channel.listen():
                if message["type"] == "message":
                    yield int(message["data"])

    async def close(self) -> None:
        if self._pool is not None:
            await self._pool.aclose()
            self._pool = None
