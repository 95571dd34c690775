"""What each person sees: rules 3, 4 and 5 wherever the API lets somebody look."""

from __future__ import annotations

import json
from typing import Any

from api.ids import global_id
from casework.database import transaction
from casework.ledger import stamp_positions
from casework.people import Person
from tests.town import Town

ALL = """query ($id: ID!) {
  node(id: $id) { __typename id ... on ServiceRequest { ...seen } }
  request(id: $id) { ...seen }
  requests { totalCount nodes { ...seen } }
}
fragment seen on ServiceRequest {
  summary description isAnonymous isPrivate viewerIsReporter
  reporter { name handle } reporterAddress assignee { name } dueAt
  category { name routeAddresses escalateTo assignee { name } switchedOffKinds }
  organization { staff { name } viewerIsStaff }
  comments { totalCount nodes { body visibility byStaff author { name } } }
  history { totalCount nodes { type text isInternal actor { name } comment { body } } }
}"""


async def look(town: Town, person: Person | None, request: str) -> dict[str, Any]:
    async with transaction():
        await stamp_positions()
    return await town.ask(person, ALL, id=request)


async def test_staff_facts_reach_staff_alone(town: Town) -> None:
    request = await town.report()
    await town.done(town.rosa, "assignRequest", requestId=request, assigneeId=town.id_of(town.mark))
    await town.done(town.rosa, "changeDueDate", requestId=request, dueAt="2031-01-02T03:04:05Z")
    await town.done(town.tom, "addComment", requestId=request, body="the word is zyzzyva", visibility="INTERNAL")
    for person in (town.maya, town.ines, town.nell, town.otto, None):
        text = json.dumps(await look(town, person, request))
        for secret in ("zyzzyva", "Mark Stone", "Tom Baker", "2031-01-02", "streets@springfield", "RequestAssigned"):
            assert secret not in text
    inside = (await look(town, town.tom, request))["request"]
    assert inside["assignee"] == {"name": "Mark Stone"}
    assert inside["dueAt"] == "2031-01-02T03:04:05+00:00"
    assert inside["category"]["routeAddresses"] == ["streets@springfield.example"]
    assert [each["body"] for each in inside["comments"]["nodes"]] == ["the word is zyzzyva"]
    assert inside["organization"] == {
        "staff": [{"name": "Mark Stone"}, {"name": "Rosa Diaz"}, {"name": "Tom Baker"}],
        "viewerIsStaff": True,
    }


async def test_a_private_request_is_seen_by_its_reporter_and_staff_only(town: Town) -> None:
    request = await town.report(categoryId=town.id_of(town.complaints), summary="zyzzyva")
    nothing = {"node": None, "request": None, "requests": {"totalCount": 0, "nodes": []}}
    for outsider in (town.ines, town.nell, town.otto, None):
        assert await look(town, outsider, request) == nothing
    for insider in (town.maya, town.tom):
        assert (await look(town, insider, request))["request"]["summary"] == "zyzzyva"


async def test_an_anonymous_reporter_is_named_to_staff_only_in_all_that_they_do(town: Town) -> None:
    request = await town.report(anonymous=True)
    await town.done(town.maya, "updateRequest", requestId=request, place="Elm Street")
    await town.done(town.maya, "addComment", requestId=request, body="Please hurry.")
    await town.done(town.maya, "closeRequest", requestId=request, comment="Never mind.")
    await town.done(town.maya, "reopenRequest", requestId=request, comment="It is back.")
    for person in (town.maya, town.ines, town.otto, None):
        seen = await look(town, person, request)
        assert "Maya" not in json.dumps(seen)
        assert "maya" not in json.dumps(seen)
        assert [each["text"] for each in seen["request"]["history"]["nodes"]] == [
            "Somebody reported this",
            "Somebody mended the report",
            "Somebody commented",
            "Somebody closed this",
            "Somebody reopened this",
        ]
    inside = (await look(town, town.tom, request))["request"]
    assert inside["reporter"] == {"name": "Maya Ortiz", "handle": "maya"}
    assert {each["actor"]["name"] for each in inside["history"]["nodes"]} == {"Maya Ortiz"}
    assert {each["author"]["name"] for each in inside["comments"]["nodes"]} == {"Maya Ortiz"}


