"""Staff talk among themselves: the assignee hears, and no resident ever."""

from __future__ import annotations

from tests.telling import Telling, leave, told


async def test_the_assignee_hears_and_the_reporter_does_not(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled()
    await telling.followed(request, town.ines)
    mails = await telling.after(
        town.rosa, "addComment", requestId=request, body="The depot has no tar.", visibility="INTERNAL"
    )
    assert told(mails) == {("tom@example.org", "staff_internal_comment", "assignee")}
    assert "The depot has no tar." in mails[0].text
    assert "The depot has no tar." in mails[0].html


async def test_an_assignee_who_left_the_organization_hears_nothing(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled()
    await town.done(town.rosa, "addComment", requestId=request, body="Quietly.", visibility="INTERNAL")
    await leave(town.springfield, town.tom)
    assert await telling.run() == []
    assert await telling.skips("staff_internal_comment") == {f"person:{town.tom.id}": "not_staff"}
