"""Every mutation, query, subscription and page × every role: allowed, or a coded denial that changes and mails nothing.

The schema and the routes are enumerated: what is new and has no row here fails.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from api.schema import executable_schema
from casework.database import close_database, open_database
from tests.boundary.doors import DOORS, Door
from tests.boundary.scene import MANAGERS, ROLES, STAFF, Scene, open_scene
from tests.listening import listening
from tests.town import nothing_changes


@pytest.fixture
async def scene(sqlite_database: str) -> AsyncIterator[Scene]:
    await open_database(sqlite_database)
    async with open_scene() as scene:
        yield scene
    await close_database()


def fields_of(root: Any) -> set[str]:
    return set(root.fields) if root is not None else set()


def test_every_mutation_has_its_row() -> None:
    assert {door.mutation for door in DOORS} == fields_of(executable_schema().mutation_type)


@pytest.mark.parametrize(
    ("door", "target"),
    [(door, target) for door in DOORS for target in (("public", "private") if door.on_request else ("public",))],
    ids=lambda value: value.mutation if isinstance(value, Door) else value,
)
async def test_a_mutation_does_its_work_for_whom_it_may_and_nothing_for_all_others(
    scene: Scene, door: Door, target: str
) -> None:
    town, telling = scene.town, scene.telling
    expected = {role: door.code(role, target) for role in ROLES}
    answered: dict[str, str | None] = {}
    for role in ROLES:
        if expected[role] is None:
            continue
        values = await door.values(scene, role, target)
        await telling.run()
        async with nothing_changes():
            payload = await town.mutate(scene.people[role], door.mutation, **values)
            assert await telling.run() == []
        (error,) = payload["userErrors"]
        answered[role] = error["code"]
    for role in ROLES:
        if expected[role] is None:
            values = await door.values(scene, role, target)
            payload = await town.mutate(scene.people[role], door.mutation, **values)
            answered[role] = payload["userErrors"][0]["code"] if payload["userErrors"] else None
    assert answered == expected


OF_REQUEST = "id summary isPrivate isHeld reporterAddress assignee { name } dueAt comments { totalCount }"


def _see(staff: Any, others: Any) -> dict[str, Any]:
    return {role: staff if role in STAFF else others for role in ROLES}


def _managed(value: Any) -> dict[str, Any]:
    """For owners and managers alone."""
    denied = {"guest": "SIGN_IN_REQUIRED"}
    return {role: value if role in MANAGERS else denied.get(role, "FORBIDDEN") for role in ROLES}


def _same(value: Any) -> dict[str, Any]:
    return dict.fromkeys(ROLES, value)


def queries(scene: Scene) -> dict[str, tuple[str, dict[str, Any]]]:
    """Query field -> what is asked of it, and what each role is answered; a string in capitals is an error's code."""
    handles = {role: {"handle": person.handle} if person else None for role, person in scene.people.items()}
    private, maya = {"id": scene.private}, scene.town.id_of(scene.town.maya)
    members = [{"role": "MANAGER"}, {"role": "REQUESTER"}, {"role": "OWNER"}, {"role": "INTERNAL"}]
    return {
        "viewer": ("viewer { handle }", handles),
        "node": (f'node(id: "{scene.private}") {{ id }}', _see(private, None)),
        "request": (f'request(id: "{scene.private}") {{ id }}', _see(private, None)),
        "requests": ("requests { totalCount }", _see({"totalCount": 3}, {"totalCount": 1})),
        "organization": (
            'organization(slug: "springfield") { members { role } heldWords }',
            _see({"members": members, "heldWords": ["blatt"]}, {"members": None, "heldWords": None}),
        ),
        "organizations": (
            "organizations { totalCount nodes { invitations { address } } }",
            {
                role: {
                    "totalCount": 2,
                    "nodes": [
                        {"invitations": [] if role in ("owner", "manager") else None},
                        {"invitations": [] if role == "stranger" else None},
                    ],
                }
                for role in ROLES
            },
        ),
        "requestCategories": (
            'requestCategories(organization: "springfield") { name routeAddresses }',
            _see(
                [
                    {"name": "Complaints", "routeAddresses": []},
                    {"name": "Potholes", "routeAddresses": ["streets@springfield.example"]},
                    {"name": "Street lights", "routeAddresses": []},
                ],
                [
                    {"name": "Complaints", "routeAddresses": None},
                    {"name": "Potholes", "routeAddresses": None},
                    {"name": "Street lights", "routeAddresses": None},
                ],
            ),
        ),
        "notificationKinds": ("notificationKinds { __typename }", _same(None)),
        "explainNotification": (
            f'explainNotification(requestId: "{scene.private}", personId: "{maya}") {{ eventType }}',
            _see([{"eventType": "RequestSubmitted"}], []) | {"guest": "SIGN_IN_REQUIRED"},
        ),
        "dryRun": (
            f'dryRun(action: {{addComment: {{requestId: "{scene.public}", body: "Hm."}}}}) {{ groups {{ kind }} }}',
            _see({"groups": [{"kind": "request_commented"}, {"kind": "staff_public_comment"}]}, "FORBIDDEN")
            | {"guest": "SIGN_IN_REQUIRED"},
        ),
        "requestDeliveries": (
            f'requestDeliveries(requestId: "{scene.public}", last: 1) {{ nodes {{ kind reason }} }}',
            _see({"nodes": [{"kind": "staff_request_submitted", "reason": "assignee"}]}, "FORBIDDEN")
            | {"guest": "SIGN_IN_REQUIRED"},
        ),
        "previewDigest": ("previewDigest { subject }", _same(None) | {"guest": "SIGN_IN_REQUIRED"}),
        "mailSettings": (
            f'mailSettings(organizationId: "{scene.place()}") {{ openings {{ body }} }}',
            _managed({"openings": []}),
        ),
        "previewMail": (
            f'previewMail(organizationId: "{scene.place()}", kind: "password_reset") {{ problems }}',
            _managed({"problems": []}),
        ),
        "watchArea": (f'watchArea(id: "{scene.area}") {{ id }}', _same({"id": scene.area})),
        "watchAreas": ("watchAreas { totalCount }", _same({"totalCount": 1})),
        "previewWatchArea": (
            "previewWatchArea(latitude: 42.36, longitude: -71.06, radiusM: 500) { count }",
            _same({"count": 0}),
        ),
    }


