"""A client's walk, as the specification describes it: discover, list, define, post, poll, fetch, filter."""

from __future__ import annotations

from tests.open311.system import System
from tests.telling import Telling, mail_to, told

HERE = {"jurisdiction_id": "springfield"}
POTHOLE = HERE | {"address_string": "Elm Street", "description": "A pothole"}


async def test_a_system_finds_its_way_from_discovery_to_a_closed_request(telling: Telling, system: System) -> None:
    town = telling.town
    lights = str(town.lights.id)

    (endpoint,) = (await system.get("/discovery", {}))["endpoints"]
    assert endpoint["url"] == "http://127.0.0.1:8000/open311/v2"
    assert endpoint["formats"] == ["application/json", "text/xml"]

    services = await system.get("/services", HERE)
    assert [(each["service_code"], each["service_name"], each["metadata"], each["type"]) for each in services] == [
        (str(town.complaints.id), "Complaints", False, "realtime"),
        (str(town.potholes.id), "Potholes", False, "realtime"),
        (lights, "Street lights", True, "realtime"),
    ]

    definition = await system.get(f"/services/{lights}", HERE)
    assert definition["attributes"][0] == {
        "variable": True,
        "code": "LAMP",
        "datatype": "singlevaluelist",
        "required": True,
        "datatype_description": "Choose one.",
        "order": 1,
        "description": "What is wrong with the lamp?",
        "values": [{"key": "dark", "name": "It stays dark"}, {"key": "on", "name": "It never goes off"}],
    }
    assert [each["variable"] for each in definition["attributes"]] == [True, True, True, False]

    receipt = await system.reported(
        {
            **HERE,
            "service_code": lights,
            "lat": "42.3601",
            "long": "-71.0589",
            "address_string": "12 Elm Street",
            "description": "The lamp is dark.\nSince <Sunday> & before.",
            "email": "Carol@Example.net",
            "first_name": "Carol",
            "last_name": "Ames",
            "phone": "555 0100",
            "media_url": "https://photos.example/1.jpg",
            "attribute[LAMP]": "dark",
            "attribute[SIGNS][]": ["s", "y"],
            "attribute[WHO]": "The school's",
        }
    )
    assert receipt == {
        "service_request_id": "1",
        "service_notice": "See what becomes of it: http://127.0.0.1:8000/r/springfield/1",
        "account_id": None,
    }

    (found,) = await system.get("/requests/1", HERE | {"extensions": "true"})
    times = found["requested_datetime"], found["updated_datetime"]
    assert found == {
        "service_request_id": "1",
        "status": "open",
        "status_notes": None,
        "service_name": "Street lights",
        "service_code": lights,
        "description": "The lamp is dark.\nSince <Sunday> & before.",
        "agency_responsible": "Town of Springfield",
        "service_notice": None,
        "requested_datetime": times[0],
        "updated_datetime": times[1],
        "expected_datetime": None,
        "address": "12 Elm Street",
        "address_id": None,
        "zipcode": None,
        "lat": 42.3601,
        "long": -71.0589,
        "media_url": "https://photos.example/1.jpg",
        "attributes": [
            {
                "code": "LAMP",
                "description": "What is wrong with the lamp?",
                "values": [{"key": "dark", "name": "It stays dark"}],
            },
            {
                "code": "SIGNS",
                "description": "Which signs can't be read?",
                "values": [{"key": "s", "name": "Stop"}, {"key": "y", "name": "Yield"}],
            },
        ],
    }

    mails = await telling.run()
    assert told(mails) == {("carol@example.net", "confirm_email", "account")}

    request = (await town.ask(town.tom, "{ requests { nodes { id answers { code values { name } } } } }"))["requests"]
    assert [(each["code"], each["values"][0]["name"]) for each in request["nodes"][0]["answers"]] == [
        ("LAMP", "It stays dark"),
        ("SIGNS", "Stop"),
        ("WHO", "The school's"),
        ("open311.name", "Carol Ames"),
        ("open311.phone", "555 0100"),
    ]

    await town.done(town.tom, "closeRequest", requestId=request["nodes"][0]["id"], comment="A new lamp.")
    (closed,) = await system.get("/requests", HERE | {"status": "closed"})
    assert (closed["service_request_id"], closed["status"], closed["status_notes"]) == ("1", "closed", "A new lamp.")
    assert await system.get("/requests", HERE | {"status": "open"}) == []


async def test_the_same_people_hear_of_it_as_if_it_came_over_graphql(telling: Telling, system: System) -> None:
    await system.reported(POTHOLE | {"service_code": str(telling.town.potholes.id)})
    mails = await telling.run()
    assert told(mails) == {
        ("tom@example.org", "staff_request_submitted", "assignee"),
        ("streets@springfield.example", "staff_request_submitted", "route_address"),
    }
    assert mail_to(mails, "tom@example.org").subject == "A pothole (#1)"


async def test_what_waits_for_staff_has_a_token_until_they_release_it(telling: Telling, system: System) -> None:
    town = telling.town
    place = town.id_of(town.springfield)
    await town.done(town.rosa, "updateOrganization", organizationId=place, holdGuests=True)
    assert {each["type"] for each in await system.get("/services", HERE)} == {"batch"}
    receipt = await system.reported(POTHOLE | {"service_code": str(town.potholes.id)})
    assert set(receipt) == {"token", "service_notice", "account_id"}
    token = receipt["token"]
    assert await system.get(f"/tokens/{token}", HERE) == [{"service_request_id": None, "token": token}]
    assert await system.get("/requests", HERE) == []
    held = (await town.ask(town.tom, "{ requests(filter: {held: true}) { nodes { id } } }"))["requests"]["nodes"]
    await town.done(town.tom, "releaseContent", contentId=held[0]["id"])
    assert await system.get(f"/tokens/{token}", HERE) == [{"service_request_id": "1", "token": token}]
    assert [each["service_request_id"] for each in await system.get("/requests", HERE)] == ["1"]


async def test_only_with_the_key_is_the_deadline_told(telling: Telling, system: System) -> None:
    town = telling.town
    request = await town.report()
    await town.done(town.tom, "changeDueDate", requestId=request, dueAt="2033-03-03T12:00:00Z")
    (outside,) = await system.get("/requests/1", HERE)
    (inside,) = await system.get("/requests/1", HERE | {"api_key": system.key})
    assert outside["expected_datetime"] is None
    assert inside["expected_datetime"] == "2033-03-03T07:00:00-05:00"


async def test_a_duplicate_says_where_it_went(telling: Telling, system: System) -> None:
    town = telling.town
    survivor, duplicate = await town.report(), await town.report()
    await town.done(town.tom, "mergeRequest", requestId=duplicate, survivorId=survivor)
    (found,) = await system.get("/requests/2", HERE)
    assert found["status"] == "closed"
    assert found["service_notice"] == "Merged into 1: http://127.0.0.1:8000/r/springfield/1"
