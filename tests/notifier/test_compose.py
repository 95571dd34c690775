"""The bytes of a mail: what `email` reads back from them, and what no input can put into them."""

from __future__ import annotations

import quopri
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import SMTP, default
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import naive_mail
from notifier import clean, quoted
from notifier.compose import compose
from notifier.envelope import Envelope
from notifier.facts import Facts
from notifier.odd_samples import odd_samples
from notifier.render import Reader, SharedLetter, render, render_bundle, render_shared
from notifier.samples import bundle, sample
from notifier.templates import kinds

ENVELOPE = Envelope(
    from_name="Town of Marlow",
    from_address="requests@mail.marlow.example",
    to_address="maya@example.com",
    to_name="Maya Lindqvist",
    reply_to=None,
    message_id="<event.7.maya@mail.marlow.example>",
    references=("<request.1042@mail.marlow.example>", "<event.3@mail.marlow.example>"),
    list_id="1042.requests.marlow.example",
    unsubscribe_url="https://marlow.example/u/t9Rk",
    kind="request_closed",
    reasons=("reporter", "watch_area"),
    event_id="7",
    delivery="n7.abcdefghijklmnopqrstuvwxyz",
    date=datetime(2025, 6, 3, 18, 5, tzinfo=UTC),
)


def read(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=default)


def contents(message: EmailMessage) -> tuple[str, str]:
    """Text and html, line ends as line feeds."""
    text, html = message.iter_parts()
    return tuple(cast(EmailMessage, part).get_content().replace("\r\n", "\n") for part in (text, html))


def closed() -> tuple[Facts, Reader]:
    return sample("request_closed", "en")


def composed(envelope: Envelope = ENVELOPE) -> EmailMessage:
    facts, who = closed()
    return read(compose(render_shared(facts), who, envelope))


