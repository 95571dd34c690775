"""Mail that stays here, as files: whole, in order, not too many, and nothing else can be read through it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine

from notifier import captured
from notifier.captured import CapturedMail
from notifier.outcome import Outcome

SENDER = "curbcast@springfield.example"
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


async def send(mail: CapturedMail, subject: str, to: str = "maya@example.org") -> Outcome:
    return await mail.send(f"Subject: {subject}\r\n\r\nHello\r\n".encode(), sender=SENDER, recipient=to)


def subjects(mail: CapturedMail, **choice: str) -> list[str]:
    return [heading.subject for heading in mail.newest(100, **choice)]


async def test_the_newest_mail_comes_first_and_is_kept_as_it_was(tmp_path: Path) -> None:
    mail = CapturedMail(tmp_path / "mail")
    assert mail.newest(10) == []
    with time_machine.travel(NOON, tick=False) as clock:
        for n in range(3):
            assert await send(mail, f"Mail {n}") == Outcome("sent", 250, "captured")
            clock.shift(60)
    newest = mail.newest(2)
    assert [heading.subject for heading in newest] == ["Mail 2", "Mail 1"]
    assert (newest[1].recipient, newest[1].at) == ("maya@example.org", NOON.replace(minute=1))
    assert mail.raw(newest[1].id) == b"Subject: Mail 1\r\n\r\nHello\r\n"
    message = mail.read(newest[1].id)
    assert message is not None
    assert message.get_content() == "Hello\r\n"


async def test_two_mails_of_the_same_moment_to_the_same_reader_are_two(tmp_path: Path) -> None:
    mail = CapturedMail(tmp_path)
    with time_machine.travel(NOON, tick=False):
        await send(mail, "One")
        await send(mail, "Two")
    assert sorted(subjects(mail)) == ["One", "Two"]


async def test_mail_is_found_by_its_reader(tmp_path: Path) -> None:
    mail = CapturedMail(tmp_path)
    for address in ("maya@example.org", "tom-baker@example.org", "josé/../x@example.org", f"{'ü' * 200}@example.org"):
        await send(mail, f"To {address[0]}", to=address)
    assert subjects(mail, recipient="TOM-b") == ["To t"]
    assert subjects(mail, recipient="josé/../x@") == ["To j"]
    assert subjects(mail, recipient="nobody") == []
    assert mail.recipients()[:3] == ["josé/../x@example.org", "maya@example.org", "tom-baker@example.org"]
    assert len(subjects(mail)) == 4


async def test_only_the_newest_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(captured, "KEPT", 3)
    monkeypatch.setattr(captured, "_SLACK", 2)
    mail = CapturedMail(tmp_path)
    with time_machine.travel(NOON, tick=False) as clock:
        for n in range(6):
            await send(mail, str(n))
            clock.shift(1)
    assert subjects(mail) == ["5", "4", "3"]


@pytest.mark.parametrize("mail_id", ["", "secret", "../secret", "20260601T120000000000-abcdef-../../secret", "a\0b"])
async def test_no_other_file_is_read_through_a_mails_id(tmp_path: Path, mail_id: str) -> None:
    (tmp_path / "secret.eml").write_text("Subject: Secret\n\n")
    mail = CapturedMail(tmp_path / "mail")
    await send(mail, "Mine")
    assert mail.raw(mail_id) is None
    assert mail.read(mail_id) is None
