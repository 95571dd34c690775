"""Moderation holds before it tells: what is held is its author's and the staff's alone, and news once released."""

from __future__ import annotations

from typing import Any

from api.ids import global_id
from casework.moderation import Flag
from casework.people import Person
from casework.requests import ServiceRequest
from tests.telling import Telling, told
from tests.town import Town, nothing_changes

COMMENTS = """query ($id: ID!) { request(id: $id) { isHeld comments { totalCount nodes { id body isHeld } } } }"""


async def with_words(telling: Telling, *words: str) -> Town:
    town = telling.town
    await town.done(town.mark, "updateOrganization", organizationId=town.id_of(town.springfield), heldWords=list(words))
    return town


async def comments(town: Town, person: Person | None, request: str) -> Any:
    return (await town.ask(person, COMMENTS, id=request))["request"]["comments"]


async def test_a_held_request_is_told_to_nobody_until_it_is_released_and_then_as_if_new(telling: Telling) -> None:
    town = await with_words(telling, "Señor  Blatt")
    request = await town.report(summary="About SENOR blatt's lamp")
    assert await telling.run() == []
    see = "query ($id: ID!) { request(id: $id) { isHeld } requests { totalCount } }"
    for person in (town.ines, town.nell, town.otto, None):
        assert await town.ask(person, see, id=request) == {"request": None, "requests": {"totalCount": 0}}
    for person in (town.maya, town.tom):
        assert await town.ask(person, see, id=request) == {"request": {"isHeld": True}, "requests": {"totalCount": 1}}
    held = await town.ask(town.tom, "{ requests(filter: {held: true}) { nodes { id } } }")
    assert held == {"requests": {"nodes": [{"id": request}]}}
    await town.done(town.tom, "releaseContent", "request { isHeld }", contentId=request)
    assert told(await telling.run()) == {
        ("tom@example.org", "staff_request_submitted", "assignee"),
        ("streets@springfield.example", "staff_request_submitted", "route_address"),
        ("maya@example.org", "request_submitted", "reporter"),
    }
    assert (await town.ask(None, see, id=request))["request"] == {"isHeld": False}


async def test_nothing_is_done_to_a_held_request_that_somebody_would_hear_of(telling: Telling) -> None:
    town = await with_words(telling, "blatt")
    request, other = await town.report(summary="Blatt!"), await town.report()
    async with nothing_changes():
        for person, mutation, values in (
            (town.maya, "addComment", {"body": "Well?"}),
            (town.tom, "addComment", {"body": "@mark?", "visibility": "INTERNAL"}),
            (town.tom, "acknowledgeRequest", {"comment": "Seen"}),
            (town.maya, "closeRequest", {"comment": "Done"}),
            (town.maya, "followRequest", {}),
            (town.tom, "assignRequest", {"assigneeId": town.id_of(town.mark)}),
            (town.tom, "recategorizeRequest", {"categoryId": town.id_of(town.lights)}),
            (town.tom, "changeDueDate", {"dueAt": "2030-01-01T00:00:00Z"}),
            (town.tom, "mergeRequest", {"survivorId": other}),
        ):
            assert await town.refused(person, mutation, requestId=request, **values) == ("HELD", None)
        assert await town.refused(town.tom, "mergeRequest", requestId=other, survivorId=request) == (
            "CANNOT_MERGE",
            ["survivorId"],
        )
        assert await town.refused(town.ines, "releaseContent", contentId=request) == ("NOT_FOUND", ["contentId"])
        assert await town.refused(town.maya, "releaseContent", contentId=request) == ("FORBIDDEN", None)
        assert await town.refused(town.tom, "releaseContent", contentId=other) == ("CONFLICT", None)


async def test_a_held_comment_is_its_authors_and_the_staffs_until_released(telling: Telling) -> None:
    town = await with_words(telling, "blatt")
    request = await telling.settled()
    payload = await town.done(
        town.ines, "addComment", "comment { id isHeld }", requestId=request, body="It was blatt, I say."
    )
    assert payload["comment"]["isHeld"] is True
    assert await telling.run() == []
    node = "query ($id: ID!) { node(id: $id) { id } }"
    for person in (town.maya, town.nell, town.otto, None):
        assert await comments(town, person, request) == {"totalCount": 0, "nodes": []}
        assert await town.ask(person, node, id=payload["comment"]["id"]) == {"node": None}
    await town.report()
    for person in (town.ines, town.tom):
        assert (await comments(town, person, request))["totalCount"] == 1
    held = "{ requests(filter: {held: true}) { nodes { id isHeld } } }"
    for person, waits in ((town.tom, True), (town.ines, True), (town.maya, False), (town.otto, False), (None, False)):
        nodes = [{"id": request, "isHeld": False}] if waits else []
        assert await town.ask(person, held) == {"requests": {"nodes": nodes}}
    await telling.run()
    await town.done(town.tom, "releaseContent", contentId=payload["comment"]["id"])
    assert told(await telling.run()) == {
        ("tom@example.org", "staff_public_comment", "assignee"),
        ("maya@example.org", "request_commented", "reporter"),
    }
    assert (await comments(town, None, request))["totalCount"] == 1


