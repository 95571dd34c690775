"""Filters by time, service, status and number; and what a caller is told who asks amiss."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

import pytest

from casework.history import HistoryRow
from casework.requests import ServiceRequest
from tests.open311.system import System
from tests.telling import Telling

HERE = {"jurisdiction_id": "springfield"}
NOON = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)


async def numbers(system: System, **parameters: str) -> list[str]:
    return [each["service_request_id"] for each in await system.get("/requests", HERE | parameters)]


async def test_requests_are_found_by_time_service_and_status(telling: Telling, system: System) -> None:
    town = telling.town
    for day in range(4):
        await town.report(
            categoryId=town.id_of(town.lights if day == 1 else town.potholes),
            **({"answers": [{"code": "LAMP", "values": ["on"]}]} if day == 1 else {}),
        )
        at = NOON + timedelta(days=day)
        row = await ServiceRequest.get(number=day + 1)
        await ServiceRequest.filter(id=row.id).update(created_at=at, updated_at=at)
        await HistoryRow.filter(request_id=row.id).update(occurred_at=at)
    request = (await town.ask(None, "{ requests(first: 1) { nodes { id number } } }"))["requests"]["nodes"][0]
    await town.done(town.tom, "acknowledgeRequest", requestId=request["id"], comment="Seen.")
    start, end = "2026-03-03T17:00:00Z", "2026-03-04T12:00:00-05:00"
    assert await numbers(system, start_date=start) == ["4", "3", "2"]
    assert await numbers(system, start_date=start, end_date=end) == ["3", "2"]
    assert await numbers(system, end_date=end) == ["3", "2", "1"]
    assert await numbers(system, start_date="2026-03-05") == ["4"]  # from midnight in the town on
    assert await numbers(system, start_date=start, service_code=str(town.lights.id)) == ["2"]
    assert await numbers(system, start_date=start, status="open") == ["4", "3", "2"]
    assert await numbers(system, start_date=start, status="closed,open") == ["4", "3", "2"]
    assert await numbers(system, start_date=start, status="closed") == []
    assert await numbers(system, service_request_id="1,4,99") == ["4", "1"]
    assert await numbers(system, start_date=start, page_size="2") == ["4", "3"]
    assert await numbers(system, start_date=start, page_size="2", page="2") == ["2"]
    assert await numbers(system, updated_after=start) == ["4", "3", "2"]
    assert await numbers(system, updated_after="2026-03-06") == [str(request["number"])]
    assert await numbers(system) == []  # of the last 90 days


async def test_what_a_guest_may_not_see_is_not_there(telling: Telling, system: System) -> None:
    town = telling.town
    await town.report(categoryId=town.id_of(town.complaints))
    hidden = await town.report()
    await town.done(town.tom, "setRequestVisibility", requestId=hidden, hidden=True)
    assert await numbers(system) == []
    assert await numbers(system, api_key=system.key) == []
    for number in ("1", "2", "3"):
        (error,) = await system.get(f"/requests/{number}", HERE, expects=404)
        assert error == {
            "code": 404,
            "description": f"service_request_id: there is no public request '{number}'.",
        }


@pytest.mark.parametrize(
    ("path", "parameters", "code", "description"),
    [
        ("/services", {}, 400, "jurisdiction_id was not provided."),
        ("/services", {"jurisdiction_id": "atlantis"}, 404, "jurisdiction_id: there is no organization 'atlantis'."),
        ("/services/99", HERE, 404, "service_code: there is no service '99'."),
        ("/services/x", HERE, 404, "service_code: there is no service 'x'."),
        ("/requests/x", HERE, 404, "service_request_id: 'x' is no such id."),
        ("/requests", HERE | {"start_date": "yesterday"}, 400, "start_date must be a date and time with its zone"),
        ("/requests", HERE | {"start_date": "2026-03-02T10:00:00"}, 400, "start_date needs a time zone"),
        (
            "/requests",
            HERE | {"start_date": "2026-03-02", "end_date": "2026-03-01"},
            400,
            "end_date is before start_date.",
        ),
        ("/requests", HERE | {"start_date": "2026-01-01", "end_date": "2026-05-01"}, 400, "more than 90 days apart"),
        ("/requests", HERE | {"status": "pending"}, 400, "status: 'pending' is neither open nor closed."),
        ("/requests", HERE | {"service_code": "x"}, 400, "service_code: 'x' is no such id."),
        ("/requests", HERE | {"page_size": "2000"}, 400, "page_size must be a number between 1 and 1000."),
        ("/requests", HERE | {"api_key": "wrong"}, 403, "api_key is not a key of this jurisdiction."),
        ("/tokens/nonsense", HERE, 404, "token: there is no such token."),
    ],
)
async def test_a_question_amiss_is_answered_with_the_parameter(
    system: System, path: str, parameters: dict[str, str], code: int, description: str
) -> None:
    answer = await system.client.get(f"/open311/v2{path}.json", params=parameters)
    (error,) = answer.json()
    assert (answer.status_code, error["code"]) == (code, code)
    assert description in error["description"]
    as_xml = await system.client.get(f"/open311/v2{path}", params=parameters)
    assert as_xml.status_code == code
    assert as_xml.text.startswith("<?xml version='1.0' encoding='utf-8'?>\n<errors><error><code>")


async def test_the_format_is_the_ending_or_what_the_client_accepts(system: System) -> None:
    async def media(path: str, **headers: str) -> str:
        answer = await system.client.get(f"/open311/v2/discovery{path}", headers=headers)
        return answer.headers["content-type"].split(";")[0] if answer.status_code == 200 else str(answer.status_code)

    assert await media(".json") == "application/json"
    assert await media(".xml", accept="application/json") == "text/xml"
    assert await media("", accept="application/json") == "application/json"
    assert await media("", accept="*/*") == "text/xml"
    assert await media(".csv") == "404"


async def test_what_is_internal_is_no_update(telling: Telling, system: System) -> None:
    town = telling.town
    request = await town.report()
    await HistoryRow.filter(type="RequestSubmitted").update(occurred_at=NOON)
    await ServiceRequest.all().update(created_at=NOON, updated_at=NOON)
    await town.done(town.tom, "addComment", requestId=request, body="Hush.", visibility="INTERNAL")
    (found,) = await system.get("/requests/1", HERE)
    assert found["updated_datetime"] == "2026-03-02T12:00:00-05:00"
    assert await numbers(system, updated_after="2026-03-03") == []


async def test_what_xml_has_no_place_for_is_told_all_the_same(telling: Telling, system: System) -> None:
    await telling.town.report(summary="A pothole\ufffe", place="Elm\uffff Street")
    answer = await system.client.get("/open311/v2/requests.xml", params=HERE)
    (found,) = ET.fromstring(answer.content)
    assert (found.findtext("description"), found.findtext("address")) == ("A pothole\ufffd", "Elm\ufffd Street")
