"""Reporting with a key: refused without one, done once however often it is sent, and nothing half-written."""

from __future__ import annotations

from typing import Any

import pytest

from api.ids import global_id
from casework.requests import ServiceRequest
from tests.open311.system import System
from tests.telling import Telling
from tests.town import nothing_changes

HERE = {"jurisdiction_id": "springfield", "address_string": "12 Elm Street"}


async def test_a_report_needs_a_key_of_that_organization(telling: Telling, system: System) -> None:
    town = telling.town
    fields = HERE | {"service_code": str(town.potholes.id)}
    elsewhere = {"jurisdiction_id": "shelbyville", "address_string": "1 Main", "service_code": str(town.weeds.id)}
    async with nothing_changes():
        assert await System(town.client, "").refused(fields) == (
            403,
            "api_key was not provided; the organization's managers make one.",
        )
        assert await System(town.client, "x" * 300).refused(fields) == (
            403,
            "api_key is not a key of this jurisdiction.",
        )
        assert (await system.refused(elsewhere))[0] == 403


async def test_a_revoked_key_opens_nothing(telling: Telling, system: System) -> None:
    town = telling.town
    keys = await town.ask(town.mark, '{ organization(slug: "springfield") { apiKeys { id name } } }')
    assert [each["name"] for each in keys["organization"]["apiKeys"]] == ["Call centre"]
    await town.done(town.mark, "revokeApiKey", apiKeyId=keys["organization"]["apiKeys"][0]["id"])
    async with nothing_changes():
        assert (await system.refused(HERE | {"service_code": str(town.potholes.id)}))[0] == 403
    for person, expected in ((town.mark, []), (town.tom, None), (town.maya, None), (None, None)):
        keys = await town.ask(person, '{ organization(slug: "springfield") { apiKeys { name } } }')
        assert keys["organization"]["apiKeys"] == expected


@pytest.mark.parametrize(
    ("fields", "status", "description"),
    [
        ({"service_code": ""}, 400, "service_code was not provided."),
        ({"service_code": "x"}, 404, "service_code: there is no service 'x'."),
        ({"service_code": "99"}, 404, "service_code: There is no such category in this organization."),
        ({"address_string": ""}, 400, "Say where it is: lat and long, or address_string."),
        ({"lat": "north", "long": "1"}, 400, "lat must be in degrees"),
        ({"lat": "91", "long": "1"}, 400, "lat must be between -90 and 90 degrees."),
        ({"lat": "nan", "long": "1"}, 400, "lat must be between -90 and 90 degrees."),
        ({"email": "nobody"}, 400, "email is not an e-mail address"),
        ({"media_url": "javascript:alert(1)"}, 400, "media_url must be a web address"),
        ({"phone": "1\n2"}, 400, "phone must be a single line."),
        ({"description": "x\x00"}, 400, "description holds the control character U+0000"),
        ({"attribute[NOTHING]": "x"}, 400, "attribute"),
        ({"description": "x" * 20_000}, 400, "description has 20,000 characters"),
    ],
)
async def test_a_report_amiss_is_answered_with_the_parameter_and_nothing_is_written(
    telling: Telling, system: System, fields: dict[str, Any], status: int, description: str
) -> None:
    async with nothing_changes():
        refused = await system.refused(HERE | {"service_code": str(telling.town.potholes.id)} | fields)
    assert refused[0] == status
    assert description in refused[1]


async def test_a_required_attribute_that_is_missing_is_named(telling: Telling, system: System) -> None:
    refused = await system.refused(HERE | {"service_code": str(telling.town.lights.id)})
    assert refused == (400, "attribute: “What is wrong with the lamp?” (LAMP) must be answered.")


async def test_another_media_type_and_a_body_too_large_are_refused(telling: Telling, system: System) -> None:
    answer = await system.client.post("/open311/v2/requests.json", json={"service_code": "1"})
    assert (answer.status_code, answer.json()[0]["code"]) == (415, 415)
    answer = await system.post(HERE | {"service_code": "1", "description": "x" * 2_000_000})
    assert (answer.status_code, answer.json()[0]["code"]) == (413, 413)
    answer = await system.client.post(
        "/open311/v2/requests.json", content=b"no form", headers={"content-type": "multipart/form-data; boundary=x"}
    )
    assert answer.status_code in (400, 403)


async def test_the_same_idempotency_key_files_one_request(telling: Telling, system: System) -> None:
    fields = HERE | {"service_code": str(telling.town.potholes.id), "description": "A pothole"}
    once = {"Idempotency-Key": "one two three four"}
    answers = [await system.post(fields, once) for _ in range(3)]
    assert {each.text for each in answers} == {answers[0].text}
    assert await ServiceRequest.all().count() == 1
    other = await system.post(fields | {"description": "Another"}, once)
    assert (other.status_code, *other.json()[0].values()) == (
        409,
        409,
        "This key was used with other input in the last 24 hours. Use a new one.",
    )
    nowhere = [await system.post(fields | {"service_code": "99"}, {"Idempotency-Key": "another"}) for _ in range(2)]
    assert [each.status_code for each in nowhere] == [404, 404]
    await system.reported(fields)
    assert await ServiceRequest.all().count() == 2


async def test_a_long_description_keeps_its_first_words_as_the_summary(telling: Telling, system: System) -> None:
    words = "A pothole " * 50
    await system.reported(HERE | {"service_code": str(telling.town.potholes.id), "description": words})
    await system.reported(HERE | {"service_code": str(telling.town.potholes.id)})
    long, bare = await ServiceRequest.all().order_by("id")
    assert long.summary == ("A pothole " * 20)[:199].rsplit(" ", 1)[0] + "…"
    assert long.description == words.strip()
    assert (bare.summary, bare.description) == ("Potholes", "")


async def test_a_key_made_twice_by_one_mutation_shows_its_secret_once(telling: Telling) -> None:
    town = telling.town
    values = {
        "organizationId": town.id_of(town.springfield),
        "name": "Phones",
        "clientMutationId": "the same one each time",
    }
    first = await town.done(town.rosa, "createApiKey", "apiKey { id } secret", **values)
    again = await town.done(town.rosa, "createApiKey", "apiKey { id } secret", **values)
    assert first["secret"]
    assert again == {**first, "secret": None}


async def test_what_a_caller_said_of_themselves_stays_when_the_answers_are_mended(
    telling: Telling, system: System
) -> None:
    town = telling.town
    code = str(town.lights.id)
    await system.reported(HERE | {"service_code": code, "phone": "555 0100", "attribute[LAMP]": "dark"})
    row = await ServiceRequest.get()
    mended = [{"code": "LAMP", "values": ["on"]}]
    payload = await town.done(
        town.tom,
        "updateRequest",
        "request { answers { code values { key } } }",
        requestId=global_id("ServiceRequest", row.id),
        answers=mended,
    )
    assert [(each["code"], each["values"][0]["key"]) for each in payload["request"]["answers"]] == [
        ("LAMP", "on"),
        ("open311.phone", "555 0100"),
    ]