async def test_words_are_words_and_staff_are_not_held(telling: Telling) -> None:
    town = await with_words(telling, "ass", "blatt")
    request = await telling.settled()
    await town.done(town.ines, "addComment", requestId=request, body="I pass the grassy Blättern.")
    await town.done(town.tom, "addComment", requestId=request, body="That ass Blatt again.")
    await telling.run()
    assert (await comments(town, None, request))["totalCount"] == 2


async def test_what_is_part_of_a_deed_is_refused_rather_than_held(telling: Telling) -> None:
    town = await with_words(telling, "blatt")
    request = await telling.settled()
    async with nothing_changes():
        assert await town.refused(town.maya, "closeRequest", requestId=request, comment="Ask Blatt.") == ("HELD", None)
        assert await town.refused(town.maya, "updateRequest", requestId=request, summary="Blatt") == ("HELD", None)


async def test_trust_decides_before_words_do(telling: Telling) -> None:
    town = await with_words(telling, "blatt")
    request = await telling.settled()
    place = town.id_of(town.springfield)
    async with nothing_changes():
        assert await town.refused(
            town.tom, "setTrust", organizationId=place, personId=town.id_of(town.ines), trust="HELD"
        ) == ("NOT_FOUND", ["personId"])
    await town.done(town.ines, "addComment", requestId=request, body="Hello.")
    await town.done(town.tom, "setTrust", organizationId=place, personId=town.id_of(town.ines), trust="HELD")
    await town.done(town.tom, "setTrust", organizationId=place, personId=town.id_of(town.maya), trust="TRUSTED")
    await town.done(town.ines, "addComment", requestId=request, body="Hello again.")
    await town.done(town.maya, "addComment", requestId=request, body="Blatt it is.")
    assert [each["body"] for each in (await comments(town, None, request))["nodes"]] == ["Hello.", "Blatt it is."]


async def test_guests_may_be_held_altogether_and_are_asked_on_release(telling: Telling) -> None:
    town = telling.town
    await town.done(town.mark, "updateOrganization", organizationId=town.id_of(town.springfield), holdGuests=True)
    payload = await town.done(
        None,
        "submitRequest",
        "request { id isHeld }",
        organizationId=town.id_of(town.springfield),
        categoryId=town.id_of(town.lights),
        summary="A dark lamp",
        reporterAddress="guest@example.net",
    )
    assert payload["request"]["isHeld"] is True
    assert await telling.run() == []
    await town.done(town.tom, "releaseContent", contentId=payload["request"]["id"])
    assert told(await telling.run()) == {("guest@example.net", "confirm_email", "account")}


async def test_anybody_flags_what_they_see_and_staff_alone_read_it(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled()
    private = await town.report(categoryId=town.id_of(town.complaints))
    await telling.run()
    for person in (None, town.ines, town.ines):
        await town.done(person, "flagContent", contentId=request, reason="This is rude.")
    assert await Flag.all().count() == 2
    assert await telling.run() == []
    flagged = "{ requests(filter: {flagged: true}) { nodes { id } } }"
    assert (await town.ask(town.tom, flagged))["requests"]["nodes"] == [{"id": request}]
    for outsider in (None, town.maya, town.ines, town.otto):
        assert (await town.ask(outsider, flagged))["requests"]["nodes"] == []
    see = "query ($id: ID!) { request(id: $id) { history { nodes { type reason actor { name } } } } }"
    staff = (await town.ask(town.tom, see, id=request))["request"]["history"]["nodes"]
    assert [(each["type"], each["reason"]) for each in staff][1:] == [("ContentFlagged", "This is rude.")] * 2
    outside = (await town.ask(town.maya, see, id=request))["request"]["history"]["nodes"]
    assert [each["type"] for each in outside] == ["RequestSubmitted"]
    async with nothing_changes():
        assert await town.refused(town.ines, "flagContent", contentId=private, reason="X") == (
            "NOT_FOUND",
            ["contentId"],
        )
        for content in ("nonsense", global_id("Person", 1)):
            assert await town.refused(town.ines, "flagContent", contentId=content, reason="X") == (
                "INVALID",
                ["contentId"],
            )
        assert await town.refused(town.ines, "flagContent", contentId=request, reason=" ") == (
            "INVALID",
            ["reason"],
        )


async def test_a_request_that_is_mended_while_it_waits_is_still_held(telling: Telling) -> None:
    town = await with_words(telling, "blatt")
    request = await town.report(summary="Blatt!")
    await town.done(town.maya, "updateRequest", requestId=request, summary="A dark lamp")
    assert (await ServiceRequest.get()).held_at is not None
    assert await telling.run() == []