def test_the_headers_are_these_and_no_others() -> None:
    message = composed()
    assert message.defects == []
    assert [(name, str(value)) for name, value in message.items() if name != "Content-Type"] == [
        ("From", "Town of Marlow <requests@mail.marlow.example>"),
        ("To", "Maya Lindqvist <maya@example.com>"),
        ("Subject", "Street light out outside the library (#1042)"),
        ("Date", "Tue, 03 Jun 2025 18:05:00 +0000"),
        ("Message-ID", "<event.7.maya@mail.marlow.example>"),
        ("In-Reply-To", "<event.3@mail.marlow.example>"),
        ("References", "<request.1042@mail.marlow.example> <event.3@mail.marlow.example>"),
        ("List-Id", "<1042.requests.marlow.example>"),
        ("List-Unsubscribe", "<https://marlow.example/u/t9Rk>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ("Auto-Submitted", "auto-generated"),
        ("X-Curbcast-Kind", "request_closed"),
        ("X-Curbcast-Reason", "reporter, watch_area"),
        ("X-Curbcast-Event", "7"),
        ("X-Curbcast-Delivery", "n7.abcdefghijklmnopqrstuvwxyz"),
        ("MIME-Version", "1.0"),
    ]
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


def test_a_mail_that_cannot_be_stopped_has_no_unsubscribe_headers() -> None:
    message = composed(replace(ENVELOPE, unsubscribe_url=None))
    assert [name for name in message if name.startswith("List-Unsub")] == []


def test_the_first_mail_of_a_thread_refers_to_nothing() -> None:
    message = composed(replace(ENVELOPE, references=(), reply_to="desk@marlow.example"))
    assert message["References"] is message["In-Reply-To"] is None
    assert message["Reply-To"] == "desk@marlow.example"


@pytest.mark.parametrize("kind", kinds())
@pytest.mark.parametrize("language", ["en", "es"])
def test_what_was_composed_is_what_was_rendered(kind: str, language: str) -> None:
    for case, (facts, who) in odd_samples(kind, language).items():
        rendered = render(facts, who)
        raw = compose(render_shared(facts), who, ENVELOPE)
        assert contents(read(raw)) == (rendered.text, rendered.html), case
        assert str(read(raw)["Subject"]) == rendered.subject, case
        assert_well_formed(raw)


@pytest.mark.parametrize("mixed", [False, True])
def test_a_bundle_is_composed_as_it_was_rendered(mixed: bool) -> None:
    lines, who = bundle("es", 20, mixed=mixed)
    letter = render_bundle(lines)
    rendered = letter.filled(who)
    raw = compose(letter, who, ENVELOPE)
    assert contents(read(raw)) == (rendered.text, rendered.html)
    assert_well_formed(raw)


def test_the_standard_library_would_have_made_the_same_mail() -> None:
    facts, who = closed()
    letter = render_shared(facts)
    ours, theirs = read(compose(letter, who, ENVELOPE)), read(naive_mail.mail(letter, who, ENVELOPE))
    assert {name: str(ours[name]) for name in ours if name != "Content-Type"} == {
        name: str(theirs[name]) for name in theirs if name != "Content-Type"
    }
    assert contents(ours)[0] == contents(theirs)[0]


def test_one_letter_serves_readers_with_different_names_links_and_areas() -> None:
    facts, who = closed()
    letter = render_shared(facts)
    for name in ("Ines", "José 🚧", "a=b.\u00e9=", "." * 90, "x" * 300, "=02" * 40 + "\x020\x03", "<b>&amp;</b>"):
        url = f"https://marlow.example/u/{'Qw=_-.~' * 30}"
        reader = Reader(name, who.reasons, {"watch_area": (name, "B")}, {**who.links, "unsubscribe": url})
        raw = compose(letter, reader, ENVELOPE)
        rendered = render(facts, reader)
        assert contents(read(raw)) == (rendered.text, rendered.html)
        assert clean.line(name) in contents(read(raw))[0]
        assert_well_formed(raw)


def assert_well_formed(raw: bytes) -> None:
    assert raw.isascii()
    assert raw.replace(b"\r\n", b"").count(b"\r") == raw.replace(b"\r\n", b"").count(b"\n") == 0
    head, _, body = raw.partition(b"\r\n\r\n")
    assert [line for line in head.split(b"\r\n") if len(line) > 998] == []
    assert [line for line in body.split(b"\r\n") if len(line) > 76] == []
    assert [line for line in raw.split(b"\r\n") if line.startswith(b".")] == []
    boundary = raw.split(b'boundary="')[1].split(b'"')[0]
    assert raw.count(boundary) == 4


INJECTION = "x\r\nBcc: all@example.com\r\n\r\n<html>\x00\u2028Bcc: all@example.com\x85Bcc: b@example.com"


def test_no_name_or_summary_can_add_a_header_or_end_the_head() -> None:
    facts, who = closed()
    assert facts.request is not None
    hostile = replace(facts, request=replace(facts.request, summary=INJECTION), actor=INJECTION)
    envelope = replace(ENVELOPE, from_name=INJECTION, to_name=INJECTION)
    message = read(compose(render_shared(hostile), replace(who, name=INJECTION), envelope))
    assert [name for name in message if name not in composed()] == []
    assert message["From"].addresses[0].addr_spec == "requests@mail.marlow.example"
    assert [one.addr_spec for one in message["To"].addresses] == ["maya@example.com"]
    assert len(message["Subject"]) <= 78


@pytest.mark.parametrize(
    "name",
    [
        "Ana Ruiz",
        'Ana "the boss" Ruiz',
        "Ruiz, Ana <x@example.com>",
        "back\\slash",
        "José Núñez",
        "ليلى حدّاد",
        "👩🏽‍🔧 Noor",
        "=?utf-8?q?forged?=",
        "A. B. C.",
    ],
)
def test_names_arrive_as_they_were_typed(name: str) -> None:
    (address,) = composed(replace(ENVELOPE, to_name=name))["To"].addresses
    assert (address.display_name, address.addr_spec) == (name, "maya@example.com")


def test_a_very_long_name_is_shortened_and_still_one_mailbox() -> None:
    for name in ("x" * 5000, "ñandú " * 900):
        (address,) = composed(replace(ENVELOPE, to_name=name))["To"].addresses
        assert address.addr_spec == "maya@example.com"
        raw = compose(render_shared(closed()[0]), closed()[1], replace(ENVELOPE, to_name=name))
        to = str(make_header(decode_header(message_from_bytes(raw)["To"])))
        assert to == f"{clean.shorten(name.strip(), 120)} <maya@example.com>"


@pytest.mark.parametrize("subject", ["Ñandú " * 9 + "🚧", "=?utf-8?q?forged?=", "مصباح الشارع لا يعمل", "x" * 78])
def test_subjects_arrive_as_they_were_rendered(subject: str) -> None:
    facts, who = closed()
    letter: SharedLetter = render_shared(facts)
    letter.subject = subject.strip()
    assert str(read(compose(letter, who, ENVELOPE))["Subject"]) == subject.strip()


@pytest.mark.parametrize(
    "change",
    [
        {"to_address": "maya@example.com\r\nBcc: all@example.com"},
        {"to_address": "maya@example.com, all@example.com"},
        {"to_address": "<maya@example.com>"},
        {"to_address": "maya"},
        {"to_address": "maya lindqvist@example.com"},
        {"to_address": "josé@example.com"},
        {"to_address": ""},
        {"from_address": "a@b\n"},
        {"reply_to": "a b@example.com"},
        {"message_id": "no-brackets@example.com"},
        {"message_id": "<a@b>\r\nBcc: all@example.com"},
        {"references": ("<a b@c>",)},
        {"list_id": "a>\r\nBcc: all@example.com"},
        {"unsubscribe_url": "https://example.com/>\r\nBcc: all@example.com"},
        {"unsubscribe_url": "javascript:alert(1)"},
        {"kind": "a\r\nBcc: b"},
        {"reasons": ("a\nb",)},
        {"event_id": "7 8"},
        {"date": datetime(2025, 6, 3)},  # noqa: DTZ001
    ],
    ids=str,
)
def test_what_cannot_stand_in_a_header_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"can't hold|^not a|needs a time zone"):
        composed(replace(ENVELOPE, **change))  # type: ignore[arg-type]


TEXT = st.text(st.characters(exclude_categories=["Cs"])).map(clean.text)


@given(st.lists(TEXT, min_size=1, max_size=5))
def test_any_stretches_encoded_apart_decode_to_the_whole(stretches: list[str]) -> None:
    encoded = quoted.SOFT_BREAK.join(map(quoted.encoded, stretches))
    assert quopri.decodestring(encoded).replace(b"\r\n", b"\n").decode() == "".join(stretches)
    lines = encoded.split(b"\r\n")
    assert [line for line in lines if len(line) > 76 or line.startswith(b".")] == []


@pytest.mark.parametrize("text", [".", "..", ".\n..\n...", "." * 500, " .", "a" * 74 + " .", "\n.\n", "x" * 75 + ".y"])
def test_no_line_begins_with_a_dot(text: str) -> None:
    encoded = quoted.encoded(text)
    assert quopri.decodestring(encoded).replace(b"\r\n", b"\n").decode() == text
    assert [line for line in encoded.split(b"\r\n") if line.startswith(b".") or len(line) > 76] == []


def test_the_policy_of_smtp_finds_nothing_to_mend() -> None:
    facts, who = closed()
    raw = compose(render_shared(facts), who, ENVELOPE)
    assert message_from_bytes(raw, policy=SMTP).defects == []
