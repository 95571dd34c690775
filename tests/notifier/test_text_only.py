"""Who wants no HTML gets none: at once, by digest, and in mail about their account."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage

import time_machine

from notifier.held import choose
from notifier.preferences import Cadence
from tests.telling import Mail, Telling, mail_to

TUESDAY = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)  # 10:00 in New York
WEDNESDAY_AT_EIGHT = datetime(2026, 11, 25, 13, 0, tzinfo=UTC)
ALTERNATIVES = ["multipart/alternative", "text/plain", "text/html"]


def parts(mail: Mail) -> list[str]:
    message: EmailMessage = mail.message
    assert message.defects == []
    return [part.get_content_type() for part in message.walk()]


async def _text_only(telling: Telling, wanted: bool = True) -> None:
    town = telling.town
    selection = "digestSchedule { textOnly }"
    answer = await town.done(town.maya, "updateDigestSchedule", selection, textOnly=wanted)
    assert answer["digestSchedule"] == {"textOnly": wanted}


async def test_mail_that_goes_at_once_has_no_html_for_who_wants_none(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled()
    await telling.followed(request, town.ines)
    await _text_only(telling)
    mails = await telling.after(town.tom, "closeRequest", requestId=request, comment="Filled <b>today</b>.")
    text, rich = mail_to(mails, "maya@example.org"), mail_to(mails, "ines@example.org")
    assert (parts(text), parts(rich)) == (["text/plain"], ALTERNATIVES)
    assert "Filled <b>today</b>." in text.text
    assert text.text.startswith("Hello Maya Ortiz") == rich.text.startswith("Hello Ines Ferreira")
    assert text.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert (text.subject, text.kind) == (rich.subject, rich.kind)
    await _text_only(telling, wanted=False)
    again = await telling.after(town.tom, "reopenRequest", requestId=request, comment="It sank.")
    assert parts(mail_to(again, "maya@example.org")) == ALTERNATIVES


async def test_a_digest_has_no_html_for_who_wants_none(telling: Telling) -> None:
    town = telling.town
    with time_machine.travel(TUESDAY, tick=False) as clock:
        await _text_only(telling)
        requests = [await telling.settled(categoryId=town.id_of(town.lights), summary=f"Lamp {n}") for n in (1, 2)]
        for person in (town.maya, town.ines):
            await choose(f"person:{person.id}", "request_closed", Cadence.DAILY)
        await telling.followed(requests[0], town.ines)
        await telling.followed(requests[1], town.ines)
        for request in requests:
            await telling.after(town.tom, "closeRequest", requestId=request, comment="New bulb.")
        clock.move_to(WEDNESDAY_AT_EIGHT)
        mails = await telling.run()
    text, rich = mail_to(mails, "maya@example.org"), mail_to(mails, "ines@example.org")
    assert (parts(text), parts(rich)) == (["text/plain"], ALTERNATIVES)
    assert text.subject == rich.subject == "2 updates from Town of Springfield"
    assert [text.text.count(f"Lamp {n}") for n in (1, 2)] == [1, 1]


async def test_account_mail_has_no_html_for_who_wants_none(telling: Telling) -> None:
    await _text_only(telling)
    mails = await telling.after(None, "requestPasswordReset", address="maya@example.org")
    assert [(mail.kind, parts(mail)) for mail in mails] == [("password_reset", ["text/plain"])]
