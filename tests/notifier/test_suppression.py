"""What follows from mail that came back: mail waits, is given up, and goes again; nothing that came back is lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from time_machine import travel

from casework.database import transaction
from notifier.notifications import Notification, State
from notifier.outcome import Outcome
from notifier.receipts import Receipt, take_in
from notifier.suppression import Ailment, Suppression, lift, pause, suppress
from tests.notifier.test_reports import report, sent
from tests.telling import Telling, mail_to, told
from tests.town import nothing_changes

NOW = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)
DAY = timedelta(days=1)
MAYA = "maya@example.org"


async def _ail(cause: Ailment, at: datetime) -> tuple[int, datetime | None, datetime]:
    async with transaction():
        await pause(MAYA, cause, "4.4.1", at)
    row = await Suppression.get(address=MAYA)
    return row.strikes, row.until, row.created_at


async def test_trouble_makes_mail_wait_twice_as_long_each_time_and_is_given_up_at_last(db: str) -> None:
    at = NOW
    for strikes, days in ((1, 1), (2, 2), (3, 4), (4, 8)):
        assert await _ail(Ailment.UNREACHABLE, at) == (strikes, at + days * DAY, NOW)
        at += days * DAY + timedelta(hours=1)
    assert await _ail(Ailment.UNREACHABLE, at) == (5, None, at)


async def test_a_full_mailbox_is_never_given_up(db: str) -> None:
    at = NOW
    for strikes in range(1, 13):
        ails = await _ail(Ailment.FULL, at)
        assert ails == (strikes, at + min(2 ** (strikes - 1), 8) * DAY, NOW)
        at += 9 * DAY


async def test_what_comes_back_while_mail_waits_counts_once(db: str) -> None:
    await _ail(Ailment.UNREACHABLE, NOW)
    async with nothing_changes():
        await _ail(Ailment.UNREACHABLE, NOW + timedelta(hours=23))


async def test_trouble_after_a_month_of_peace_begins_anew(db: str) -> None:
    await _ail(Ailment.UNREACHABLE, NOW)
    later = NOW + timedelta(days=32)
    assert await _ail(Ailment.UNREACHABLE, later) == (1, later + DAY, later)


async def test_what_is_final_stays_final_with_its_first_cause(db: str) -> None:
    async with transaction():
        await suppress(MAYA, Ailment.COMPLAINT, "", NOW)
    async with nothing_changes(), transaction():
        await suppress(MAYA, Ailment.BOUNCED, "5.1.1", NOW + DAY)
        await pause(MAYA, Ailment.FULL, "5.2.2", NOW + DAY)


async def test_mail_to_a_full_mailbox_waits_and_goes_when_the_pause_ends(telling: Telling) -> None:
    with travel(NOW, tick=False) as clock:
        mail, _ = await sent(telling)
        await take_in(telling.settings, report("gmail_full", mail))
        await telling.town.done(telling.town.tom, "closeRequest", requestId=await _only_request(telling), comment="D.")
        assert await telling.run() == []
        waiting = await Notification.get(kind="request_closed")
        assert (waiting.state, waiting.due) == (State.PENDING, NOW + DAY)
        clock.move_to(NOW + DAY)
        assert told(await telling.run()) == {(MAYA, "request_closed", "reporter")}


async def test_a_digest_waits_for_a_full_mailbox_too(telling: Telling) -> None:
    town = telling.town
    with travel(NOW, tick=False) as clock:
        mail, _ = await sent(telling)
        await town.done(town.maya, "updateNotificationPreference", kind="request_closed", cadence="HOURLY")
        await take_in(telling.settings, report("gmail_full", mail))
        await town.done(town.tom, "closeRequest", requestId=await _only_request(telling), comment="Done.")
        await telling.run()
        clock.move_to(NOW + timedelta(hours=1))
        assert await telling.run() == []
        clock.move_to(NOW + DAY)
        assert [mail.kind for mail in await telling.run()] == ["digest"]


@pytest.mark.parametrize("name", ["postfix_unknown", "complaint"])
async def test_a_dead_or_unwilling_address_gets_no_mail_and_the_ledger_says_why(telling: Telling, name: str) -> None:
    mail, _ = await sent(telling)
    await take_in(telling.settings, report(name, mail))
    await telling.town.done(telling.town.tom, "closeRequest", requestId=await _only_request(telling), comment="Done.")
    assert await telling.run() == []
    assert await telling.skips("request_closed") == {f"person:{telling.town.maya.id}": "suppressed"}
    async with transaction():
        assert await lift(MAYA)
    mails = await telling.after(
        telling.town.tom, "reopenRequest", requestId=await _only_request(telling), comment="Not yet."
    )
    assert told(mails) == {
        (MAYA, "request_reopened", "reporter"),
        ("streets@springfield.example", "staff_request_reopened", "route_address"),
    }


async def test_a_report_that_comes_before_the_delivery_is_settled_is_kept(telling: Telling) -> None:
    """The server's 250 and the report arrive while our commit is still to come."""
    mail_of_maya = None
    take = telling.transport.send

    async def send(message: bytes, *, sender: str, recipient: str) -> Outcome:
        nonlocal mail_of_maya
        outcome = await take(message, sender=sender, recipient=recipient)
        if recipient == MAYA:
            mail_of_maya = mail_to(telling.transport.mails, MAYA)
            assert (await Notification.get(kind="request_submitted")).state is State.SENDING
            await take_in(telling.settings, report("postfix_unknown", mail_of_maya))
        return outcome

    telling.transport.send = send  # type: ignore[method-assign]
    await telling.town.report()
    await telling.run()
    settled = await Notification.get(kind="request_submitted")
    assert settled.state is State.SENT
    assert [receipt.mail for receipt in await Receipt.all()] == [f"n{settled.id}"]
    assert (await Suppression.get(address=MAYA)).cause is Ailment.BOUNCED


async def test_reports_go_to_the_bounce_address_with_the_mails_own_token(telling: Telling) -> None:
    senders: dict[str, str] = {}
    take = telling.transport.send

    async def send(message: bytes, *, sender: str, recipient: str) -> Outcome:
        senders[recipient] = sender
        return await take(message, sender=sender, recipient=recipient)

    telling.transport.send = send  # type: ignore[method-assign]
    telling.settings = telling.settings.model_copy(update={"bounce_address": "bounces@springfield.example"})
    mail, _ = await sent(telling)
    token = str(mail.message["X-Curbcast-Delivery"])
    assert senders[MAYA] == f"bounces+{token}@springfield.example"
    assert len(senders[MAYA].partition("@")[0]) <= 64
    shouted = report("exchange_full", mail).replace(token.encode(), token.upper().encode())
    assert await take_in(telling.settings, shouted) is not None


async def _only_request(telling: Telling) -> str:
    page = await telling.town.ask(telling.town.tom, "{ requests(first: 2) { nodes { id } } }")
    (found,) = page["requests"]["nodes"]
    return str(found["id"])
