"""What our own mail server says to an address counts like a report on it; what it says of us or of itself does not."""

from __future__ import annotations

import pytest

from notifier.deliver import deliver_due
from notifier.notifications import Notification
from notifier.outcome import Outcome
from notifier.suppression import Ailment, Suppression, lift
from notifier.transports import transport_for
from notifier.verdicts import Verdict, judge_refusal
from tests.mailbox import Mailbox
from tests.telling import Telling, open_telling

MAYA = "maya@example.org"

REPLIES = (
    ("RCPT", "550 5.1.1 <maya@example.org>: Recipient address rejected: User unknown", Verdict.DEAD),
    ("RCPT", "550 No such user here", Verdict.DEAD),
    ("RCPT", "550 Requested action not taken: mailbox unavailable", Verdict.DEAD),
    ("RCPT", "553 5.1.2 No such domain", Verdict.DEAD),
    ("RCPT", "550 5.2.1 The account is disabled", Verdict.DEAD),
    ("RCPT", "550 Unknown user: rejected by sender callout", Verdict.DEAD),
    ("RCPT", "552 5.2.2 Over quota", Verdict.FULL),
    ("RCPT", "452 4.2.2 The mailbox is full", Verdict.FULL),
    ("RCPT", "552 Mailbox is full", Verdict.FULL),
    ("RCPT", "450 4.2.0 Busy", Verdict.TROUBLE),
    ("RCPT", "451 4.7.1 Greylisted", None),
    ("RCPT", "451 4.3.0 Lookup failed", None),
    ("RCPT", "452 4.3.1 Insufficient system storage", None),
    ("RCPT", "554 5.7.1 Service unavailable; client host blocked using a list", None),
    ("RCPT", "550 5.7.26 Unauthenticated mail", None),
    ("RCPT", "550 Relaying denied", None),
    ("RCPT", "550 Blocked by our policy", None),
    ("RCPT", "550 SPF check failed", None),
    ("RCPT", "550 5.1.8 Sender address rejected", None),
    ("RCPT", "503 5.5.1 Say MAIL first", None),
    ("RCPT", "554 Transaction failed", None),
    ("MAIL", "550 5.1.1 No such user", None),
    ("MAIL", "552 5.2.2 Over quota", None),
    ("DATA", "550 5.1.1 No such user", Verdict.DEAD),
    ("DATA", "552 5.2.2 Over quota", Verdict.FULL),
    ("DATA", "550 Not wanted", None),
    ("DATA", "552 5.3.4 Too large", None),
    ("DATA", "554 5.6.0 Broken", None),
)


@pytest.mark.parametrize(("command", "reply", "verdict"), REPLIES)
def test_a_refusal_speaks_of_the_address_or_of_something_else(
    command: str, reply: str, verdict: Verdict | None
) -> None:
    assert judge_refusal(command, int(reply[:3]), reply[4:]) is verdict


async def test_who_is_unknown_at_the_door_gets_no_more_mail(db: str, mailbox: Mailbox) -> None:
    """A blocked sender, a full mailbox and an unknown user, one after the other, at a real server."""
    async with open_telling(smtp_url=mailbox.url) as telling:
        town = telling.town
        request = await telling.settled(categoryId=town.id_of(town.lights))
        transport = transport_for(telling.settings)

        async def comment(reply: str) -> tuple[str, str | None]:
            if reply:
                mailbox.answer("RCPT", reply)
            await town.done(town.ines, "addComment", requestId=request, body="Still dark.")
            await telling.relay()
            await deliver_due(transport, telling.settings)
            row = await Notification.filter(kind="request_commented").order_by("-id").first()
            assert row is not None
            return row.state.value, row.skip

        assert await comment("554 5.7.1 Blocked") == ("failed", None)
        assert await Suppression.all().count() == 0
        assert await comment("552 5.2.2 Over quota") == ("failed", None)
        assert [(row.cause, row.until is None) for row in await Suppression.all()] == [(Ailment.FULL, False)]
        await lift(MAYA)
        assert await comment(f"550 5.1.1 <{MAYA}> unknown") == ("failed", None)
        (row,) = await Suppression.all()
        assert (row.address, row.cause, row.until) == (MAYA, Ailment.BOUNCED, None)
        assert row.detail == "RCPT: 5.1.1 (address) unknown"
        assert await comment("") == ("skipped", "suppressed")
        assert mailbox.mails == []
        await transport.close()


async def test_an_address_that_puts_us_off_to_the_last_is_left_alone_for_a_while(db: str) -> None:
    async with open_telling(mail_attempts=1) as telling:
        for verdict, ails in ((None, []), (Verdict.TROUBLE, [Ailment.UNREACHABLE])):
            telling.transport.answer = lambda _, said=verdict: Outcome("deferred", 450, "4.2.0 Busy", said)
            await _told_maya(telling)
            assert [row.cause for row in await Suppression.all()] == ails


async def _told_maya(telling: Telling) -> None:
    await telling.town.report(categoryId=telling.town.id_of(telling.town.lights))
    await telling.run()
