"""What the mail server's answers come to: tried again, later each time, and given up at last."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from notifier.backoff import wait_before_retry
from notifier.deliver import NOTIFICATIONS, deliver_due
from notifier.notifications import Attempt, Notification, State
from notifier.outcome import Outcome
from tests.telling import Telling, open_telling

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


async def _reported(telling: Telling) -> None:
    await telling.town.report(categoryId=telling.town.id_of(telling.town.lights))
    await telling.relay()


async def test_what_the_server_puts_off_goes_later_and_once(telling: Telling) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        await _reported(telling)
        telling.transport.answer = lambda recipient: Outcome("deferred", 451, "4.7.1 Greylisted")
        assert await telling.deliver() == []
        row = await Notification.get(kind="request_submitted")
        assert (row.state, row.attempts) == (State.DEFERRED, 1)
        assert row.due is not None
        assert timedelta(seconds=24) <= row.due - NOW <= timedelta(seconds=36)
        telling.transport.answer = None
        assert await telling.deliver() == []
        clock.shift(timedelta(minutes=1))
        assert [mail.recipient for mail in await telling.deliver()] == ["maya@example.org"]
    tries = await Attempt.all().order_by("id")
    assert [(each.outcome, each.code, each.detail) for each in tries] == [
        (State.DEFERRED, 451, "4.7.1 Greylisted"),
        (State.SENT, 250, "2.0.0 Ok"),
    ]


async def test_what_the_server_refuses_is_not_tried_again(telling: Telling) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        await _reported(telling)
        telling.transport.answer = lambda recipient: Outcome("failed", 550, "5.1.1 No such user")
        await telling.deliver()
        telling.transport.answer = None
        clock.shift(timedelta(days=30))
        assert await telling.deliver() == []
    row = await Notification.get(kind="request_submitted")
    assert (row.state, row.attempts, row.due) == (State.FAILED, 1, None)


async def test_after_the_last_try_it_is_given_up(db: str) -> None:
    async with open_telling(mail_attempts=3) as telling:
        with time_machine.travel(NOW, tick=False) as clock:
            await _reported(telling)
            telling.transport.answer = lambda recipient: Outcome("deferred", None, "no route to host")
            for _ in range(5):
                await telling.deliver()
                clock.shift(timedelta(days=1))
    row = await Notification.get(kind="request_submitted")
    assert (row.state, row.attempts, row.due) == (State.FAILED, 3, None)


@pytest.mark.parametrize(("setting", "messages", "state"), [("resend", 2, State.SENT), ("never", 1, State.UNKNOWN)])
async def test_mail_whose_fate_is_unknown_goes_once_more_or_never_by_setting(
    db: str, setting: str, messages: int, state: State
) -> None:
    async with open_telling(unknown_mail=setting) as telling:
        with time_machine.travel(NOW, tick=False) as clock:
            await _reported(telling)
            telling.transport.answer = lambda recipient: Outcome("unknown", None, "cut while waiting for the answer")
            await telling.deliver()
            telling.transport.answer = None
            clock.shift(timedelta(hours=1))
            await telling.deliver()
        ids = [str(mail.message["Message-ID"]) for mail in telling.transport.mails]
        assert len(ids) == messages
        assert len(set(ids)) == 1
    assert (await Notification.get(kind="request_submitted")).state is state


def test_the_wait_doubles_up_to_six_hours() -> None:
    for attempts, seconds in ((1, 30), (2, 60), (5, 480), (10, 15_360), (11, 21_600), (1000, 21_600)):
        for _ in range(20):
            waits = wait_before_retry(attempts).total_seconds()
            assert 0.8 * seconds <= waits <= 1.2 * seconds


@dataclass
class Slow:
    """A server whose first answer takes so long that the lease runs out, and somebody else sends the mail meanwhile."""

    meanwhile: Callable[[], Awaitable[object]]
    answer: Outcome
    mails: int = 0

    async def send(self, message: bytes, *, sender: str, recipient: str) -> Outcome:
        self.mails += 1
        if self.mails == 1:
            await self.meanwhile()
        return self.answer

    async def close(self) -> None:
        """Nothing is open."""


@pytest.mark.parametrize(
    "late", [Outcome("deferred", 451, "Later"), Outcome("sent", 250, "Ok")], ids=lambda each: each.state
)
async def test_a_worker_that_comes_back_after_its_lease_writes_nothing_over_its_successor(
    telling: Telling, late: Outcome
) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        await _reported(telling)

        async def meanwhile() -> None:
            clock.shift(timedelta(hours=1))
            assert len(await telling.deliver()) == 1

        slow = Slow(meanwhile, late)
        await deliver_due(slow, telling.settings)
        clock.shift(timedelta(days=1))
        assert await telling.deliver() == []
    assert slow.mails == 1
    row = await Notification.get(kind="request_submitted")
    assert (row.state, row.attempts, row.due) == (State.SENT, 2, None)
    assert [each.outcome for each in await Attempt.all().order_by("id")] == [State.UNKNOWN, State.SENT]


async def test_a_mail_for_which_the_lease_leaves_no_time_is_not_begun_and_no_try_of_it_is_counted(
    telling: Telling,
) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        await _reported(telling)
        await telling.town.done(None, "requestPasswordReset", address="ines@example.org")
        await telling.relay()

        async def meanwhile() -> None:
            clock.shift(telling.settings.lease - timedelta(seconds=60))

        slow = Slow(meanwhile, Outcome("sent", 250, "Ok"))
        await deliver_due(slow, telling.settings.model_copy(update={"smtp_connections": 1}))
        assert slow.mails == 1
        waiting = await Notification.exclude(state__in=[State.SENT, State.SKIPPED])
        assert waiting
        assert {(row.state, row.attempts) for row in waiting} == {(State.PENDING, 0)}
        assert await Attempt.all().count() == 1
        assert len(await telling.deliver()) == len(waiting)


async def test_a_worker_whose_lease_ran_out_while_it_wrote_begins_nothing(telling: Telling) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        await _reported(telling)
        lease_until = NOW + telling.settings.lease
        claimed = await NOTIFICATIONS.claim(NOW, lease_until=lease_until, limit=1, resend_unknown=True)
        clock.shift(timedelta(hours=1))
        assert len(await telling.deliver()) == 1
        assert await NOTIFICATIONS.begin_attempts(claimed.ours, NOW, lease_until=lease_until) == {}
    row = await Notification.get(kind="request_submitted")
    assert (row.state, row.attempts) == (State.SENT, 1)
    assert await Attempt.all().count() == 1
