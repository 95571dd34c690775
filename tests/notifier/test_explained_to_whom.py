"""Who is told what of why: readers about themselves, staff about what happened in their organization."""

from __future__ import annotations

from typing import Any

import pytest

from api.ids import global_id
from casework.history import HistoryRow
from notifier.notifications import Notification
from notifier.outcome import Outcome
from tests.notifier.kinds.test_staff_work_order_assigned import order
from tests.notifier.test_explain import ASKED, CIRCLE, PLACE, why
from tests.telling import Telling


async def test_ones_own_areas_say_why_they_did_not_match_and_staff_are_not_told_of_them(telling: Telling) -> None:
    town = telling.town
    lights, potholes = town.id_of(town.lights), town.id_of(town.potholes)
    for name, values in (
        ("Far away", {**CIRCLE, "latitude": 42.0}),
        ("Potholes", {**CIRCLE, "categoryIds": [potholes]}),
        ("Trees", {**CIRCLE, "keywords": "tree"}),
    ):
        await town.done(town.ines, "createWatchArea", name=name, **values)
    request = await telling.settled(categoryId=lights, **PLACE)
    await town.done(town.ines, "createWatchArea", name="Later", **CIRCLE)
    found = await why(telling, town.ines, request, "RequestSubmitted")
    assert (found["cause"], found["rule"]) == ("no_area", 7)
    areas = {each["details"][0]: each["cause"] for each in found["missing"] if each["details"]}
    assert areas == {
        "Far away": "area_elsewhere",
        "Potholes": "area_other_category",
        "Trees": "area_other_words",
        "Later": "area_other_time",
    }
    inside = await why(telling, town.rosa, request, "RequestSubmitted", personId=town.id_of(town.ines))
    assert [each["details"] for each in inside["missing"]] == [[], []]
    await town.done(town.ines, "createWatchArea", name="All", **CIRCLE)
    second = await telling.settled(categoryId=lights, **PLACE)
    theirs = await why(telling, town.ines, second, "RequestSubmitted")
    assert theirs["reasons"][0]["details"] == ["Later"]
    seen = await why(telling, town.rosa, second, "RequestSubmitted", personId=town.id_of(town.ines))
    assert {(each["reason"], *each["details"]) for each in seen["reasons"]} == {("watch_area",)}


async def test_staff_see_what_the_mail_server_answered_by_its_code_and_the_reader_in_full(telling: Telling) -> None:
    town = telling.town
    telling.transport.answer = lambda recipient: Outcome("failed", 550, f"5.1.1 <{recipient}> unknown")
    request = await telling.settled()
    own = await why(telling, town.maya, request, "RequestSubmitted")
    assert (own["state"], own["cause"]) == ("FAILED", "refused")
    assert own["delivery"]["attempts"] == [
        {"outcome": "FAILED", "code": 550, "detail": "5.1.1 <maya@example.org> unknown"}
    ]
    staff = await why(telling, town.rosa, request, "RequestSubmitted", personId=town.id_of(town.maya))
    assert staff["delivery"]["attempts"] == [{"outcome": "FAILED", "code": 550, "detail": ""}]
    street = await why(telling, town.rosa, request, "RequestSubmitted", address="streets@springfield.example")
    assert (street["state"], street["reasons"][0]["reason"]) == ("FAILED", "route_address")


