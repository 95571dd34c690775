"""Handing mail to a real SMTP server: what arrives, what each way of going wrong is called, and on how many lines."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.servers import free_port
from notifier.outcome import Outcome
from notifier.pooled_smtp import PooledSmtp
from notifier.smtp import SmtpServer, stuffed
from notifier.transports import transport_for
from tests.mailbox import Mailbox, open_mailbox
from tests.town import settings

SENDER = "curbcast@springfield.example"
MAYA = "maya@example.org"
LETTER = b"Subject: A pothole\r\n\r\nIt is deep.\r\n"
LARGE = b"Subject: Large\r\n\r\n" + b"0123456789" * 6 + b"\r\n" + (b"x" * 76 + b"\r\n") * 110_000  # 8.6 MB
A_MAIL = ["MAIL", "RCPT", "DATA"]


@asynccontextmanager
async def sending(url: str, **options: Any) -> AsyncIterator[Callable[..., Any]]:
    """`await send()` sends a letter to Maya through a pool of its own."""
    pool = PooledSmtp(SmtpServer.parse(url), **options)

    async def send(message: bytes = LETTER, *, to: str = MAYA) -> Outcome:
        return await pool.send(message, sender=SENDER, recipient=to)

    try:
        yield send
    finally:
        await pool.close()


async def test_a_mail_arrives_as_it_was_written(mailbox: Mailbox) -> None:
    async with sending(mailbox.url) as send:
        assert await send() == Outcome("sent", 250, "2.0.0 Kept")
    assert [(mail.sender, mail.recipient, mail.raw) for mail in mailbox.mails] == [(SENDER, MAYA, LETTER)]
    assert mailbox.commands == ["EHLO", *A_MAIL, "QUIT"]


@pytest.mark.parametrize("text", [b".", b"..", b".a\r\n.\r\n..b\r\n", b"a\r\n.", b"\r\n.\r\n", b"no line ending"])
async def test_leading_dots_arrive_as_they_were(mailbox: Mailbox, text: bytes) -> None:
    async with sending(mailbox.url) as send:
        for message in (text, b"Subject: Dots\r\n\r\n" + text):
            assert (await send(message)).state == "sent"
    ended = text if text.endswith(b"\r\n") else text + b"\r\n"
    assert [mail.raw for mail in mailbox.mails] == [ended, b"Subject: Dots\r\n\r\n" + ended]


@given(st.lists(st.binary(max_size=8).filter(lambda line: b"\r" not in line and b"\n" not in line)))
def test_a_stuffed_message_has_no_lone_line_feed_and_is_read_back_as_it_was(lines: list[bytes]) -> None:
    message = b"\r\n".join(lines)
    wire = stuffed(message)
    assert re.findall(rb"(?<!\r)\n|\r(?!\n)", wire) == []
    *read, dot, rest = wire.split(b"\r\n")
    assert (dot, rest, b"." in read) == (b".", b"", False)
    ended = message if message.endswith(b"\r\n") else message + b"\r\n"
    assert b"".join(line.removeprefix(b".") + b"\r\n" for line in read) == ended


async def test_letters_of_eight_bits_are_announced_and_arrive(mailbox: Mailbox) -> None:
    letter = "Subject: Bache\r\n\r\nEstá en la calle Olmo 🕳\r\n".encode()
    async with sending(mailbox.url) as send:
        assert (await send(letter)).state == "sent"
        assert (await send()).state == "sent"
    assert [(mail.raw, mail.options) for mail in mailbox.mails] == [(letter, ("BODY=8BITMIME",)), (LETTER, ())]


async def test_a_mail_of_megabytes_arrives_whole(mailbox: Mailbox) -> None:
    async with sending(mailbox.url) as send:
        assert (await send(LARGE)).state == "sent"
    assert [mail.raw == LARGE for mail in mailbox.mails] == [True]


@pytest.mark.parametrize("moment", ["MAIL", "RCPT", "BODY", "DATA"])
@pytest.mark.parametrize(("reply", "state"), [("451 4.3.0 Later", "deferred"), ("554 5.6.0 Never", "failed")])
async def test_a_refusal_is_final_or_not_by_its_code_and_the_line_is_used_again(
    mailbox: Mailbox, moment: str, reply: str, state: str
) -> None:
    mailbox.answer(moment, reply)
    said = moment.replace("BODY", "DATA")
    async with sending(mailbox.url) as send:
        assert await send() == Outcome(state, int(reply[:3]), f"{said}: {reply[4:]}")  # type: ignore[arg-type]
        assert (await send()).state == "sent"
    assert (len(mailbox.mails), mailbox.connections) == (1, 1)
    # After the answer to a body nothing is pending, before it the server must be told to forget.
    again = A_MAIL if moment == "DATA" else ["RSET", *A_MAIL]
    assert mailbox.commands == ["EHLO", *A_MAIL[: A_MAIL.index(said) + 1], *again, "QUIT"]


@pytest.mark.parametrize("moment", ["CONNECT", "EHLO", "MAIL", "RCPT", "BODY", "DATA"])
async def test_a_server_that_closes_is_tried_again_later(mailbox: Mailbox, moment: str) -> None:
    mailbox.answer(moment, "421 4.3.2 Closing")
    async with sending(mailbox.url) as send:
        outcome = await send()
        assert (outcome.state, outcome.code) == ("deferred", 421)
        assert (await send()).state == "sent"
    assert (len(mailbox.mails), mailbox.connections) == (1, 2)


async def test_a_refused_greeting_is_not_the_mails_fault(mailbox: Mailbox) -> None:
    mailbox.answer("CONNECT", "554 5.3.2 Not today")
    async with sending(mailbox.url) as send:
        assert await send() == Outcome("deferred", 554, f"127.0.0.1:{mailbox.port}: 5.3.2 Not today")


@pytest.mark.parametrize("moment", ["CONNECT", "EHLO", "MAIL", "RCPT"])
@pytest.mark.parametrize("fault", ["cut", "hang"])
async def test_a_line_that_ends_or_falls_silent_before_the_body_defers(
    mailbox: Mailbox, moment: str, fault: str
) -> None:
    getattr(mailbox, fault)(moment)
    async with sending(mailbox.url, start_seconds=0.3 if fault == "hang" else 30) as send:
        outcome = await send()
        assert (outcome.state, outcome.code) == ("deferred", None)
        assert outcome.detail.startswith(f"127.0.0.1:{mailbox.port}: ")
        assert (await send()).state == "sent"
    assert (len(mailbox.mails), mailbox.connections) == (1, 2)


@pytest.mark.parametrize("fault", ["cut", "hang"])
async def test_a_large_mail_that_stops_half_way_is_deferred_because_nobody_can_have_taken_it(
    mailbox: Mailbox, fault: str
) -> None:
    getattr(mailbox, fault)("BODY")
    async with sending(mailbox.url, answer_seconds=0.3 if fault == "hang" else 30) as send:
        outcome = await send(LARGE)
    assert (outcome.state, outcome.code) == ("deferred", None)
    assert "in the middle of the mail" in outcome.detail
    assert mailbox.mails == []


@pytest.mark.parametrize("fault", ["cut", "hang"])
async def test_a_mail_that_went_out_in_full_and_got_no_answer_is_unknown(mailbox: Mailbox, fault: str) -> None:
    getattr(mailbox, fault)("DATA")
    async with sending(mailbox.url, answer_seconds=0.3 if fault == "hang" else 30) as send:
        outcome = await send()
        assert (outcome.state, outcome.code) == ("unknown", None)
        assert outcome.detail.startswith("the mail was sent, and no answer came: ")
        assert (await send()).state == "sent"
    assert mailbox.connections == 2


@pytest.mark.parametrize("reply", ["354 Go on", "not a reply"])
async def test_an_answer_to_the_mail_that_means_nothing_is_unknown(mailbox: Mailbox, reply: str) -> None:
    mailbox.answer("DATA", reply)
    async with sending(mailbox.url) as send:
        assert (await send()).state == "unknown"


async def test_nobody_listening_defers() -> None:
    port = free_port()
    async with sending(f"smtp://127.0.0.1:{port}") as send:
        outcome = await send()
    assert (outcome.state, outcome.code) == ("deferred", None)
    assert outcome.detail.startswith(f"127.0.0.1:{port}: ")


async def test_mails_one_after_the_other_share_a_line(mailbox: Mailbox) -> None:
    async with sending(mailbox.url) as send:
        assert [(await send()).state for _ in range(5)] == ["sent"] * 5
    assert (len(mailbox.mails), mailbox.connections) == (5, 1)
    assert mailbox.commands == ["EHLO", *A_MAIL * 5, "QUIT"]


async def test_many_mails_at_once_use_as_many_lines_as_are_allowed(mailbox: Mailbox) -> None:
    async with sending(mailbox.url, connections=3) as send:
        outcomes = await asyncio.gather(*(send(to=f"reader{n}@example.org") for n in range(30)))
    assert [outcome.state for outcome in outcomes] == ["sent"] * 30
    assert sorted(mail.recipient for mail in mailbox.mails) == sorted(f"reader{n}@example.org" for n in range(30))
    assert mailbox.connections == 3


async def test_fewer_lines_are_allowed_than_before_and_more_again(mailbox: Mailbox) -> None:
    pool = PooledSmtp(SmtpServer.parse(mailbox.url), connections=3)

    async def burst(allowed: int) -> list[str]:
        pool.allow(allowed)
        before = len(mailbox.commands)
        await asyncio.gather(*(pool.send(LETTER, sender=SENDER, recipient=MAYA) for _ in range(9)))
        return mailbox.commands[before:]

    assert (await burst(3)).count("EHLO") == 3
    assert (await burst(1)).count("EHLO") == 0
    assert len(pool._idle) == 1
    assert (await burst(2)).count("EHLO") == 1
    await pool.close()
    assert len(mailbox.mails) == 27


async def test_a_line_is_left_after_as_many_mails_as_are_allowed(mailbox: Mailbox) -> None:
    async with sending(mailbox.url, mails_per_connection=2) as send:
        for _ in range(5):
            assert (await send()).state == "sent"
    assert mailbox.connections == 3
    assert mailbox.commands == ["EHLO", *A_MAIL * 2, "QUIT"] * 2 + ["EHLO", *A_MAIL, "QUIT"]


async def test_a_line_that_rested_is_asked_whether_it_is_still_there(mailbox: Mailbox) -> None:
    async with sending(mailbox.url, rest_seconds=0) as send:
        await send()
        await send()
        mailbox.cut("NOOP")
        assert (await send()).state == "sent"
    assert mailbox.commands == ["EHLO", *A_MAIL, "NOOP", *A_MAIL, "NOOP", "EHLO", *A_MAIL, "QUIT"]


@pytest.mark.parametrize("fault", ["cut", "421 4.7.0 Enough for one session"])
async def test_a_line_dropped_between_two_mails_costs_the_second_nothing(mailbox: Mailbox, fault: str) -> None:
    async with sending(mailbox.url) as send:
        await send()
        mailbox.answer("MAIL", fault)
        assert (await send()).state == "sent"
    assert (len(mailbox.mails), mailbox.connections) == (2, 2)


async def test_a_mail_that_is_given_up_leaves_no_half_used_line_behind(mailbox: Mailbox) -> None:
    async with sending(mailbox.url, connections=1) as send:
        await send()
        mailbox.hang("RCPT")
        given_up = asyncio.create_task(send())
        await mailbox.has_done("RCPT")
        given_up.cancel()
        assert isinstance((await asyncio.gather(given_up, return_exceptions=True))[0], asyncio.CancelledError)
        assert (await send()).state == "sent"
    assert (len(mailbox.mails), mailbox.connections) == (2, 2)


async def test_an_address_in_other_letters_needs_a_server_that_takes_it(mailbox: Mailbox) -> None:
    async with sending(mailbox.url) as send:
        assert (await send(to="josé@example.org")).state == "sent"
    assert [(mail.recipient, mail.options) for mail in mailbox.mails] == [("josé@example.org", ("SMTPUTF8",))]
    async with open_mailbox(utf8=False) as narrow, sending(narrow.url) as send:
        outcome = await send(to="josé@example.org")
        assert (outcome.state, outcome.code) == ("failed", None)
        assert "SMTPUTF8" in outcome.detail
        assert (await send()).state == "sent"
    assert narrow.commands == ["EHLO", *A_MAIL, "QUIT"]


async def test_a_domain_in_other_letters_is_said_in_ascii() -> None:
    async with open_mailbox(utf8=False) as mailbox, sending(mailbox.url) as send:
        assert (await send(to="maya@Straßenbau.example")).state == "sent"
    assert [mail.recipient for mail in mailbox.mails] == ["maya@xn--straenbau-j1a.example"]


@pytest.mark.parametrize(
    "address",
    [
        *("", "maya", "@example.org", "maya@", "a@b@c.org", "ma ya@example.org", "<maya@example.org>"),
        *("maya@example.org>\r\nRCPT TO:<x@y.z", "maya@exa\0mple.org", "maya@-ü-.example", f"maya@{'ü' * 70}.org"),
    ],
)
async def test_what_is_no_address_fails_before_a_line_is_opened(mailbox: Mailbox, address: str) -> None:
    async with sending(mailbox.url) as send:
        outcome = await send(to=address)
    assert (outcome.state, outcome.code) == ("failed", None)
    assert "address" in outcome.detail or "domain" in outcome.detail
    assert mailbox.connections == 0


async def test_mail_is_captured_where_no_server_is_set_and_sent_where_one_is(mailbox: Mailbox, tmp_path: Any) -> None:
    captured = transport_for(settings(data_dir=tmp_path))
    assert (await captured.send(LETTER, sender=SENDER, recipient=MAYA)).state == "sent"
    assert [path.read_bytes() for path in (tmp_path / "mail").iterdir()] == [LETTER]
    sent = transport_for(settings(data_dir=tmp_path, smtp_url=mailbox.url))
    assert (await sent.send(LETTER, sender=SENDER, recipient=MAYA)).state == "sent"
    await sent.close()
    assert len(mailbox.mails) == 1
