"""Who was inside and is no more, who is inside elsewhere, and what neither can tell apart."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from api.app import build_app
from api.ids import global_id
from casework.database import close_database, open_database
from casework.people import Person, Session
from curbcast.commands.serving import pages
from tests.api.statements import statements
from tests.boundary.doors import DOORS
from tests.boundary.scene import OUTSIDERS, Scene, open_scene
from tests.listening import listening
from tests.town import nothing_changes, settings

NOT_THERE = 999_999


@pytest.fixture
async def scene(sqlite_database: str) -> AsyncIterator[Scene]:
    await open_database(sqlite_database)
    async with open_scene() as scene:
        yield scene
    await close_database()


async def told(scene: Scene, person: Person | None, mutation: str, values: dict[str, Any]) -> tuple[Any, list[str]]:
    """What a mutation answers, and by which statements."""
    kind = f"{mutation[0].upper()}{mutation[1:]}Input!"
    document = f"mutation ($input: {kind}) {{ {mutation}(input: $input) {{ userErrors {{ code message path }} }} }}"
    with statements() as sent:
        answer = await scene.town.post(
            {"query": document, "variables": {"input": values}}, token=scene.town.token(person)
        )
    return answer.content, sent


async def test_no_deed_tells_a_private_or_held_request_from_one_that_is_not_there(scene: Scene) -> None:
    """By word and by work alike."""
    missing = global_id("ServiceRequest", NOT_THERE)
    for door in (door for door in DOORS if door.on_request):
        for role in OUTSIDERS:
            values = await door.values(scene, role, "public")
            (name,) = set(values) & {"requestId", "requestIds", "contentId"}
            if "survivorId" in values:
                values["survivorId"] = scene.public  # the lowest id, so that it is locked first in any case
            answers = []
            async with nothing_changes():
                for request in (missing, scene.private, scene.held):
                    given = values | {name: [request] if name == "requestIds" else request}
                    answers.append(await told(scene, scene.people[role], door.mutation, given))
            assert answers == [answers[0]] * 3, (door.mutation, role)


async def test_no_look_tells_a_private_or_held_request_from_one_that_is_not_there(scene: Scene, tmp_path: Any) -> None:
    town = scene.town
    config = settings(data_dir=tmp_path)
    transport = httpx.ASGITransport(app=build_app(config, extra_routes=pages(config)))
    see = "query ($id: ID!) { request(id: $id) { number } node(id: $id) { id } }"
    by_number = 'query ($n: Int!) { request(organization: "springfield", number: $n) { id } }'
    asked = [(global_id("ServiceRequest", NOT_THERE), 99), (scene.private, 2), (scene.held, 3)]
    for role in OUTSIDERS:
        person, found = scene.people[role], []
        for request, number in asked:
            with statements() as sent:
                answers = [await town.ask(person, see, id=request), await town.ask(person, by_number, n=number)]
            async with listening(town.app, town.token(person)) as socket:
                heard = await socket.subscribe(
                    f'subscription {{ requestActivity(requestId: "{request}") {{ cursor }} }}'
                )
            found.append((answers, list(sent), heard.errors))
        assert found == [found[0]] * 3, role
        assert found[0][2] is not None
    async with httpx.AsyncClient(transport=transport, base_url="http://town.test") as browser:
        shown = [await browser.get(f"/r/springfield/{number}") for _, number in asked]
    assert [(page.status_code, page.text) for page in shown] == [(404, shown[0].text)] * 3


async def test_a_removed_members_session_and_stream_live_on_as_a_residents(scene: Scene) -> None:
    town, telling = scene.town, scene.telling
    inside = '{ organization(slug: "springfield") { viewerIsStaff heldWords members { role } staff { name } } '
    inside += f'request(id: "{scene.private}") {{ number }} node(id: "{scene.held}") {{ id }} }}'
    follow = f'subscription {{ requestActivity(requestId: "{scene.public}") {{ event {{ comment {{ body }} }} }} }}'
    hush = {"requestId": scene.public, "body": "Hush", "visibility": "INTERNAL"}
    async with listening(town.app, town.token(town.tom)) as socket:
        stream = await socket.subscribe(follow)
        await town.done(town.mark, "addComment", **hush)
        await telling.heard()
        assert stream.taken() == [{"requestActivity": {"event": {"comment": {"body": "Hush"}}}}]
        assert (await town.ask(town.tom, inside))["request"] == {"number": 2}
        place = town.id_of(town.springfield)
        await town.done(town.rosa, "removeMember", organizationId=place, personId=town.id_of(town.tom))
        await town.done(town.mark, "addComment", **hush)
        await telling.heard()
        assert (stream.taken(), stream.code) == ([], "ACCESS_CHANGED")
        again = await socket.subscribe(follow)
        await town.done(town.mark, "addComment", **hush)
        await town.done(town.mark, "addComment", requestId=scene.public, body="We are on it.")
        await telling.heard()
        assert again.taken() == [{"requestActivity": {"event": {"comment": {"body": "We are on it."}}}}]
        private = await socket.subscribe(
            f'subscription {{ requestActivity(requestId: "{scene.private}") {{ cursor }} }}'
        )
        assert private.code == "NOT_FOUND"
        over_the_socket = await socket.subscribe(inside)
    assert await Session.filter(person_id=town.tom.id, revoked_at__isnull=True).count() == 1
    outside = {"viewerIsStaff": False, "heldWords": None, "members": None, "staff": None}
    seen = {"organization": outside, "request": None, "node": None}
    assert await town.ask(town.tom, inside) == seen
    assert over_the_socket.taken() == [seen]
    async with nothing_changes():
        assert await town.refused(town.tom, "addComment", **hush) == ("FORBIDDEN", None)


async def test_staff_of_another_organization_reach_nothing_by_any_way_round(scene: Scene) -> None:
    """From what they may see to what they may not: nested fields, aliases, cursors, their own organization."""
    town = scene.town
    document = f"""{{
      a: requests(first: 1) {{ edges {{ cursor node {{
        organization {{ members {{ person {{ id }} }} invitations {{ address }} staff {{ id }} heldWords }}
        category {{ assignee {{ id }} routeAddresses escalateTo }}
        assignee {{ id }} dueAt
      }} }} }}
      b: node(id: "{scene.private}") {{ ... on ServiceRequest {{ organization {{ members {{ role }} }} }} }}
      c: node(id: "{town.id_of(town.tom)}") {{ id }}
      d: requests(filter: {{ held: true }}) {{ totalCount }}
      e: requests(filter: {{ assignedToMe: true }}) {{ totalCount }}
      f: viewer {{ memberships {{ organization {{ slug members {{ role }} }} }} }}
    }}"""
    found = await town.ask(town.otto, document)
    (edge,) = found["a"]["edges"]
    assert edge["node"] == {
        "organization": {"members": None, "invitations": None, "staff": None, "heldWords": None},
        "category": {"assignee": None, "routeAddresses": None, "escalateTo": None},
        "assignee": None,
        "dueAt": None,
    }
    assert (found["b"], found["c"], found["d"], found["e"]) == (None, None, {"totalCount": 0}, {"totalCount": 0})
    (mine,) = found["f"]["memberships"]
    assert mine["organization"] == {"slug": "shelbyville", "members": [{"role": "OWNER"}]}
    after = await town.ask(
        town.otto,
        "query ($c: String) { requests(after: $c) { nodes { id } pageInfo { hasNextPage } } }",
        c=edge["cursor"],
    )
    assert after == {"requests": {"nodes": [], "pageInfo": {"hasNextPage": False}}}
