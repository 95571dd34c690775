"""Staff acknowledge a request: its assignee hears of it."""

from __future__ import annotations

from tests.telling import Telling, mail_to, told


async def test_the_assignee_hears_and_reads_the_note(telling: Telling) -> None:
    request = await telling.settled()
    mails = await telling.after(telling.town.rosa, "acknowledgeRequest", requestId=request, comment="On our list.")
    assert told(mails) == {
        ("tom@example.org", "staff_request_acknowledged", "assignee"),
        ("maya@example.org", "request_acknowledged", "reporter"),
    }
    mail = mail_to(mails, "tom@example.org")
    assert "On our list." in mail.text
    assert "On our list." in mail.html
    assert "Rosa Diaz" in mail.text


async def test_a_member_who_follows_hears_as_staff(telling: Telling) -> None:
    request = await telling.settled()
    await telling.followed(request, telling.town.mark)
    mails = await telling.after(telling.town.rosa, "acknowledgeRequest", requestId=request, comment="On our list.")
    assert ("mark@example.org", "staff_request_acknowledged", "staff_subscriber, follower") in told(mails)
