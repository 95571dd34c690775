"""Words that only insiders may read are planted everywhere, and looked for in all that outsiders can get at.

By query (every field of the schema, as deep as it goes), by mutation and error text, by subscription, by page, by mail
and digest, by export.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import httpx
import pytest
import time_machine

from api import execution
from api.app import build_app
from api.ids import global_id, row_id
from casework import clock
from casework.actions.accounts import create_person, start_session
from casework.actions.deadlines import ring_clocks
from casework.actions.keys import create_api_key
from casework.actions.members import invite_member
from casework.database import transaction
from casework.people import Person, Role
from casework.photos import Photo
from casework.requests import ServiceRequest
from curbcast.commands.serving import pages
from notifier.rebranding import draft_opening, publish_opening, undo_branding, undo_opening, update_branding
from notifier.receipts import Receipt
from notifier.samples import sample_logo
from notifier.suppression import Ailment, suppress
from notifier.verdicts import Verdict
from tests.boundary.doors import DOORS
from tests.boundary.looking import SECRETS, documents, followed, leaked, payload_of, shown
from tests.boundary.scene import OUTSIDERS, ROLES, STAFF, Scene, open_scene
from tests.boundary.sights import LIVE, SIGHTS, all_fields
from tests.founding import once
from tests.listening import listening
from tests.telling import Mail
from tests.town import settings

OPEN311 = {"jurisdiction_id": "springfield", "extensions": "true"}


async def plant(scene: Scene) -> dict[int, str]:
    """All kinds of secrets, and outsiders who follow and watch what is public around them. Answers Zed's token."""
    town = scene.town
    springfield, lights = town.id_of(town.springfield), town.id_of(town.lights)
    zed = await create_person(handle="zqanon", name="Zqanon Zed", address="zqmail-anon@example.org", confirmed=True)
    tokens = {zed.id: await start_session(zed)}
    town.tokens |= tokens
    await town.done(
        town.rosa,
        "updateRequestCategory",
        categoryId=lights,
        routeAddresses=["zqmail-route@example.org"],
        escalateTo="zqmail-boss@example.org",
        switchedOffKinds=["request_reopened"],
        sla={"amount": 4321},
        questions=[{"code": "phone", "prompt": "Where can we call you?", "private": True}],
    )
    await town.done(
        town.rosa,
        "updateMailBrand",
        organizationId=springfield,
        brand={
            "logoUrl": "https://zqdress.example/logo.png",
            "replyTo": "desk@zqdress.example",
            "postalAddress": "Zqdress Street",
            "senderName": "Zqdress",
        },
    )
    rosa = await town.viewer(town.rosa)
    await update_branding(rosa, town.springfield.id, {"logo": b64encode(sample_logo().data).decode()})
    await update_branding(rosa, town.springfield.id, {"color": "#0b5d66"})
    await undo_branding(rosa, town.springfield.id)
    for body in ("Zqdress, first.", "Zqdress, second."):
        drafted = await draft_opening(rosa, town.springfield.id, kind="password_reset", language="en", body=body)
        await publish_opening(rosa, drafted.id)
        if "second" in body:
            await undo_opening(rosa, drafted.id)
    await town.done(
        town.rosa,
        "createAssignmentRule",
        organizationId=springfield,
        name="Zqrule",
        assigneeId=town.id_of(town.mark),
        categoryIds=[town.id_of(town.potholes)],
        shape={"type": "Polygon", "coordinates": [[[9.0, 9.0], [9.1, 9.0], [9.1, 9.1], [9.0, 9.1], [9.0, 9.0]]]},
    )
    await town.done(town.rosa, "updateOrganization", organizationId=springfield, switchedOnKinds=["staff_sla_warning"])
    await invite_member(
        await town.viewer(town.rosa), town.springfield.id, address="zqmail-new@example.org", role=Role.INTERNAL
    )
    await create_api_key(await town.viewer(town.rosa), town.springfield.id, name="Phones", token="zq of a machine")
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
    inside = {"requestId": shown, "body": "@mark zqinternal", "visibility": "INTERNAL"}
    internal = await town.done(town.tom, "addComment", "comment { id }", **inside)
    await town.done(town.rosa, "updateOrganization", organizationId=springfield, usesWork=True)
    work = {
        "organizationId": springfield,
        "summary": "Zqwork",
        "description": "zqwork",
        "assigneeId": town.id_of(town.mark),
        "dueAt": "2035-05-05T05:05:05Z",
    }
    await town.done(town.tom, "createWorkOrder", **work)
    done = await town.done(town.tom, "createWorkOrder", "workOrder { id }", requestId=shown, **work)
    await town.done(town.tom, "completeWorkOrder", workOrderId=done["workOrder"]["id"])
    await town.done(town.tom, "changeDueDate", requestId=shown, dueAt="2033-03-03T03:03:03Z")
    await ServiceRequest.filter(sla_due_at__isnull=False).update(sla_due_at=datetime(2034, 4, 4, 4, 4, tzinfo=UTC))
    await town.done(zed, "addComment", requestId=shown, body="It is still dark.")
    await town.done(town.maya, "addComment", requestId=shown, body="Blatt did it, zqheld.")
    await town.done(town.maya, "flagContent", contentId=shown, reason="zqflag")
    await town.done(zed, "closeRequest", requestId=shown, comment="It works again.")
    held = await town.report(town.maya, summary="Blatt zqheld", **where)
    for key, request, comment in (
        ("open", shown, None),
        ("zqprivate", private, None),
        ("zqinternal", shown, internal["comment"]["id"]),
        ("zqheld", held, None),
    ):
        await Photo.create(
            key=key.ljust(32, "0"),
            width=4,
            height=3,
            request_id=row_id(request, "ServiceRequest", "request"),
            comment_id=row_id(comment, "Comment", "comment") if comment is not None else None,
            kept_at=clock.now(),
            created_at=clock.now(),
        )
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
    async with transaction():
        await suppress("zqmail-route@example.org", Ailment.BOUNCED, "", clock.now())
    news = {"verdict": Verdict.DELAYED, "received_at": clock.now()}
    await Receipt.bulk_create(Receipt(mail=f"n{number}", **news) for number in range(1, 60))
    return tokens


