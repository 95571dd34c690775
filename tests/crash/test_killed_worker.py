"""A worker killed (SIGKILL) between any two steps of one event's way: afterwards every mail has arrived, once.

The one window of the promise is between a server's 250 and our settlement: such a mail comes once more, with the same
Message-ID, and its attempt is in the ledger as `unknown`.
"""

from __future__ import annotations

import signal
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from casework.ledger import OutboxRow
from notifier.notifications import Attempt, Notification, State
from tests.forked import ended
from tests.mailbox import Mailbox
from tests.telling import open_telling

pytestmark = pytest.mark.slow

WORKER = Path(__file__).with_name("worker.py")

STEPS = [
    ("casework.ledger:stamp_positions", "before"),
    ("notifier.relay:stamp", "after"),
    ("casework.ledger:claim", "after"),
    ("notifier.relay:_write", "before"),
    ("notifier.relay:read_readers", "after"),
    ("casework.ledger:settle", "before"),
    ("casework.ledger:settle", "after"),
    ("notifier.relay:tell", "after"),
    ("notifier.leases:Queue.claim", "before"),
    ("notifier.leases:Queue.claim", "after"),
    ("notifier.deliver:prepare", "after"),
    ("notifier.leases:Queue.begin_attempts", "before"),
]
WINDOW = [
    ("notifier.leases:Queue.begin_attempts", "after"),
    ("notifier.pooled_smtp:PooledSmtp.send", "before"),
    ("notifier.pooled_smtp:PooledSmtp.send", "after"),
    ("notifier.deliver:settle", "before"),
    ("notifier.leases:Queue.settle", "after"),
]

EVERYBODY = Counter({"tom@example.org": 1, "streets@springfield.example": 1, "maya@example.org": 1})


async def run_worker(database: str, mailbox: Mailbox, *, hours: float, step: tuple[str, str] | None = None) -> int:
    return await ended(WORKER, database, mailbox.url, str(hours), *(step or ()))


async def _crash(database: str, mailbox: Mailbox, step: tuple[str, str]) -> None:
    """One report, a worker that dies at the step, and one that finishes the work once the leases have run out."""
    async with open_telling() as telling:
        await telling.town.report()
    assert await run_worker(database, mailbox, hours=0, step=step) == -signal.SIGKILL
    assert await run_worker(database, mailbox, hours=1) == 0
    assert await OutboxRow.all().count() == 0
    assert await Notification.filter(state=State.SENT).count() == 3
    assert await Notification.exclude(state=State.SENT).count() == 0


@pytest.mark.parametrize("step", STEPS, ids=":".join)
async def test_every_mail_arrives_exactly_once(db: str, mailbox: Mailbox, step: tuple[str, str]) -> None:
    await _crash(db, mailbox, step)
    assert Counter(mail.recipient for mail in mailbox.mails) == EVERYBODY
    assert await Attempt.filter(outcome=State.UNKNOWN).count() == 0


@pytest.mark.parametrize("step", WINDOW, ids=":".join)
async def test_in_the_one_window_a_mail_may_come_once_more_with_the_same_message_id(
    db: str, mailbox: Mailbox, step: tuple[str, str]
) -> None:
    await _crash(db, mailbox, step)
    ids = defaultdict(list)
    for mail in mailbox.mails:
        ids[mail.recipient].append(mail.message["Message-ID"])
    assert set(ids) == set(EVERYBODY)
    for recipient, seen in ids.items():
        assert len(seen) <= 2, recipient
        assert len(set(seen)) == 1, recipient
    repeated = sum(len(seen) - 1 for seen in ids.values())
    assert repeated <= await Attempt.filter(outcome=State.UNKNOWN).count()
