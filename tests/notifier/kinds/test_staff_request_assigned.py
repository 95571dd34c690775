"""A request is given to somebody by hand: only the new assignee hears of it."""

from __future__ import annotations

from tests.telling import Telling, told


async def test_only_the_new_assignee_hears_of_it(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled()
    mails = await telling.after(town.rosa, "assignRequest", requestId=request, assigneeId=town.id_of(town.mark))
    assert told(mails) == {("mark@example.org", "staff_request_assigned", "assignee")}
    assert mails[0].subject == "A pothole on Elm Street (#1)"
    assert "Rosa Diaz" in mails[0].text
    assert "This request is assigned to you." in mails[0].text


async def test_nobody_is_told_that_they_took_a_request_themselves(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled()
    assert await telling.after(town.mark, "assignRequest", requestId=request, assigneeId=town.id_of(town.mark)) == []
    assert await telling.skips("staff_request_assigned") == {f"person:{town.mark.id}": "actor"}


async def test_who_is_no_longer_the_assignee_when_the_mail_would_go_gets_none(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled()
    await town.done(town.rosa, "assignRequest", requestId=request, assigneeId=town.id_of(town.mark))
    await telling.relay()
    await town.done(town.rosa, "assignRequest", requestId=request, assigneeId=town.id_of(town.tom))
    assert told(await telling.run()) == {("tom@example.org", "staff_request_assigned", "assignee")}
    assert await telling.skips("staff_request_assigned") == {f"person:{town.mark.id}": "no_longer_true"}
