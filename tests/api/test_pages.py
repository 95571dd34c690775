"""Lists: what is found, in which order, page by page, and with how many statements."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from casework import clock
from casework.database import transaction
from casework.ledger import stamp_positions
from casework.requests import Comment, ServiceRequest
from tests.api.statements import statements
from tests.town import Town

FIND = """query ($filter: RequestFilter, $first: Int, $after: String, $last: Int, $before: String) {
  requests(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
    totalCount
    edges { cursor node { summary } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}"""

PAGE = """query ($first: Int!) {
  requests(first: $first) {
    totalCount
    nodes {
      number category { name assignee { name } } organization { name categories { name } staff { name } }
      reporter { name } assignee { name } viewerFollows viewerMutes mergedInto { number }
      viewerCan { close { allowed } orderWork { allowed } } workOrders { summary assignee { name } request { number } }
      comments(last: 5) { totalCount nodes { body author { name } } }
      history(last: 5) {
        totalCount nodes { text actor { name } comment { body author { name } } workOrder { number } }
      }
    }
  }
}"""


async def found(town: Town, person: Any = None, **filter: Any) -> list[str]:
    answer = await town.ask(person, FIND, filter=filter)
    names = [edge["node"]["summary"] for edge in answer["requests"]["edges"]]
    assert answer["requests"]["totalCount"] == len(names)
    return names


async def test_the_newest_report_comes_first_and_pages_fit_together_while_rows_come_and_go(town: Town) -> None:
    ids = [await town.report(summary=f"Hole {n}") for n in range(1, 8)]

    async def page(**window: Any) -> tuple[list[str], dict[str, Any]]:
        answer = (await town.ask(None, FIND, **window))["requests"]
        return [edge["node"]["summary"] for edge in answer["edges"]], answer["pageInfo"]

    first, at = await page(first=3)
    assert (first, at["hasNextPage"], at["hasPreviousPage"]) == (["Hole 7", "Hole 6", "Hole 5"], True, False)
    await town.report(summary="Hole 8")
    await town.done(town.tom, "setRequestVisibility", requestId=ids[4], hidden=True)
    second, at = await page(first=3, after=at["endCursor"])
    assert (second, at["hasNextPage"], at["hasPreviousPage"]) == (["Hole 4", "Hole 3", "Hole 2"], True, True)
    third, end = await page(first=3, after=at["endCursor"])
    assert (third, end["hasNextPage"]) == (["Hole 1"], False)
    back, _ = await page(last=2, before=at["startCursor"])
    assert back == ["Hole 7", "Hole 6"]
    assert await page(first=0) == (
        [],
        {"hasNextPage": True, "hasPreviousPage": False, "startCursor": None, "endCursor": None},
    )


async def test_a_page_has_at_most_a_hundred_and_usually_twenty(town: Town) -> None:
    viewer = await town.viewer(town.maya)
    now = clock.now()
    await ServiceRequest.bulk_create(
        [
            ServiceRequest(
                organization_id=town.springfield.id,
                category_id=town.potholes.id,
                number=number,
                summary="Hole",
                reporter_id=viewer.person_id,
                created_at=now,
                updated_at=now,
            )
            for number in range(1, 106)
        ]
    )
    sizes = [
        len((await town.ask(None, FIND, **window))["requests"]["edges"])
        for window in ({}, {"first": 1000}, {"last": 2**31 - 1})
    ]
    assert sizes == [20, 100, 100]


async def test_requests_are_found_by_what_they_are(town: Town) -> None:
    with time_machine.travel(clock.now() - timedelta(days=2), tick=False):
        old = await town.report(summary="Old hole", latitude=42.0, longitude=-71.0)
    lamp = await town.report(
        town.ines, summary="A lamp 100% dark", categoryId=town.id_of(town.lights), description="Near the Oak_tree"
    )
    await town.report(
        town.otto,
        summary="Thistles",
        organizationId=town.id_of(town.shelbyville),
        categoryId=town.id_of(town.weeds),
        latitude=42.5,
        longitude=179.5,
    )
    await town.done(town.tom, "closeRequest", requestId=lamp, comment="Bright.")
    assert await found(town, organization="springfield") == ["A lamp 100% dark", "Old hole"]
    assert await found(town, status=["OPEN"]) == ["Thistles", "Old hole"]
    assert await found(town, status=[]) == []
    assert await found(town, categoryIds=[town.id_of(town.lights), town.id_of(town.weeds)]) == [
        "Thistles",
        "A lamp 100% dark",
    ]
    assert await found(town, boundingBox={"west": -72, "east": -71, "south": 42, "north": 43}) == ["Old hole"]
    assert await found(town, boundingBox={"west": 170, "east": -170, "south": 42, "north": 43}) == ["Thistles"]
    assert await found(town, text="LAMP") == ["A lamp 100% dark"]
    assert await found(town, text="oak_TREE") == ["A lamp 100% dark"]
    assert await found(town, text="100%") == ["A lamp 100% dark"]
    assert await found(town, text="oakXtree") == []
    assert await found(town, text="#2") == ["A lamp 100% dark"]
    assert await found(town, text="'; DROP TABLE comment; --") == []
    assert await found(town, text="99999999999999999999") == []
    assert await found(town, updatedSince=(clock.now() - timedelta(days=1)).isoformat()) == [
        "Thistles",
        "A lamp 100% dark",
    ]
    assert await found(town, town.ines, mine=True) == ["A lamp 100% dark"]
    assert await found(town, town.tom, assignedToMe=True) == ["Old hole"]
    assert await found(town, town.maya, assignedToMe=True) == []
    assert await town.ask(None, 'query { request(organization: "springfield", number: 1) { id } }') == {
        "request": {"id": old}
    }


async def test_what_one_follows_and_reported_is_listed(town: Town) -> None:
    ids = [await town.report(summary=f"Hole {n}") for n in range(3)]
    for request in (ids[2], ids[0], ids[1]):
        await town.done(town.ines, "followRequest", requestId=request)
    await town.done(town.ines, "unfollowRequest", requestId=ids[0])
    await town.done(town.tom, "setRequestVisibility", requestId=ids[1], hidden=True)
    document = """{ viewer {
      name address isConfirmed person { handle }
      followedRequests { totalCount nodes { summary viewerFollows } }
      reportedRequests(first: 2) { totalCount nodes { summary } pageInfo { hasNextPage } }
    } }"""
    ines, maya = await town.ask(town.ines, document), await town.ask(town.maya, document)
    assert ines["viewer"] == {
        "name": "Ines Ferreira",
        "address": "ines@example.org",
        "isConfirmed": True,
        "person": {"handle": "ines"},
        "followedRequests": {"totalCount": 1, "nodes": [{"summary": "Hole 2", "viewerFollows": True}]},
        "reportedRequests": {"totalCount": 0, "nodes": [], "pageInfo": {"hasNextPage": False}},
    }
    assert maya["viewer"]["reportedRequests"] == {
        "totalCount": 3,
        "nodes": [{"summary": "Hole 2"}, {"summary": "Hole 1"}],
        "pageInfo": {"hasNextPage": True},
    }
    assert await town.ask(None, document) == {"viewer": None}


async def test_comments_page_from_both_ends(town: Town) -> None:
    request, other = await town.report(), await town.report()
    for n in range(1, 6):
        await town.done(town.ines, "addComment", requestId=request, body=f"{n}")
        await town.done(town.ines, "addComment", requestId=other, body=f"other {n}")
    document = """query ($id: ID!, $first: Int, $after: String, $last: Int, $before: String) { request(id: $id) {
      comments(first: $first, after: $after, last: $last, before: $before) {
        totalCount nodes { body } edges { cursor } pageInfo { hasNextPage hasPreviousPage }
      } } }"""

    async def page(**window: Any) -> tuple[list[str], bool, bool, list[str]]:
        comments = (await town.ask(None, document, id=request, **window))["request"]["comments"]
        assert comments["totalCount"] == 5
        at = comments["pageInfo"]
        bodies = [each["body"] for each in comments["nodes"]]
        return bodies, at["hasPreviousPage"], at["hasNextPage"], [each["cursor"] for each in comments["edges"]]

    newest = await page(last=2)
    assert newest[:3] == (["4", "5"], True, False)
    assert (await page(last=2, before=newest[3][0]))[:3] == (["2", "3"], True, True)
    oldest = await page(first=2)
    assert oldest[:3] == (["1", "2"], False, True)
    assert (await page(first=3, after=oldest[3][1]))[:3] == (["3", "4", "5"], True, False)


async def test_history_is_read_by_position(town: Town) -> None:
    request = await town.report()
    await town.done(town.ines, "followRequest", requestId=request)
    await town.done(town.tom, "acknowledgeRequest", requestId=request, comment="Seen.")
    await town.done(town.tom, "assignRequest", requestId=request, assigneeId=town.id_of(town.mark))
    document = """query ($id: ID!, $after: String) { request(id: $id) { history(first: 10, after: $after) {
      totalCount nodes { type text isInternal actor { handle } comment { body } } pageInfo { startCursor }
    } } }"""
    assert (await town.ask(None, document, id=request))["request"]["history"]["totalCount"] == 0
    async with transaction():
        await stamp_positions()
    outside = (await town.ask(None, document, id=request))["request"]["history"]
    assert outside["nodes"] == [
        {
            "type": "RequestSubmitted",
            "text": "Maya Ortiz reported this",
            "isInternal": False,
            "actor": {"handle": "maya"},
            "comment": None,
        },
        {
            "type": "RequestAcknowledged",
            "text": "Tom Baker acknowledged this",
            "isInternal": False,
            "actor": {"handle": "tom"},
            "comment": {"body": "Seen."},
        },
    ]
    inside = (await town.ask(town.tom, document, id=request))["request"]["history"]
    assert [each["type"] for each in inside["nodes"]] == [
        "RequestSubmitted",
        "RequestAcknowledged",
        "RequestAssigned",
    ]
    assert (outside["totalCount"], inside["totalCount"]) == (2, 3)
    later = await town.ask(town.tom, document, id=request, after=outside["pageInfo"]["startCursor"])
    assert [each["type"] for each in later["request"]["history"]["nodes"]] == ["RequestAcknowledged", "RequestAssigned"]


@pytest.mark.parametrize("who", ["ines", "tom", "nobody"])
async def test_the_number_of_statements_does_not_depend_on_the_size_of_the_page(town: Town, who: str) -> None:
    person = {"ines": town.ines, "tom": town.tom, "nobody": None}[who]
    survivor, place = await town.report(), town.id_of(town.springfield)
    await town.done(town.rosa, "updateOrganization", organizationId=place, usesWork=True)
    for n in range(12):
        request = await town.report(town.ines if n % 2 else town.maya)
        for author in (town.maya, town.ines, town.tom):
            await town.done(author, "addComment", requestId=request, body="hm")
        await town.done(town.tom, "addComment", requestId=request, body="hush", visibility="INTERNAL")
        work = {"organizationId": place, "summary": "Fill it", "assigneeId": town.id_of(town.mark)}
        await town.done(town.tom, "createWorkOrder", requestId=request, **work)
        if n % 2 == 0:
            await town.done(town.tom, "mergeRequest", requestId=request, survivorId=survivor)
    async with transaction():
        await stamp_positions()
    counts = []
    for size in (2, 12):
        with statements() as sent:
            answer = await town.ask(person, PAGE, first=size)
        assert len(answer["requests"]["nodes"]) == size
        counts.append(len(sent))
    assert counts[0] == counts[1]
    assert counts[0] <= 22


async def test_the_total_is_counted_only_if_asked_for(town: Town) -> None:
    await town.report()
    with statements() as without:
        await town.ask(None, "{ requests { nodes { id } } }")
    with statements() as counted:
        await town.ask(None, "{ requests { nodes { id } totalCount } }")
    assert (len(without), len(counted)) == (3, 4)
    assert await Comment.all().count() == 0
