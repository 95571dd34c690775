"""What is told live, to whom, and from where on."""

from __future__ import annotations

from typing import Any

from tests.listening import Subscription, listening
from tests.telling import Telling

ACTIVITY = """subscription ($requestId: ID!, $after: String) {
  requestActivity(requestId: $requestId, after: $after) {
    cursor event { type isInternal text comment { body } actor { name } } request { summary status }
  }
}"""
AREA = """subscription ($watchAreaId: ID!, $after: String) {
  watchAreaActivity(watchAreaId: $watchAreaId, after: $after) { cursor event { type } request { summary } }
}"""
TOLD = """subscription ($after: String) {
  viewerNotifications(after: $after) { cursor notification { kind { key } state skip request { summary } } }
}"""


def types(subscription: Subscription) -> list[str]:
    """What came since the last look, by name."""
    return [next(iter(each.values()))["event"]["type"] for each in subscription.taken()]


async def test_a_request_is_followed_live_by_those_who_may_see_it(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled()
    await telling.heard()
    async with listening(town.app) as guest, listening(town.app, town.token(town.tom)) as staff:
        outside = await guest.subscribe(ACTIVITY, requestId=request)
        inside = await staff.subscribe(ACTIVITY, requestId=request)
        await town.done(town.tom, "addComment", requestId=request, body="Hush.", visibility="INTERNAL")
        await town.done(town.tom, "closeRequest", requestId=request, comment="Filled.")
        await telling.heard()
        (heard,) = outside.taken()
        cursor = heard["requestActivity"].pop("cursor")
        assert heard == {
            "requestActivity": {
                "event": {
                    "type": "RequestClosed",
                    "isInternal": False,
                    "text": "Tom Baker closed this",
                    "comment": {"body": "Filled."},
                    "actor": {"name": "Tom Baker"},
                },
                "request": {"summary": "A pothole on Elm Street", "status": "CLOSED"},
            }
        }
        both = inside.taken()
        assert [each["requestActivity"]["event"]["type"] for each in both] == ["InternalCommentAdded", "RequestClosed"]
        assert both[1]["requestActivity"]["cursor"] == cursor


async def test_history_and_live_share_their_cursors_so_nothing_is_missed_between_the_two(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled()
    await telling.heard()
    asked = "query ($id: ID!) { request(id: $id) { history { pageInfo { endCursor } } } }"
    page = await town.ask(town.maya, asked, id=request)
    await town.done(town.maya, "addComment", requestId=request, body="In between.")
    await telling.heard()
    async with listening(town.app, town.token(town.maya)) as socket:
        after = page["request"]["history"]["pageInfo"]["endCursor"]
        activity = await socket.subscribe(ACTIVITY, requestId=request, after=after)
        await town.done(town.tom, "acknowledgeRequest", requestId=request, comment="Seen.")
        await telling.heard()
        assert types(activity) == ["PublicCommentAdded", "RequestAcknowledged"]


async def test_an_area_tells_what_it_matches_and_nothing_private(telling: Telling) -> None:
    town = telling.town
    here = {"latitude": 42.36, "longitude": -71.06}
    made = await town.done(town.maya, "createWatchArea", "watchArea { id }", name="Corner", radiusM=300.0, **here)
    await telling.heard()
    async with listening(town.app, town.token(town.maya)) as socket:
        area = await socket.subscribe(AREA, watchAreaId=made["watchArea"]["id"])
        request = await town.report(town.ines, summary="Here", **here)
        await town.report(town.ines, summary="Far away", latitude=43.0, longitude=-71.06)
        await town.report(town.ines, summary="Hidden", categoryId=town.id_of(town.complaints), **here)
        await town.done(town.tom, "addComment", requestId=request, body="Hush.", visibility="INTERNAL")
        await town.done(town.tom, "closeRequest", requestId=request, comment="Done.")
        await telling.heard()
        live = area.taken()
        assert [each["watchAreaActivity"]["event"]["type"] for each in live] == ["RequestSubmitted", "RequestClosed"]
        assert {each["watchAreaActivity"]["request"]["summary"] for each in live} == {"Here"}
        replayed = await socket.subscribe(AREA, watchAreaId=made["watchArea"]["id"], after="Yzow")
        assert replayed.taken() == live


async def test_a_person_hears_of_each_notification_once_and_by_the_order_of_telling(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled()
    await telling.heard()
    async with listening(town.app, town.token(town.maya)) as socket:
        mine = await socket.subscribe(TOLD)
        await town.done(town.tom, "acknowledgeRequest", requestId=request, comment="Seen.")
        await town.done(town.maya, "addComment", requestId=request, body="Thank you.")
        await telling.heard()
        heard = [each["viewerNotifications"] for each in mine.taken()]
        cursors = [each.pop("cursor") for each in heard]
        about = {"summary": "A pothole on Elm Street"}
        assert heard == [
            {"notification": {**told("request_acknowledged"), "request": about}},
            {"notification": {**told("request_commented", skip="actor"), "request": about}},
        ]
        again = await socket.subscribe(TOLD, after=cursors[0])
        assert [each["viewerNotifications"]["cursor"] for each in again.taken()] == cursors[1:]


def told(kind: str, *, skip: str | None = None) -> dict[str, Any]:
    return {"kind": {"key": kind}, "state": "SKIPPED" if skip else "PENDING", "skip": skip}


async def test_everyone_is_told_in_their_own_language_and_why_it_ends_too(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled()
    await telling.heard()
    asked = "subscription ($id: ID!) { requestActivity(requestId: $id) { event { text } } }"
    async with listening(town.app) as english, listening(town.app, language="es-MX") as spanish:
        heard = [await guest.subscribe(asked, id=request) for guest in (english, spanish)]
        await town.done(town.tom, "closeRequest", requestId=request, comment="Filled.")
        await telling.heard()
        texts = [each["requestActivity"]["event"]["text"] for live in heard for each in live.taken()]
        assert texts == ["Tom Baker closed this", "Tom Baker cerró esta solicitud"]
        await town.done(town.tom, "setRequestVisibility", requestId=request, hidden=True)
        await telling.heard()
        assert [live.errors[0]["message"] for live in heard if live.errors] == [
            "There is nothing here that you may follow, or not any more.",
            "Aquí no hay nada que pueda seguir, o ya no lo hay.",
        ]
        nobody = await spanish.subscribe("subscription { viewerNotifications { cursor } }")
        assert nobody.errors is not None
        assert nobody.errors[0]["message"] == "Inicie sesión para recibir sus avisos."
