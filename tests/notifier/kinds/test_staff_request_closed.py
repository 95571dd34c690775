"""A request is closed by a resident or an official: its assignee hears of it."""

from __future__ import annotations

from tests.telling import Telling, mail_to, told


async def test_the_assignee_hears_when_an_official_closes(telling: Telling) -> None:
    request = await telling.settled()
    mails = await telling.after(telling.town.rosa, "closeRequest", requestId=request, comment="Filled on Monday.")
    assert told(mails) == {
        ("tom@example.org", "staff_request_closed", "assignee"),
        ("maya@example.org", "request_closed", "reporter"),
    }
    mail = mail_to(mails, "tom@example.org")
    assert mail.subject == "A pothole on Elm Street (#1)"
    assert "Filled on Monday." in mail.text
    assert "This request is assigned to you." in mail.text


async def test_the_assignee_hears_when_a_resident_closes(telling: Telling) -> None:
    request = await telling.settled()
    mails = await telling.after(telling.town.maya, "closeRequest", requestId=request, comment="It is gone.")
    assert told(mails) == {("tom@example.org", "staff_request_closed", "assignee")}
    assert "Maya Ortiz" in mails[0].text
