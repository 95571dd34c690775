"""Redis is a doorbell: whatever it forgets, every mail goes, once."""

from __future__ import annotations

import asyncio
from collections import Counter

from bench.servers import Server, ask_valkey
from notifier.doorbell import Doorbell
from notifier.jobs import context_of
from notifier.transports import transport_for
from notifier.worker import DUTIES, worker_for
from tests.mailbox import Mailbox
from tests.telling import open_telling
from tests.town import settings


async def test_everything_flushed_with_work_under_way_loses_no_mail(db: str, mailbox: Mailbox, valkey: Server) -> None:
    config = settings(smtp_url=mailbox.url, redis_url=valkey.url)
    async with open_telling() as telling:
        for number in range(5):
            await telling.town.report(summary=f"Pothole {number}")
    doorbell, transport = Doorbell(valkey.url), transport_for(config)
    await doorbell.ring("relay_events")
    ask_valkey(valkey.port, "FLUSHALL")
    worker = await worker_for(DUTIES, context_of(config, doorbell, transport))
    running = asyncio.create_task(worker.async_run())
    await mailbox.wait_for(7)
    ask_valkey(valkey.port, "FLUSHALL")
    await mailbox.wait_for(15)
    running.cancel()
    await asyncio.gather(running, *worker.tasks.values(), return_exceptions=True)
    await transport.close()
    await doorbell.close()
    found = Counter(mail.recipient for mail in mailbox.mails)
    assert found == {"tom@example.org": 5, "streets@springfield.example": 5, "maya@example.org": 5}