async def test_what_is_being_told_is_foretold(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled()
    await town.done(town.maya, "muteRequest", requestId=request)
    await town.done(town.rosa, "closeRequest", requestId=request, comment="Done.")
    found = await why(telling, town.maya, request, "RequestClosed")
    assert (found["state"], found["cause"], found["kind"]) == (None, "not_told_yet", "request_closed")
    assert [(each["reason"], each["cause"]) for each in found["reasons"]] == [("reporter", "muted")]


async def test_residents_ask_about_themselves_alone_and_never_of_what_is_internal(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled()
    await telling.after(town.rosa, "addComment", requestId=request, body="Hush.", visibility="INTERNAL")
    types = [each["eventType"] for each in (await town.ask(town.maya, ASKED, requestId=request))["explainNotification"]]
    assert types == ["RequestSubmitted"]
    about_tom = {"requestId": request, "personId": town.id_of(town.tom)}
    for stranger in (town.maya, town.ines, town.otto):
        assert (await town.ask(stranger, ASKED, **about_tom))["explainNotification"] == []
    inside = (await town.ask(town.rosa, ASKED, **about_tom))["explainNotification"]
    assert [each["eventType"] for each in inside] == ["RequestSubmitted", "InternalCommentAdded"]
    row = await Notification.filter(kind="staff_internal_comment").first()
    assert row is not None
    event = {"eventId": global_id("HistoryEvent", row.event_id)}
    assert (await town.ask(town.maya, ASKED, **event))["explainNotification"] == []
    assert len((await town.ask(town.tom, ASKED, **event))["explainNotification"]) == 1


async def test_who_follows_is_nobody_elses_business(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled()
    await telling.followed(request, town.ines)
    assert (await why(telling, town.ines, request, "RequestFollowed"))["state"] == "SENT"
    inside = await town.ask(town.rosa, ASKED, requestId=request, personId=town.id_of(town.ines))
    assert [each["eventType"] for each in inside["explainNotification"]] == ["RequestSubmitted"]


async def test_staff_ask_about_work_that_is_on_no_request_and_nobody_else_does(telling: Telling) -> None:
    town = telling.town
    work = await order(telling, assigneeId=town.id_of(town.tom))
    await telling.after(town.tom, "completeWorkOrder", workOrderId=work)
    told = "{ viewer { notifications { nodes { request { id } event { id text workOrder { summary } } } } } }"
    (mine,) = (await town.ask(town.tom, told))["viewer"]["notifications"]["nodes"]
    about = {"eventId": mine["event"].pop("id")}
    assert mine == {
        "request": None,
        "event": {"text": "Rosa Diaz changed who is to do the work", "workOrder": {"summary": "Fit a new lamp"}},
    }
    for person, reader in ((town.tom, {}), (town.rosa, {"personId": town.id_of(town.tom)})):
        (found,) = (await town.ask(person, ASKED, **about, **reader))["explainNotification"]
        assert (found["state"], found["kind"], found["cause"]) == ("SENT", "staff_work_order_assigned", None)
        assert [(each["reason"], each["cause"]) for each in found["reasons"]] == [("assignee", None)]
        assert found["event"] == {"type": "WorkOrderAssigned"}
    (found,) = (await town.ask(town.mark, ASKED, **about))["explainNotification"]
    assert (found["state"], found["cause"], found["rule"]) == (None, "not_worker", 2)
    for outsider in (town.maya, town.otto):
        for reader in ({}, {"personId": town.id_of(town.tom)}):
            assert (await town.ask(outsider, ASKED, **about, **reader))["explainNotification"] == []
    completed = await HistoryRow.get(type="WorkOrderCompleted")
    done = {"eventId": global_id("HistoryEvent", completed.id)}
    assert (await town.ask(town.rosa, ASKED, **done))["explainNotification"][0]["cause"] == "nobody_is_told"


@pytest.mark.parametrize(
    ("arguments", "path"),
    [
        ({}, ["requestId"]),
        ({"requestId": "x"}, ["requestId"]),
        ({"requestId": global_id("ServiceRequest", 1), "eventId": global_id("HistoryEvent", 1)}, ["requestId"]),
        ({"eventId": global_id("ServiceRequest", 1)}, ["eventId"]),
        ({"requestId": global_id("ServiceRequest", 1), "address": "no address"}, ["address"]),
    ],
)
async def test_a_question_that_names_nothing_is_refused(telling: Telling, arguments: Any, path: Any) -> None:
    town = telling.town
    answer = await town.graphql(town.token(town.maya), ASKED, arguments)
    assert [error["extensions"] for error in answer["errors"]] == [{"code": "INVALID", "path": path}]
