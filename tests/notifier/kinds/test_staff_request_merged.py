"""A duplicate is merged: the survivor's assignee hears of it."""

from __future__ import annotations

from tests.telling import Telling, mail_to, told


async def test_the_survivors_assignee_hears(telling: Telling) -> None:
    town = telling.town
    survivor = await telling.settled(town.ines, summary="Hole at number 12")
    duplicate = await telling.settled()
    await telling.after(town.rosa, "assignRequest", requestId=survivor, assigneeId=town.id_of(town.mark))
    mails = await telling.after(town.rosa, "mergeRequest", requestId=duplicate, survivorId=survivor)
    assert told(mails) == {
        ("mark@example.org", "staff_request_merged", "assignee"),
        ("maya@example.org", "request_merged", "reporter"),
    }
    mail = mail_to(mails, "mark@example.org")
    assert "Hole at number 12" in mail.text
    assert "A pothole on Elm Street" in mail.text
