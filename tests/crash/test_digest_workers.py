"""Two digest workers at the busiest hour, and a third that is killed (SIGKILL) there: nothing is lost or sent twice.

But for the one window of the promise: what a server took from the killed one, and nobody could note, comes once more,
with the same Message-ID, and its attempt is in the ledger as `unknown`.
"""

from __future__ import annotations

import asyncio
import signal
from collections import Counter, defaultdict
from collections.abc import AsyncIterator

import pytest

from casework import clock
from casework.database import close_database, fetch, open_database
from digests.issues import Issue, IssueAttempt, IssueLine
from notifier.notifications import State
from tests.crash.test_killed_worker import run_worker
from tests.mailbox import Mailbox
from tests.telling import Telling, open_telling

pytestmark = pytest.mark.slow

READERS = 300
TOMORROW = 25.0  # hours; the daily digests are due by then
LATER = 26.0  # the leases of the killed one have run out


@pytest.fixture
async def postgres(postgres_database: str) -> AsyncIterator[str]:
    await open_database(postgres_database)
    yield postgres_database
    await close_database()


async def _crowd(telling: Telling) -> None:
    """Readers who follow two requests and want closings by a daily digest; both are closed."""
    town = telling.town
    requests = [await town.report(categoryId=town.id_of(town.lights), summary=f"Lamp {n} is dark") for n in (1, 2)]
    now = clock.now()
    await fetch(
        "INSERT INTO person (handle, name, address, language, time_zone, confirmed_at, created_at)"
        " SELECT 'r' || n, 'Reader ' || n, 'r' || n || '@example.net', 'en', 'America/New_York', $1, $1"
        " FROM generate_series(1, $2::int) AS n",
        now,
        READERS,
    )
    await fetch(
        "INSERT INTO preference (recipient, kind, cadence, changed_at)"
        " SELECT 'person:' || id, 'request_closed', 'daily', $1 FROM person WHERE address LIKE '%.net'",
        now,
    )
    await fetch(
        "INSERT INTO follow (request_id, person_id, since_event, created_at)"
        " SELECT service_request.id, person.id, 0, $1 FROM service_request, person WHERE person.address LIKE '%.net'",
        now,
    )
    for request in requests:
        await town.done(town.tom, "closeRequest", requestId=request, comment="New bulb.")
    await telling.run()


@pytest.mark.parametrize(
    ("step", "when"),
    [
        ("digests.gather:_make_issues", "after"),
        ("notifier.leases:Queue.begin_attempts", "before"),
        ("notifier.leases:Queue.settle", "after"),
    ],
    ids=lambda value: value,
)
async def test_three_workers_of_whom_one_is_killed_send_each_digest_once(
    postgres: str, mailbox: Mailbox, step: str, when: str
) -> None:
    async with open_telling() as telling:
        await _crowd(telling)
        doomed = asyncio.create_task(run_worker(postgres, mailbox, hours=TOMORROW, step=(step, when)))
        # Else the others may leave it nothing to die over.
        while not doomed.done() and not await Issue.exists():  # noqa: ASYNC110  # it is another process that makes it
            await asyncio.sleep(0.01)
        killed, *others = await asyncio.gather(
            doomed,
            run_worker(postgres, mailbox, hours=TOMORROW),
            run_worker(postgres, mailbox, hours=TOMORROW),
        )
        assert (killed, others) == (-signal.SIGKILL, [0, 0])
        assert await run_worker(postgres, mailbox, hours=LATER) == 0

        ids = defaultdict(list)
        for mail in mailbox.mails:
            assert "Lamp 1 is dark" in str(mail.message.get_body(("plain",)))
            ids[mail.recipient].append(str(mail.message["Message-ID"]))
        assert set(ids) == {f"r{number}@example.net" for number in range(1, READERS + 1)}
        assert {len(set(each)) for each in ids.values()} == {1}
        repeated = sum(len(each) - 1 for each in ids.values())
        unknown = await IssueAttempt.filter(outcome=State.UNKNOWN).count()
        assert repeated <= unknown
        assert (repeated > 0) is (step == "notifier.leases:Queue.settle")
        issues = await Issue.filter(cadence="daily")
        assert Counter((issue.state, issue.told) for issue in issues) == {(State.SENT, 2): READERS}
        assert await IssueLine.all().count() == READERS * 2
