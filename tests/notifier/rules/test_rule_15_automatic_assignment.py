"""Rule 15: automatic assignment is part of its cause."""

from __future__ import annotations

from casework.history import HistoryRow
from tests.telling import Telling, told


async def test_submitting_recategorizing_and_reopening_make_no_event_of_assignment(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled(categoryId=town.id_of(town.lights))
    await telling.after(town.rosa, "recategorizeRequest", requestId=request, categoryId=town.id_of(town.potholes))
    await telling.after(town.rosa, "assignRequest", requestId=request, assigneeId=town.id_of(town.mark))
    await telling.after(town.rosa, "closeRequest", requestId=request, comment="Done.")
    await telling.after(town.maya, "reopenRequest", requestId=request, comment="Back.")
    assert await HistoryRow.filter(type="RequestAssigned").count() == 1


async def test_replacing_somebody_by_hand_tells_only_the_new_one(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled()
    mails = await telling.after(town.rosa, "assignRequest", requestId=request, assigneeId=town.id_of(town.mark))
    assert told(mails) == {("mark@example.org", "staff_request_assigned", "assignee")}


async def test_the_automatic_assignee_who_submits_hears_only_as_a_reporter(telling: Telling) -> None:
    await telling.town.report(telling.town.tom)
    assert told(await telling.run()) == {
        ("streets@springfield.example", "staff_request_submitted", "route_address"),
        ("tom@example.org", "request_submitted", "reporter"),
    }
