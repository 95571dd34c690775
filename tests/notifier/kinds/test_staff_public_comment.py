"""Somebody comments in public: the assignee hears of it."""

from __future__ import annotations

from tests.telling import Telling, mail_to, told


async def test_the_assignee_hears_what_a_resident_says(telling: Telling) -> None:
    request = await telling.settled()
    mails = await telling.after(
        telling.town.ines, "addComment", requestId=request, body="A cyclist fell here.", visibility="PUBLIC"
    )
    assert told(mails) == {
        ("tom@example.org", "staff_public_comment", "assignee"),
        ("maya@example.org", "request_commented", "reporter"),
    }
    mail = mail_to(mails, "tom@example.org")
    assert "Ines Ferreira" in mail.text
    assert "A cyclist fell here." in mail.text


async def test_the_assignee_does_not_hear_their_own_words(telling: Telling) -> None:
    request = await telling.settled()
    mails = await telling.after(
        telling.town.tom, "addComment", requestId=request, body="We come on Friday.", visibility="PUBLIC"
    )
    assert told(mails) == {("maya@example.org", "request_commented", "reporter")}