async def test_a_query_answers_each_role_with_what_it_may_know_and_changes_nothing(scene: Scene) -> None:
    asked = queries(scene)
    assert set(asked) == fields_of(executable_schema().query_type)
    for field, (selection, expected) in asked.items():
        for role in ROLES:
            async with nothing_changes():
                answer = await scene.town.graphql(scene.town.token(scene.people[role]), f"{{ {selection} }}")
            if isinstance(expected[role], str):
                assert [error["extensions"]["code"] for error in answer["errors"]] == [expected[role]], (field, role)
            elif field == "notificationKinds":
                assert len(answer["data"][field]) > 20
            else:
                assert answer.get("data") == {field: expected[role]}, (field, role, answer)
    assert await scene.telling.run() == []


def subscriptions(scene: Scene) -> dict[str, list[tuple[str, dict[str, Any]]]]:
    """Subscription field -> what is followed, and the code with which each role is refused; None where it is let in."""
    shut = _see(None, "NOT_FOUND")
    return {
        "requestActivity": [
            (f'requestActivity(requestId: "{scene.public}") {{ cursor }}', _same(None)),
            (f'requestActivity(requestId: "{scene.private}") {{ cursor }}', shut),
            (f'requestActivity(requestId: "{scene.held}") {{ cursor }}', shut),
        ],
        "watchAreaActivity": [(f'watchAreaActivity(watchAreaId: "{scene.area}") {{ cursor }}', _same(None))],
        "viewerNotifications": [("viewerNotifications { cursor }", _same(None) | {"guest": "SIGN_IN_REQUIRED"})],
    }


async def test_a_subscription_lets_in_each_role_that_may_follow_and_no_other(scene: Scene) -> None:
    asked = subscriptions(scene)
    assert set(asked) == fields_of(executable_schema().subscription_type)
    for role in ROLES:
        async with listening(scene.town.app, scene.town.token(scene.people[role])) as socket, nothing_changes():
            for selection, expected in (row for rows in asked.values() for row in rows):
                subscription = await socket.subscribe(f"subscription {{ {selection} }}")
                assert subscription.code == expected[role], (selection, role)
    assert await scene.telling.run() == []