@pytest.fixture(autouse=True)
def _remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every role asks the same long documents: each is understood once."""
    monkeypatch.setattr(execution, "_REMEMBERED_LENGTH", 10**6)


@pytest.fixture
async def scene(db: str) -> AsyncIterator[Scene]:
    async with open_scene() as scene:
        scene.town.tokens |= await once("planted", partial(plant, scene))
        yield scene


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


async def test_no_query_shows_an_outsider_what_is_inside_and_each_field_only_to_whom_it_is_for(
    scene: Scene, tmp_path: Any
) -> None:
    await scene.telling.run()
    seen: dict[tuple[str, str], set[str]] = defaultdict(set)
    inside: set[str] = set()
    async with unlimited(scene, tmp_path) as _:
        for asked in documents():
            for role in ROLES:
                answer = await scene.town.graphql(scene.town.token(scene.people[role]), asked)
                said = leaked(json.dumps(answer))
                inside |= said if role in STAFF else set()
                assert role in STAFF or not said, (asked[:80], role)
                codes = {error["extensions"]["code"] for error in answer.get("errors", [])}
                # A dry run refuses staff, of any organization, what its action would.
                refused = {"ILLEGAL_MOVE", "HELD"} if role in {*STAFF, "stranger"} else set()
                assert codes <= {"SIGN_IN_REQUIRED", "NOT_FOUND", "FORBIDDEN"} | refused, answer["errors"]
                for field in shown(answer, elsewhere=scene.town.id_of(scene.town.shelbyville)):
                    seen[field].add(role)
    assert inside == set(SECRETS)  # the words are there, and this way of looking finds them
    _compare(seen, live=False)


def test_every_field_of_every_type_has_its_place_in_the_table() -> None:
    assert set(SIGHTS) == all_fields()


def _compare(seen: dict[tuple[str, str], set[str]], *, live: bool) -> None:
    """Nobody saw more than the table says; and what is for some alone was there to be seen, and seen by all of them."""
    for field, roles in SIGHTS.items():
        found = seen.get(field, set())
        assert found <= roles, (field, found - roles)
        if roles <= STAFF and (field[0] in LIVE) is live:
            assert found == roles, (field, roles - found, "plant something there")


async def test_no_mutation_tells_an_outsider_in_its_answer_or_error(scene: Scene, tmp_path: Any) -> None:
    row = await ServiceRequest.filter(summary="Zqprivate neighbour").get()
    private = global_id("ServiceRequest", row.id)
    async with unlimited(scene, tmp_path) as _:
        for door in DOORS:
            chosen = payload_of(door.mutation)
            for role, target in ((role, target) for role in OUTSIDERS for target in ("public", "private")):
                if (target == "private" and not door.on_request) or door.code(role, target) is None:
                    continue
                values = await door.values(scene, role, target)
                if target == "private" and "requestId" in values:
                    values["requestId"] = private
                payload = await scene.town.mutate(scene.people[role], door.mutation, chosen, **values)
                assert not leaked(json.dumps(payload)), (door.mutation, role)
                told = {name: value for name, value in payload.items() if name not in ("__typename", "userErrors")}
                assert not any(told.values()), (door.mutation, role, told)


async def test_no_mutation_shows_an_outsider_more_of_a_request_than_a_query(scene: Scene, tmp_path: Any) -> None:
    (row,) = await ServiceRequest.filter(summary="A lamp", is_anonymous=True)
    request = {"requestId": global_id("ServiceRequest", row.id)}
    asked = (
        ("followRequest", request),
        ("muteRequest", request),
        ("addComment", request | {"body": "Still dark."}),
        ("reopenRequest", request | {"comment": "It is dark again."}),
        ("closeRequest", request | {"comment": "No, it works."}),
        ("flagContent", {"contentId": request["requestId"], "reason": "Rude."}),
    )
    async with unlimited(scene, tmp_path) as _:
        for mutation, values in asked:
            for role in ("resident", "stranger", "removed"):
                payload = await scene.town.mutate(scene.people[role], mutation, payload_of(mutation), **values)
                assert not leaked(json.dumps(payload)), (mutation, role)


async def test_no_subscription_tells_an_outsider(scene: Scene, tmp_path: Any) -> None:
    await scene.telling.heard()
    inside: set[str] = set()
    seen: dict[tuple[str, str], set[str]] = defaultdict(set)
    async with unlimited(scene, tmp_path) as client:
        app = client._transport.app  # type: ignore[attr-defined]
        for role in ROLES:
            async with listening(app, scene.town.token(scene.people[role])) as socket:
                for asked, variables in followed():
                    heard = await socket.subscribe(asked, **variables)
                    said = leaked(json.dumps([heard.news, heard.errors]))
                    inside |= said if role in STAFF else set()
                    assert role in STAFF or not said, (asked[:80], role)
                    assert heard.code in (None, "NOT_FOUND", "SIGN_IN_REQUIRED"), heard.errors
                    for field in shown(heard.news, elsewhere=scene.town.id_of(scene.town.shelbyville)):
                        seen[field].add(role)
    assert inside == set(SECRETS)  # the words are there, and this way of looking finds them
    _compare(seen, live=True)


async def test_no_mail_takes_it_to_an_outsider(scene: Scene) -> None:
    mails = await scene.telling.run()
    outsiders = {person.address for role in OUTSIDERS if (person := scene.people[role]) is not None}
    theirs = [mail for mail in mails if mail.recipient in outsiders]
    assert {mail.recipient for mail in theirs} == outsiders - {"nell@example.org"}
    assert {mail.kind for mail in theirs} >= {"request_followed", "request_commented", "request_closed"}
    for mail in theirs:
        assert not leaked(_all_of(mail)), (mail.recipient, mail.kind, leaked(_all_of(mail)))
    inside = {secret for mail in mails if mail.recipient not in outsiders for secret in leaked(_all_of(mail))}
    assert inside >= {"zqinternal", "zqanon", "zqprivate", "zqmail"}


async def test_no_digest_and_no_page_of_one_takes_it_to_an_outsider(scene: Scene, tmp_path: Any) -> None:
    town = scene.town
    readers = {
        role: person for role in OUTSIDERS if (person := scene.people[role]) is not None and role != "unconfirmed"
    }
    for person in (*readers.values(), town.tom):
        for kind in ("request_commented", "request_closed", "request_reopened", "staff_internal_comment"):
            await town.mutate(person, "updateNotificationPreference", kind=kind, cadence="DAILY")
    await scene.telling.run()
    (row,) = await ServiceRequest.filter(summary="A lamp", is_anonymous=True)
    request = global_id("ServiceRequest", row.id)
    await town.done(town.mark, "addComment", requestId=request, body="@tom zqinternal", visibility="INTERNAL")
    await town.done(town.maya, "addComment", requestId=request, body="Nothing new?")
    with time_machine.travel(clock.now() + timedelta(days=2), tick=False):
        mails = [mail for mail in await scene.telling.run() if mail.message["X-Curbcast-Kind"] == "digest"]
        assert {mail.recipient for mail in mails} >= {str(person.address) for person in readers.values()}
        async with unlimited(scene, tmp_path) as client:
            for role, person in readers.items():
                for mail in (mail for mail in mails if mail.recipient == person.address):
                    assert "Nothing new?" in mail.text
                    assert not leaked(_all_of(mail)), role
                asked = "{ viewer { digests { nodes { url } } } }"
                for digest in (await town.ask(person, asked))["viewer"]["digests"]["nodes"]:
                    page = await client.get(httpx.URL(digest["url"]).path)
                    assert page.status_code == 200
                    assert not leaked(page.text), role


def _all_of(mail: Mail) -> str:
    return "\n".join([mail.text, mail.html, *(f"{name}: {value}" for name, value in mail.message.items())])


async def test_no_export_takes_it_to_an_outsider(scene: Scene) -> None:
    await scene.telling.run()
    for role in OUTSIDERS:
        if scene.people[role] is not None:
            exported = await scene.town.done(scene.people[role], "exportAccount", "data")
            assert not leaked(exported["data"]), role
    mine = await scene.town.done(scene.town.maya, "exportAccount", "data")
    assert leaked(mine["data"]) == {"zqprivate", "zqheld", "zqmail", "zqflag"}  # what she wrote herself


async def test_no_page_shows_it(scene: Scene, tmp_path: Any) -> None:
    await scene.telling.run()
    async with unlimited(scene, tmp_path) as client:
        for path in ("/", "/r/springfield", *(f"/r/springfield/{number}" for number in range(1, 16))):
            page = await client.get(path)
            assert not leaked(page.text), path
        lamp = await ServiceRequest.get(summary="A lamp", is_anonymous=True)
        assert "It is still dark." in (await client.get(f"/r/springfield/{lamp.number}")).text
        for number in range(1, 16):
            one = await client.get(f"/open311/v2/requests/{number}.json", params=OPEN311)
            assert not leaked(one.text), number
        for found, said in ((f"services/{scene.town.lights.id}", "phone"), ("requests", "A lamp")):
            answer = await client.get(f"/open311/v2/{found}.xml", params=OPEN311)
            assert said in answer.text
            assert not leaked(answer.text), found
