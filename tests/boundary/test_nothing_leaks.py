"""Words that only insiders may read are planted everywhere, and looked for in all that outsiders can get at.

By query (every field of the schema, as deep as it goes), by mutation and error text, by page, by mail.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, cast

import httpx
import pytest
from graphql import (
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_required_argument,
)

from api.app import build_app
from api.ids import cursor, global_id
from api.schema import executable_schema
from casework.actions.accounts import create_person, start_session
from casework.actions.deadlines import ring_clocks
from casework.actions.members import invite_member
from casework.people import Person, Role
from casework.requests import ServiceRequest
from curbcast.commands.serving import pages
from tests.boundary.doors import DOORS
from tests.boundary.scene import OUTSIDERS, Scene, open_scene
from tests.listening import listening
from tests.town import settings

SECRETS = (
    "zqinternal",
    "zqprivate",
    "zqanon",
    "zqheld",
    "zqmail",
    "zqflag",
    "zqanswer",
    "2033-03-03",  # a due date
    "2034-04-04",  # the SLA's
    "2024-02-02",  # a date that has passed, and was escalated
    "the deadline has passed",
    "zqrule",
    '"amount": 4321',
)
_SCHEMA = executable_schema()
TYPES = tuple(kind.name for kind in _SCHEMA.get_possible_types(cast(GraphQLInterfaceType, _SCHEMA.type_map["Node"])))
ARGUMENTS = {
    "request": [f'(organization: "springfield", number: {number})' for number in range(1, 10)]
    + [f'(id: "{global_id("ServiceRequest", number)}")' for number in range(1, 10)],
    "requests": [
        "(first: 100)",
        *(f"(filter: {{text: {json.dumps(word)}}})" for word in SECRETS),
        "(filter: {held: true})",
    ],
    "organization": ['(slug: "springfield")', '(slug: "shelbyville")'],
    "explainNotification": [
        f'(requestId: "{global_id("ServiceRequest", number)}"{whom})'
        for number in range(1, 10)
        for whom in ("", f', personId: "{global_id("Person", 1)}"')
    ]
    + [f'(eventId: "{global_id("HistoryEvent", number)}")' for number in range(8, 60, 3)],
    "requestCategories": ['(organization: "springfield")'],
    "watchArea": [f'(id: "{global_id("WatchArea", number)}")' for number in range(1, 4)],
    "previewWatchArea": ["(latitude: 42.36, longitude: -71.06, radiusM: 500)"],
}
FROM_THE_START = {mark: cursor(0, mark) for mark in "ct"}
FOLLOWED = {
    "requestActivity": [
        f'requestId: "{global_id("ServiceRequest", number)}", after: "{FROM_THE_START["c"]}"' for number in range(1, 12)
    ],
    "watchAreaActivity": [
        f'watchAreaId: "{global_id("WatchArea", number)}", after: "{FROM_THE_START["c"]}"' for number in range(1, 6)
    ],
    "viewerNotifications": [f'after: "{FROM_THE_START["t"]}"'],
}
DEPTH = 7


def selection(schema: GraphQLSchema, named: Any, above: tuple[str, ...] = ()) -> str:
    """Every field of a type that needs no argument, and of their types in turn, but none inside itself."""
    if not isinstance(named, GraphQLObjectType):
        return ""
    return "{ __typename " + " ".join(_fields(schema, named, above)) + " }"


def _fields(schema: GraphQLSchema, named: GraphQLObjectType, above: tuple[str, ...]) -> Iterator[str]:
    for name, field in named.fields.items():
        inner = get_named_type(field.type)
        too_deep = inner.name in above or len(above) >= DEPTH
        if any(map(is_required_argument, field.args.values())) or (hasattr(inner, "fields") and too_deep):
            continue
        yield f"{name} {selection(schema, inner, (*above, named.name))}"


def documents(schema: GraphQLSchema) -> Iterator[str]:
    """Each query field with each of its arguments; `node` once for each type that it may be."""
    assert schema.query_type is not None
    for name, field in schema.query_type.fields.items():
        if name == "node":
            for kind in TYPES:
                chosen = f"{{ __typename ... on {kind} {selection(schema, schema.get_type(kind), ('Query',))} }}"
                yield from (f'{{ node(id: "{global_id(kind, number)}") {chosen} }}' for number in range(1, 16))
            yield f'{{ node(id: "{global_id("Session", 1)}") {{ __typename }} }}'
        else:
            chosen = selection(schema, get_named_type(field.type), ("Query",))
            yield from (f"{{ {name}{arguments} {chosen} }}" for arguments in ARGUMENTS.get(name, [""]))


async def plant(scene: Scene) -> None:
    """All kinds of secrets, and outsiders who follow and watch what is public around them."""
    town = scene.town
    springfield, lights = town.id_of(town.springfield), town.id_of(town.lights)
    zed = await create_person(handle="zqanon", name="Zqanon Zed", address="zqmail-anon@example.org", confirmed=True)
    town.tokens[zed.id] = await start_session(zed)
    await town.done(
        town.rosa,
        "updateRequestCategory",
        categoryId=lights,
        routeAddresses=["zqmail-route@example.org"],
        escalateTo="zqmail-boss@example.org",
        questions=[{"code": "phone", "prompt": "Where can we call you?", "private": True}],
        sla={"amount": 4321},
    )
    await town.done(
        town.rosa,
        "createAssignmentRule",
        organizationId=springfield,
        name="Zqrule",
        assigneeId=town.id_of(town.mark),
        categoryIds=[town.id_of(town.potholes)],
    )
    await invite_member(
        await town.viewer(town.rosa), town.springfield.id, address="zqmail-new@example.org", role=Role.INTERNAL
    )
    await Person.filter(id=town.maya.id).update(address="zqmail-maya@example.org")
    await Person.filter(id=town.tom.id).update(address="zqmail-tom@example.org")

    where = {"latitude": 42.36, "longitude": -71.06}
    private = await town.report(
        town.maya,
        categoryId=town.id_of(town.complaints),
        summary="Zqprivate neighbour",
        description="zqprivate all of it",
        place="Zqprivate Street",
        **where,
    )
    await town.done(town.maya, "addComment", requestId=private, body="And zqprivate again.")
    number = [{"code": "phone", "values": ["zqanswer"]}]
    shown = await town.report(zed, summary="A lamp", anonymous=True, categoryId=lights, answers=number, **where)
    for role in ("requester", "resident", "stranger", "removed"):
        await town.done(scene.people[role], "followRequest", requestId=shown)
        await town.done(scene.people[role], "createWatchArea", name="Here", radiusM=400.0, **where)
    await town.done(town.tom, "addComment", requestId=shown, body="@mark zqinternal", visibility="INTERNAL")
    await town.done(town.tom, "changeDueDate", requestId=shown, dueAt="2033-03-03T03:03:03Z")
    await ServiceRequest.filter(sla_due_at__isnull=False).update(sla_due_at=datetime(2034, 4, 4, 4, 4, tzinfo=UTC))
    await town.done(zed, "addComment", requestId=shown, body="It is still dark.")
    await town.done(town.maya, "addComment", requestId=shown, body="Blatt did it, zqheld.")
    await town.done(town.maya, "flagContent", contentId=shown, reason="zqflag")
    await town.done(zed, "closeRequest", requestId=shown, comment="It works again.")
    await town.report(town.maya, summary="Blatt zqheld", **where)
    guests = {"organizationId": springfield, "categoryId": lights, **where}
    await town.done(None, "submitRequest", summary="By a guest", reporterAddress="zqmail-guest@example.org", **guests)
    await town.report(town.mark, summary="By phone", reporterAddress="zqmail-caller@example.org", categoryId=lights)
    await town.report(town.maya, summary="One", categoryId=lights, **where)
    late = await town.report(town.maya, summary="Two", categoryId=lights, **where)
    await town.done(town.tom, "changeDueDate", requestId=late, dueAt="2024-02-02T02:02:02Z")
    await ring_clocks()
    survivor = await town.report(town.maya, summary="Zqprivate survivor", categoryId=town.id_of(town.complaints))
    duplicate = await town.report(town.maya, summary="Zqprivate twin", categoryId=town.id_of(town.complaints))
    await town.done(town.tom, "mergeRequest", requestId=duplicate, survivorId=survivor)


@pytest.fixture
async def scene(db: str) -> AsyncIterator[Scene]:
    async with open_scene() as scene:
        await plant(scene)
        yield scene


def leaked(text: str) -> set[str]:
    lower = text.lower()
    return {secret for secret in SECRETS if secret in lower}


@asynccontextmanager
async def unlimited(scene: Scene, folder: str) -> AsyncIterator[httpx.AsyncClient]:
    config = settings(
        max_query_cost=10**12, max_query_tokens=10**6, max_query_depth=60, max_query_aliases=10**4, data_dir=folder
    )
    transport = httpx.ASGITransport(app=build_app(config, extra_routes=pages(config)))
    before = scene.town.client
    async with httpx.AsyncClient(transport=transport, base_url="http://town.test") as scene.town.client:
        yield scene.town.client
    scene.town.client = before


async def test_no_query_shows_an_outsider_what_is_inside(scene: Scene, tmp_path: Any) -> None:
    await scene.telling.run()
    schema = executable_schema()
    assert schema.query_type is not None
    async with unlimited(scene, tmp_path) as _:
        for asked in documents(schema):
            for role in OUTSIDERS:
                answer = await scene.town.graphql(scene.town.token(scene.people[role]), asked)
                assert not leaked(json.dumps(answer)), (asked[:80], role)
                codes = {error["extensions"]["code"] for error in answer.get("errors", [])}
                assert codes <= {"SIGN_IN_REQUIRED"}, answer["errors"]
        requests = selection(schema, schema.get_type("ServiceRequestConnection"))
        inside = await scene.town.graphql(scene.town.token(scene.town.tom), f"{{ requests(first: 50) {requests} }}")
        assert leaked(json.dumps(inside)) == set(SECRETS)  # the words are there, and this way of looking finds them


async def test_no_mutation_tells_an_outsider_in_its_answer_or_error(scene: Scene) -> None:
    row = await ServiceRequest.filter(summary="Zqprivate neighbour").get()
    private = global_id("ServiceRequest", row.id)
    for door in DOORS:
        for role in OUTSIDERS:
            for target in ("public", "private"):
                if target == "private" and not door.on_request:
                    continue
                if door.code(role, target) is None:
                    continue
                values = await door.values(scene, role, target)
                if target == "private" and "requestId" in values:
                    values["requestId"] = private
                payload = await scene.town.mutate(scene.people[role], door.mutation, **values)
                assert not leaked(json.dumps(payload)), (door.mutation, role)


def followed(schema: GraphQLSchema) -> Iterator[str]:
    """Each subscription, from the beginning, with every field that there is."""
    assert schema.subscription_type is not None
    for name, field in schema.subscription_type.fields.items():
        chosen = selection(schema, get_named_type(field.type), ("Subscription",))
        for arguments in FOLLOWED[name]:
            yield f"subscription {{ {name}({arguments}) {chosen} }}"


async def test_no_subscription_tells_an_outsider(scene: Scene, tmp_path: Any) -> None:
    await scene.telling.heard()
    schema = executable_schema()
    inside: set[str] = set()
    async with unlimited(scene, tmp_path) as client:
        app = client._transport.app  # type: ignore[attr-defined]
        for role in (*OUTSIDERS, "internal"):
            async with listening(app, scene.town.token(scene.people[role])) as socket:
                for asked in followed(schema):
                    heard = await socket.subscribe(asked)
                    said = json.dumps([heard.news, heard.errors])
                    if role == "internal":
                        inside |= leaked(said)
                    else:
                        assert not leaked(said), (asked[:80], role)
                        assert heard.code in (None, "NOT_FOUND", "SIGN_IN_REQUIRED"), heard.errors
    assert inside == set(SECRETS)  # the words are there, and this way of looking finds them


async def test_no_mail_takes_it_to_an_outsider(scene: Scene) -> None:
    mails = await scene.telling.run()
    outsiders = {person.address for role in OUTSIDERS if (person := scene.people[role]) is not None}
    theirs = [mail for mail in mails if mail.recipient in outsiders]
    assert {mail.recipient for mail in theirs} == outsiders - {"nell@example.org"}
    assert {mail.kind for mail in theirs} >= {"request_followed", "request_commented", "request_closed"}
    for mail in theirs:
        said = "\n".join([mail.text, mail.html, *(f"{name}: {value}" for name, value in mail.message.items())])
        assert not leaked(said), (mail.recipient, mail.kind, leaked(said))


async def test_no_page_shows_it(scene: Scene, tmp_path: Any) -> None:
    await scene.telling.run()
    async with unlimited(scene, tmp_path) as client:
        for number in range(1, 16):
            page = await client.get(f"/r/springfield/{number}")
            assert not leaked(page.text), number
