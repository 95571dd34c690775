"""A week in which the scheduler is killed, is away for days, and then runs twice: what is late is escalated once."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from functools import partial

import pytest

from casework.database import close_database, open_database
from casework.history import HistoryRow
from tests.crash.test_killed_worker import run_worker
from tests.mailbox import Mailbox
from tests.telling import open_telling
from tests.week import BOSS

pytestmark = pytest.mark.slow


async def test_each_late_request_is_escalated_once(postgres_database: str, mailbox: Mailbox) -> None:
    await open_database(postgres_database)
    async with open_telling() as telling:
        town = telling.town
        lights, always = town.id_of(town.lights), {"openDays": list(range(7)), "opensAt": 0, "closesAt": 1440}
        place = town.id_of(town.springfield)
        await town.done(town.rosa, "updateOrganization", organizationId=place, holidayCalendar="", **always)
        await town.done(town.rosa, "updateRequestCategory", categoryId=lights, sla={"amount": 30}, escalateTo=BOSS)
        for _ in range(3):
            await telling.settled(categoryId=lights)
    breaches = HistoryRow.filter(type="SlaBreached")
    scheduler = partial(run_worker, postgres_database, mailbox)

    assert await scheduler(hours=31, step=("casework.actions.deadlines:_ring", "after")) == -signal.SIGKILL
    assert await breaches.count() == 0
    assert await scheduler(hours=31, step=("casework.actions.deadlines:ring_clocks", "after")) == -signal.SIGKILL
    assert await breaches.count() == 3
    assert mailbox.mails == []
    assert await asyncio.gather(*(scheduler(hours=7 * 24) for _ in range(2))) == [0, 0]

    assert Counter((mail.recipient, str(mail.message["X-Curbcast-Kind"])) for mail in mailbox.mails) == {
        (BOSS, "staff_sla_breached"): 3
    }
    assert await breaches.count() == 3
    await close_database()
