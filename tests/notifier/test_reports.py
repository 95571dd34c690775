"""Reports as real mail systems write them, and forged, broken and huge ones: each ends in its exact state."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from time_machine import travel

from casework.people import Person
from notifier.receipts import Receipt, take_in
from notifier.reports import read_report
from notifier.suppression import Ailment, Suppression
from notifier.verdicts import Verdict
from tests.telling import Mail, Telling, mail_to
from tests.town import nothing_changes

REPORTS = Path(__file__).parent / "reports"
NOW = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)
TOMORROW = NOW + timedelta(days=1)

STATES = {
    "postfix_unknown": (Verdict.DEAD, Ailment.BOUNCED, None),
    "postfix_no_such_domain": (Verdict.DEAD, Ailment.BOUNCED, None),
    "postfix_expired": (Verdict.TROUBLE, Ailment.UNREACHABLE, TOMORROW),
    "postfix_delayed": (Verdict.DELAYED, None, None),
    "postfix_delivered": (None, None, None),
    "exim_unknown": (Verdict.DEAD, Ailment.BOUNCED, None),
    "exim_in_words": (Verdict.FULL, Ailment.FULL, TOMORROW),
    "exim_warning": (Verdict.DELAYED, None, None),
    "exchange_unknown": (Verdict.DEAD, Ailment.BOUNCED, None),
    "exchange_full": (Verdict.FULL, Ailment.FULL, TOMORROW),
    "exchange_not_wanted": (Verdict.REFUSED, None, None),
    "gmail_unknown": (Verdict.DEAD, Ailment.BOUNCED, None),
    "gmail_full": (Verdict.FULL, Ailment.FULL, TOMORROW),
    "ses_unknown": (Verdict.DEAD, Ailment.BOUNCED, None),
    "complaint": (Verdict.COMPLAINT, Ailment.COMPLAINT, None),
    "no_complaint": (None, None, None),
    "answer_from_vacation": (None, None, None),
    "encoded_status": (Verdict.DEAD, Ailment.BOUNCED, None),
    "for_utf8_mail": (Verdict.DEAD, Ailment.BOUNCED, None),
    "after_a_forward": (Verdict.DEAD, Ailment.BOUNCED, None),
    "cut_off": (Verdict.DEAD, Ailment.BOUNCED, None),
    "broken": (None, None, None),
    "wrong_charset": (Verdict.DEAD, Ailment.BOUNCED, None),
    "forged_without_token": (None, None, None),
    "forged_token": (None, None, None),
}
"""File -> the verdict that is kept, what ails the address then, and until when."""

_STATUS = b"Reporting-MTA: dns; a.example\n\nFinal-Recipient: rfc822; maya@example.org\nAction: failed\nStatus: 5.1.1\n"


def report(name: str, mail: Mail) -> bytes:
    """A file of the corpus, about that mail."""
    found = (REPORTS / f"{name}.eml").read_bytes().replace(b"\n", b"\r\n")
    for placeholder, value in (
        (b"TOKEN", str(mail.message["X-Curbcast-Delivery"]).encode()),
        (b"ADDRESS", mail.recipient.encode()),
        (b"ENCODED", base64.encodebytes(_STATUS)),
    ):
        found = found.replace(placeholder, value)
    return found


async def sent(telling: Telling) -> tuple[Mail, Mail]:
    """Maya's receipt of her request, and what Tom got."""
    await telling.town.report()
    mails = await telling.run()
    return mail_to(mails, "maya@example.org"), mail_to(mails, "tom@example.org")


def test_every_report_of_the_corpus_has_its_state() -> None:
    assert {path.stem for path in REPORTS.glob("*.eml")} == set(STATES)


@pytest.mark.parametrize("name", STATES)
async def test_a_report_ends_in_its_state(telling: Telling, name: str) -> None:
    verdict, ailment, until = STATES[name]
    with travel(NOW, tick=False):
        mail, _ = await sent(telling)
        raw = report(name, mail)
        if verdict is None:
            async with nothing_changes():
                assert await take_in(telling.settings, raw) is None
            return
        await take_in(telling.settings, raw)
        (receipt,) = await Receipt.all()
        assert (receipt.verdict, receipt.received_at) == (verdict, NOW)
        assert "@" not in receipt.detail
        ails = [(row.address, row.cause, row.until, row.created_at) for row in await Suppression.all()]
        assert ails == ([("maya@example.org", ailment, until, NOW)] if ailment is not None else [])
        async with nothing_changes():  # the same report once more
            await take_in(telling.settings, raw)


async def test_a_huge_report_says_what_it_has_to_say_at_its_beginning(telling: Telling) -> None:
    mail, _ = await sent(telling)
    raw = report("gmail_unknown", mail).replace(b"the mail itself", b"a photo, perhaps\r\n" * 1_000_000)
    assert await take_in(telling.settings, raw) is not None
    assert await Suppression.filter(address="maya@example.org", cause=Ailment.BOUNCED).count() == 1


async def test_a_report_on_the_old_address_leaves_the_new_one_alone(telling: Telling) -> None:
    mail, _ = await sent(telling)
    await Person.filter(id=telling.town.maya.id).update(address="maya@new.example")
    await take_in(telling.settings, report("postfix_unknown", mail))
    assert [row.address for row in await Suppression.all()] == ["maya@example.org"]


async def test_somebody_who_got_a_mail_can_only_report_on_themselves(telling: Telling) -> None:
    """Their token, with somebody else's address in every field: it proves their own address alone."""
    _, toms = await sent(telling)
    raw = report("postfix_unknown", toms).replace(b"tom@example.org", b"maya@example.org")
    await take_in(telling.settings, raw)
    assert [row.address for row in await Suppression.all()] == ["tom@example.org"]


@pytest.mark.parametrize("tampered", [b"n9", b"n3p9", b"d3p1"])
async def test_a_token_is_for_one_mail_and_one_reader(telling: Telling, tampered: bytes) -> None:
    mail, _ = await sent(telling)
    token = str(mail.message["X-Curbcast-Delivery"]).encode()
    seal = token.partition(b".")[2]
    named = tampered if b"p" in tampered else tampered + b"p%d" % telling.town.maya.id
    assert named + b"." + seal != token
    async with nothing_changes():
        await take_in(telling.settings, report("postfix_unknown", mail).replace(token, named + b"." + seal))


@settings(max_examples=150)
@given(
    data=st.binary(max_size=400),
    subtype=st.sampled_from(["delivery-status", "global-delivery-status", "feedback-report", "rfc822"]),
    encoding=st.sampled_from(["7bit", "8bit", "base64", "quoted-printable", "x-odd"]),
)
def test_nothing_that_a_report_holds_raises(data: bytes, subtype: str, encoding: str) -> None:
    head = f"Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/{subtype}\n"
    read_report(data)
    read_report(f"{head}Content-Transfer-Encoding: {encoding}\n\n".encode() + data)
    read_report(f"{head}\nAction: failed\nStatus: ".encode() + data)
    read_report(b"From: MAILER-DAEMON\nX-Failed-Recipients: " + data)
