"""A request is reopened: its assignee and the category's route addresses hear of it."""

from __future__ import annotations

from tests.telling import Telling, mail_to, told


async def test_the_assignee_and_the_route_address_hear(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled()
    await telling.after(town.rosa, "closeRequest", requestId=request, comment="Done.")
    mails = await telling.after(town.maya, "reopenRequest", requestId=request, comment="It is back.")
    assert told(mails) == {
        ("tom@example.org", "staff_request_reopened", "assignee"),
        ("streets@springfield.example", "staff_request_reopened", "route_address"),
    }
    assert "It is back." in mail_to(mails, "tom@example.org").text


async def test_who_is_displaced_by_automatic_assignment_hears_too(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled()
    await telling.after(town.rosa, "assignRequest", requestId=request, assigneeId=town.id_of(town.mark))
    await telling.after(town.rosa, "closeRequest", requestId=request, comment="Done.")
    mails = await telling.after(town.maya, "reopenRequest", requestId=request, comment="It is back.")
    assert told(mails) == {
        ("tom@example.org", "staff_request_reopened", "assignee"),
        ("mark@example.org", "staff_request_reopened", "was_assignee"),
        ("streets@springfield.example", "staff_request_reopened", "route_address"),
    }
