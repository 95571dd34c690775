"""Bad input gets a coded error that names the field, and nothing is written."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from api.ids import global_id
from casework import clock
from casework.organizations import RequestCategory
from tests.town import Town, nothing_changes

LONG = "a" * 100_000


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"summary": ""}, ("INVALID", ["summary"])),
        ({"summary": " \t "}, ("INVALID", ["summary"])),
        ({"summary": LONG}, ("TOO_LONG", ["summary"])),
        ({"summary": "Hole\r\nBcc: all@example.org"}, ("INVALID", ["summary"])),
        ({"summary": "Hole\nhole"}, ("INVALID", ["summary"])),
        ({"summary": "Hole\u2028hole"}, ("INVALID", ["summary"])),
        ({"summary": "Hole\u0000"}, ("INVALID", ["summary"])),
        ({"summary": "Hole \ud800"}, ("INVALID", ["summary"])),
        ({"description": LONG}, ("TOO_LONG", ["description"])),
        ({"description": "a\u0007b"}, ("INVALID", ["description"])),
        ({"place": "Elm\nStreet"}, ("INVALID", ["place"])),
        ({"latitude": 91, "longitude": 0}, ("INVALID", ["latitude"])),
        ({"latitude": 0, "longitude": -180.5}, ("INVALID", ["longitude"])),
        ({"latitude": 1}, ("INVALID", ["longitude"])),
        ({"longitude": 1}, ("INVALID", ["latitude"])),
        ({"photoUrls": ["javascript:alert(1)"]}, ("INVALID", ["photoUrls"])),
        ({"photoUrls": ["https://photos.example/1.jpg"] * 11}, ("INVALID", ["photoUrls"])),
        ({"reporterAddress": "maya@example.org"}, ("INVALID", ["reporterAddress"])),
        ({"organizationId": ""}, ("INVALID", ["organizationId"])),
        ({"organizationId": "springfield"}, ("INVALID", ["organizationId"])),
        ({"organizationId": "\ud800"}, ("INVALID", ["organizationId"])),
        ({"organizationId": global_id("Person", 1)}, ("INVALID", ["organizationId"])),
        ({"organizationId": global_id("Organization", 10**18)}, ("INVALID", ["organizationId"])),
        ({"organizationId": global_id("Organization", 99)}, ("NOT_FOUND", ["organizationId"])),
        ({"categoryId": global_id("RequestCategory", 99)}, ("NOT_FOUND", ["categoryId"])),
        ({"categoryId": base64.b64encode(b"RequestCategory:-1").decode()}, ("INVALID", ["categoryId"])),
        ({"categoryId": base64.b64encode(b"RequestCategory:01").decode()}, ("INVALID", ["categoryId"])),
    ],
)
async def test_a_report_is_refused_with_the_field_that_is_wrong(
    town: Town, given: dict[str, Any], refusal: tuple[str, list[str]]
) -> None:
    values = {
        "organizationId": town.id_of(town.springfield),
        "categoryId": town.id_of(town.potholes),
        "summary": "A pothole",
    }
    async with nothing_changes():
        assert await town.refused(town.maya, "submitRequest", **values | given) == refusal


@pytest.mark.parametrize("address", ["", "guest", "guest@", "a b@example.org", "a@example.org\r\nBcc: b@example.org"])
async def test_a_guests_address_must_be_one(town: Town, address: str) -> None:
    async with nothing_changes():
        refusal = await town.refused(
            None,
            "submitRequest",
            organizationId=town.id_of(town.springfield),
            categoryId=town.id_of(town.potholes),
            summary="A pothole",
            reporterAddress=address,
        )
    assert refusal == ("INVALID", ["reporterAddress"])


async def test_another_organizations_things_do_not_exist_here(town: Town) -> None:
    request, theirs = await town.report(), await town.report(town.otto, **_in_shelbyville(town))
    async with nothing_changes():
        assert await town.refused(
            town.maya,
            "submitRequest",
            organizationId=town.id_of(town.springfield),
            categoryId=town.id_of(town.weeds),
            summary="Weeds",
        ) == ("NOT_FOUND", ["categoryId"])
        assert await town.refused(
            town.tom, "recategorizeRequest", requestId=request, categoryId=town.id_of(town.weeds)
        ) == ("NOT_FOUND", ["categoryId"])
        assert await town.refused(town.tom, "assignRequest", requestId=request, assigneeId=town.id_of(town.otto)) == (
            "NOT_FOUND",
            ["assigneeId"],
        )
        assert await town.refused(town.tom, "mergeRequest", requestId=request, survivorId=theirs) == (
            "CANNOT_MERGE",
            ["survivorId"],
        )
        assert await town.refused(
            town.rosa,
            "createRequestCategory",
            organizationId=town.id_of(town.springfield),
            name="Trees",
            assigneeId=town.id_of(town.otto),
        ) == ("NOT_FOUND", ["assigneeId"])


async def test_what_one_may_not_see_is_refused_like_what_does_not_exist(town: Town) -> None:
    secret = await town.report(categoryId=town.id_of(town.complaints))
    nowhere = global_id("ServiceRequest", 999)
    attempts: list[tuple[str, dict[str, Any]]] = [
        ("closeRequest", {"comment": "x"}),
        ("addComment", {"body": "x"}),
        ("followRequest", {}),
        ("assignRequest", {"assigneeId": None}),
        ("mergeRequest", {"survivorId": global_id("ServiceRequest", 1000)}),
    ]
    async with nothing_changes():
        answers = [
            [(await town.mutate(town.otto, verb, requestId=id, **values))["userErrors"] for verb, values in attempts]
            for id in (secret, nowhere)
        ]
    assert answers[0] == answers[1]
    assert [errors[0]["code"] for errors in answers[0]] == ["NOT_FOUND"] * 5
    assert [errors[0]["path"] for errors in answers[0]] == [["requestId"]] * 5


async def test_a_deleted_category_takes_no_requests(town: Town) -> None:
    request = await town.report()
    await RequestCategory.filter(id=town.lights.id).update(deleted_at=clock.now())
    async with nothing_changes():
        assert await town.refused(
            town.maya,
            "submitRequest",
            organizationId=town.id_of(town.springfield),
            categoryId=town.id_of(town.lights),
            summary="Dark",
        ) == ("NOT_FOUND", ["categoryId"])
        assert await town.refused(
            town.tom, "recategorizeRequest", requestId=request, categoryId=town.id_of(town.lights)
        ) == ("NOT_FOUND", ["categoryId"])


@pytest.mark.parametrize(
    ("mutation", "given", "refusal"),
    [
        ("closeRequest", {"comment": ""}, ("INVALID", ["comment"])),
        ("closeRequest", {"comment": LONG}, ("TOO_LONG", ["comment"])),
        ("acknowledgeRequest", {"comment": " "}, ("INVALID", ["comment"])),
        ("addComment", {"body": ""}, ("INVALID", ["body"])),
        ("addComment", {"body": LONG, "visibility": "INTERNAL"}, ("TOO_LONG", ["body"])),
        ("updateRequest", {"summary": "a\nb"}, ("INVALID", ["summary"])),
        ("updateRequest", {"latitude": 3}, ("INVALID", ["longitude"])),
        ("changeDueDate", {"dueAt": "2026-12-04T17:00:00"}, ("INVALID", ["dueAt"])),
        ("assignRequest", {"assigneeId": "tom"}, ("INVALID", ["assigneeId"])),
        ("mergeRequest", {"survivorId": "x"}, ("INVALID", ["survivorId"])),
    ],
)
async def test_a_mutation_on_a_request_names_the_field_that_is_wrong(
    town: Town, mutation: str, given: dict[str, Any], refusal: tuple[str, list[str]]
) -> None:
    request = await town.report()
    async with nothing_changes():
        assert await town.refused(town.tom, mutation, requestId=request, **given) == refusal


async def test_a_bulk_edit_names_the_position_that_is_wrong(town: Town) -> None:
    request = await town.report()
    async with nothing_changes():
        for ids, refusal in (
            ([], ("INVALID", ["requestIds"])),
            ([request, "x"], ("INVALID", ["requestIds", "1"])),
            ([request, global_id("ServiceRequest", 999)], ("NOT_FOUND", ["requestIds", "1"])),
            ([global_id("ServiceRequest", each) for each in range(201)], ("INVALID", ["requestIds"])),
        ):
            assert await town.refused(town.tom, "closeRequests", requestIds=ids, comment="Done.") == refusal


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "Trees\r\nX: y"}, "name"),
        ({"routeAddresses": ["trees"]}, "routeAddresses"),
        ({"escalateTo": "chief@"}, "escalateTo"),
        ({"switchedOffKinds": ["no_such_kind"]}, "switchedOffKinds"),
        ({"assigneeId": "x"}, "assigneeId"),
    ],
)
async def test_a_category_is_refused_with_the_field_that_is_wrong(
    town: Town, given: dict[str, Any], field: str
) -> None:
    values = {"organizationId": town.id_of(town.springfield), "name": "Trees"} | given
    async with nothing_changes():
        assert await town.refused(town.rosa, "createRequestCategory", **values) == ("INVALID", [field])


async def test_template_syntax_and_markup_are_just_text(town: Town) -> None:
    typed = "{{ 7 * 7 }} {% include 'x' %} <script>alert(1)</script> ${x} %(y)s"
    payload = await town.done(
        town.maya,
        "submitRequest",
        "request { summary description }",
        organizationId=town.id_of(town.springfield),
        categoryId=town.id_of(town.potholes),
        summary=typed,
        description=typed,
    )
    assert payload["request"] == {"summary": typed, "description": typed}


async def test_messages_spell_fields_as_clients_do(town: Town) -> None:
    payload = await town.mutate(
        None,
        "submitRequest",
        organizationId=town.id_of(town.springfield),
        categoryId=town.id_of(town.potholes),
        summary="x",
        reporterAddress="nobody",
    )
    assert payload["userErrors"][0]["message"].startswith("reporterAddress is not an e-mail address")


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ('{ requests(after: "x") { nodes { id } } }', "INVALID"),
        ("{ requests(first: 1, last: 1) { nodes { id } } }", "INVALID"),
        ("{ requests(first: -1) { nodes { id } } }", "INVALID"),
        ('{ requests(filter: {organization: "nowhere"}) { nodes { id } } }', "NOT_FOUND"),
        ('{ requests(filter: {categoryIds: ["x"]}) { nodes { id } } }', "INVALID"),
        ('{ requests(filter: {updatedSince: "2026-01-01T00:00:00"}) { nodes { id } } }', "INVALID"),
        ("{ requests(filter: {boundingBox: {west: 0, east: 1, south: 5, north: 4}}) { nodes { id } } }", "INVALID"),
        ("{ requests(filter: {boundingBox: {west: 0, east: 1, south: 0, north: 1e999}}) { nodes { id } } }", "INVALID"),
        ('{ requests(filter: {text: "a\\u0000b"}) { nodes { id } } }', "INVALID"),
        ("{ requests(filter: {mine: true}) { nodes { id } } }", "SIGN_IN_REQUIRED"),
        ("{ request { id } }", "INVALID"),
        ('{ requestCategories(organization: "nowhere") { id } }', "NOT_FOUND"),
    ],
)
async def test_a_query_is_refused_with_a_code(town: Town, document: str, code: str) -> None:
    answer = await town.graphql(None, document)
    assert [error["extensions"]["code"] for error in answer["errors"]] == [code]


@pytest.mark.parametrize("name", ["", "x", "U2VydmljZVJlcXVlc3Q6", "%%%", "\ud800", "\u0000"])
async def test_an_id_that_we_never_handed_out_is_nothing(town: Town, name: str) -> None:
    document = "query ($id: ID!) { node(id: $id) { id } request(id: $id) { id } organization(slug: $id) { id } }"
    document = document.replace("$id: ID!", "$id: ID!, $slug: String!").replace("slug: $id", "slug: $slug")
    answer = await town.ask(town.maya, document, id=name, slug=name)
    assert answer == {"node": None, "request": None, "organization": None}


def _in_shelbyville(town: Town) -> dict[str, str]:
    return {"organizationId": town.id_of(town.shelbyville), "categoryId": town.id_of(town.weeds)}
