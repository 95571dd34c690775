"""Workers outlive their Redis: mail goes while it is away, and they are rung for again once it is back."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable

import pytest
from structlog.testing import capture_logs

from bench import servers
from casework.database import close_database, open_database
from notifier.at_work import stay_at_work
from notifier.doorbell import Doorbell
from notifier.jobs import context_of
from notifier.transports import transport_for
from notifier.worker import DUTIES, heartbeat
from tests.mailbox import Mailbox
from tests.patience import PATIENCE
from tests.telling import open_telling
from tests.town import settings


@pytest.mark.slow
async def test_a_worker_goes_on_when_its_redis_is_killed_and_started_again(
    sqlite_database: str, mailbox: Mailbox
) -> None:
    await open_database(sqlite_database)
    with servers.valkey() as first:
        config = settings(smtp_url=mailbox.url, redis_url=first.url)
        doorbell, transport = Doorbell(first.url), transport_for(config)
        context = context_of(config, doorbell, transport)
        async with open_telling() as telling:
            with capture_logs() as logs:
                working = asyncio.create_task(stay_at_work(DUTIES, context))
                await _until(lambda: doorbell.hears(heartbeat(DUTIES.queue)))
                first.process.kill()
                first.process.wait()
                await telling.town.report()
                await mailbox.wait_for(3)  # by hand
                with servers.valkey(first.port):
                    await _until(lambda: doorbell.hears(heartbeat(DUTIES.queue)))
                    await telling.town.report()
                    await mailbox.wait_for(6)
                    working.cancel()
                    await asyncio.gather(working, return_exceptions=True)
        await transport.close()
        await doorbell.close()
    await close_database()
    found = Counter(mail.recipient for mail in mailbox.mails)
    assert found == {"tom@example.org": 2, "streets@springfield.example": 2, "maya@example.org": 2}
    assert "redis_away" in [each["event"] for each in logs]


async def _until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not await condition():  # noqa: ASYNC110 - it is another process that changes
            await asyncio.sleep(0.05)