async def test_a_member_who_reports_anonymously_is_shown_only_in_what_staff_alone_can_do(town: Town) -> None:
    request = await town.report(town.mark, anonymous=True)
    await town.done(town.mark, "addComment", requestId=request, body="I saw it.")
    await town.done(town.mark, "acknowledgeRequest", requestId=request, comment="We are on it.")
    await town.done(town.mark, "closeRequest", requestId=request, comment="Done.")
    seen = (await look(town, town.ines, request))["request"]
    assert [(each["body"], each["author"], each["byStaff"]) for each in seen["comments"]["nodes"]] == [
        ("I saw it.", None, False),
        ("We are on it.", {"name": "Mark Stone"}, True),
        ("Done.", None, False),
    ]
    assert [each["actor"] for each in seen["history"]["nodes"]] == [None, None, {"name": "Mark Stone"}, None]


async def test_others_are_named_on_an_anonymous_request(town: Town) -> None:
    request = await town.report(anonymous=True)
    await town.done(town.ines, "addComment", requestId=request, body="Same here.")
    seen = (await look(town, None, request))["request"]
    assert seen["comments"]["nodes"][0]["author"] == {"name": "Ines Ferreira"}


async def test_a_comment_is_fetched_by_its_id_only_by_those_who_see_its_request(town: Town) -> None:
    request = await town.report(categoryId=town.id_of(town.complaints))
    payload = await town.done(town.maya, "addComment", "comment { id }", requestId=request, body="About that")
    hush = await town.done(
        town.tom, "addComment", "comment { id }", requestId=request, body="Hush", visibility="INTERNAL"
    )
    see = "query ($id: ID!) { node(id: $id) { ... on Comment { body } } }"
    public = [
        (await town.ask(person, see, id=payload["comment"]["id"]))["node"]
        for person in (town.maya, town.tom, town.ines, town.otto, None)
    ]
    inside = [
        (await town.ask(person, see, id=hush["comment"]["id"]))["node"]
        for person in (town.maya, town.tom, town.ines, town.otto, None)
    ]
    assert public == [{"body": "About that"}, {"body": "About that"}, None, None, None]
    assert inside == [None, {"body": "Hush"}, None, None, None]


async def test_people_are_not_looked_up_by_their_ids(town: Town) -> None:
    see = "query ($id: ID!) { node(id: $id) { ... on Person { name } } }"

    async def seen(viewer: Person | None, person: Person) -> Any:
        return (await town.ask(viewer, see, id=town.id_of(person)))["node"]

    assert await seen(town.maya, town.maya) == {"name": "Maya Ortiz"}
    assert await seen(town.tom, town.rosa) == {"name": "Rosa Diaz"}
    for viewer, person in ((None, town.maya), (town.ines, town.maya), (town.tom, town.maya), (town.otto, town.tom)):
        assert await seen(viewer, person) is None


async def test_a_merged_requests_survivor_is_named_only_to_those_who_see_it(town: Town) -> None:
    duplicate = await town.report(town.ines, categoryId=town.id_of(town.complaints))
    survivor = await town.report(categoryId=town.id_of(town.complaints))
    await town.done(town.tom, "mergeRequest", requestId=duplicate, survivorId=survivor)
    see = "query ($id: ID!) { request(id: $id) { mergedInto { id } } }"
    assert (await town.ask(town.ines, see, id=duplicate))["request"] == {"mergedInto": None}
    assert (await town.ask(town.tom, see, id=duplicate))["request"] == {"mergedInto": {"id": survivor}}


async def test_an_errors_text_tells_nothing_of_the_inside(town: Town) -> None:
    request = await town.report(categoryId=town.id_of(town.complaints), summary="zyzzyva")
    answer = await town.mutate(town.ines, "closeRequest", requestId=request, comment="Done.")
    assert answer["userErrors"] == [
        {"code": "NOT_FOUND", "message": "There is no such request.", "path": ["requestId"]}
    ]


async def test_a_closed_accounts_token_is_refused(town: Town) -> None:
    await Person.filter(id=town.maya.id).update(closed_at=town.maya.created_at)
    answer = await town.post({"query": "{ viewer { name } }"}, token=town.token(town.maya))
    assert answer.status_code == 401
    assert answer.json()["errors"][0]["extensions"]["code"] == "INVALID_TOKEN"


async def test_ids_of_kinds_that_have_no_door_are_nothing(town: Town) -> None:
    see = "query ($id: ID!) { node(id: $id) { __typename } }"
    for kind in ("HistoryEvent", "Session", "Member", "Nonsense"):
        assert await town.ask(town.rosa, see, id=global_id(kind, 1)) == {"node": None}
    for thing, name in ((town.springfield, "Organization"), (town.lights, "RequestCategory")):
        assert await town.ask(None, see, id=town.id_of(thing)) == {"node": {"__typename": name}}
