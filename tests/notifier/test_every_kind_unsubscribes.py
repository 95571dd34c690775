"""Every kind and a digest: the header's URL stops that mail alone, the ledger says why, and undo brings it back.
Each of them is part of its request's conversation.

A new kind needs a row here: what makes a mail of it, and to whom.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from starlette.applications import Starlette
from time_machine import travel

from api.ids import global_id
from api.pages.unsubscribe import unsubscribe_routes
from casework.requests import ServiceRequest
from notifier.held import choose_area
from notifier.kinds import CATALOGUE
from notifier.notifications import Notification, State
from notifier.preferences import DIGEST, Cadence, Preference
from tests.notifier.areas import ELM_PARK, INSIDE, watch
from tests.notifier.kinds.test_staff_sla_warning import switch_on
from tests.notifier.kinds.test_staff_work_order_assigned import order
from tests.notifier.test_threads import expect_in_its_conversation
from tests.telling import Mail, Telling
from tests.town import nothing_changes
from tests.week import BOSS, MONDAY, Week, moment, scan

pytestmark = pytest.mark.slow

Cause = Callable[[Telling], Awaitable[list[Mail]]]
CIRCLE = {"latitude": 42.35, "longitude": -71.06, "radiusM": 500}


@pytest.fixture
async def pages(telling: Telling) -> AsyncIterator[httpx.AsyncClient]:
    app = Starlette(routes=unsubscribe_routes(telling.settings))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://town.test") as client:
        yield client


def on_request(actor: str, mutation: str, /, *, pothole: bool = False, closed: bool = False, **values: Any) -> Cause:
    """Somebody does something to a new request of Maya's: a dark lamp, or a pothole that Tom handles."""

    async def cause(telling: Telling) -> list[Mail]:
        town = telling.town
        category = town.potholes if pothole else town.lights
        request = await telling.settled(categoryId=town.id_of(category))
        if closed:
            await telling.after(town.rosa, "closeRequest", requestId=request, comment="Done.")
        given = {name: value(telling) if callable(value) else value for name, value in values.items()}
        return await telling.after(getattr(town, actor), mutation, requestId=request, **given)

    return cause


def reported(**values: Any) -> Cause:
    async def cause(telling: Telling) -> list[Mail]:
        category = telling.town.potholes if values.get("pothole") else telling.town.lights
        await telling.town.report(categoryId=telling.town.id_of(category), **values.get("where", {}))
        return await telling.run()

    return cause


async def merged(telling: Telling) -> list[Mail]:
    """Ines reports what Maya reported already."""
    survivor = await telling.settled()
    twin = await telling.settled(telling.town.ines)
    return await telling.after(telling.town.rosa, "mergeRequest", requestId=twin, survivorId=survivor)


async def area_followed(telling: Telling) -> list[Mail]:
    area = await watch(telling, telling.town.maya)
    await telling.town.done(
        telling.town.maya, "updateWatchArea", watchAreaId=global_id("WatchArea", area.id), public=True
    )
    return await telling.after(telling.town.ines, "followWatchArea", watchAreaId=global_id("WatchArea", area.id))


def in_an_area(then: Cause) -> Cause:
    """Ines watches Elm Park, and wants to hear at once."""

    async def cause(telling: Telling) -> list[Mail]:
        area = await watch(telling, telling.town.ines, geojson=ELM_PARK)
        await choose_area(telling.town.ines.id, area.id, Cadence.IMMEDIATE, None)
        return await then(telling)

    return cause


async def _acknowledged_inside(telling: Telling) -> list[Mail]:
    request = await telling.settled(categoryId=telling.town.id_of(telling.town.lights), **INSIDE)
    return await telling.after(telling.town.rosa, "acknowledgeRequest", requestId=request, comment="Seen.")


async def _area_drawn(telling: Telling) -> list[Mail]:
    return await telling.after(telling.town.ines, "createWatchArea", name="Home", **CIRCLE)


def in_time(after: timedelta) -> Cause:
    """A lamp of Mark's may take four working hours, and that much of them has passed. Each one in a week of its own."""

    async def cause(telling: Telling) -> list[Mail]:
        begin = moment(MONDAY) + timedelta(weeks=await ServiceRequest.all().count())
        with travel(begin, tick=False) as clock:
            week = Week(telling, clock)
            await switch_on(week)
            lamp = await week.lamp()
            clock.shift(after)
            await scan()
            mails = await telling.run()
            await telling.after(telling.town.mark, "closeRequest", requestId=lamp, comment="Lit.")
            return mails

    return cause


ACK, CLOSE = ("rosa", "acknowledgeRequest"), ("rosa", "closeRequest")


async def work_given(telling: Telling) -> list[Mail]:
    work = await order(telling)
    return await telling.after(
        telling.town.rosa, "assignWorkOrder", workOrderId=work, assigneeId=telling.town.id_of(telling.town.tom)
    )


async def work_moved(telling: Telling) -> list[Mail]:
    work = await order(telling, assigneeId=telling.town.id_of(telling.town.tom))
    return await telling.after(
        telling.town.rosa, "changeWorkOrderDueAt", workOrderId=work, dueAt="2031-01-01T00:00:00Z"
    )


CAUSES: dict[str, tuple[str, Cause]] = {
    "staff_request_submitted": ("streets@springfield.example", reported(pothole=True)),
    "staff_request_assigned": (
        "mark@example.org",
        on_request("rosa", "assignRequest", assigneeId=lambda telling: telling.town.id_of(telling.town.mark)),
    ),
    "staff_request_recategorized": (
        "tom@example.org",
        on_request("rosa", "recategorizeRequest", categoryId=lambda telling: telling.town.id_of(telling.town.potholes)),
    ),
    "staff_request_acknowledged": ("tom@example.org", on_request(*ACK, pothole=True, comment="Seen.")),
    "staff_request_closed": ("tom@example.org", on_request(*CLOSE, pothole=True, comment="Done.")),
    "staff_request_reopened": (
        "tom@example.org",
        on_request("ines", "reopenRequest", pothole=True, closed=True, comment="Again."),
    ),
    "staff_internal_comment": (
        "tom@example.org",
        on_request("rosa", "addComment", pothole=True, body="Tar.", visibility="INTERNAL"),
    ),
    "staff_mentioned": (
        "mark@example.org",
        on_request("rosa", "addComment", body="@mark, please.", visibility="INTERNAL"),
    ),
    "staff_public_comment": ("tom@example.org", on_request("otto", "addComment", pothole=True, body="Deep.")),
    "staff_due_date_changed": (
        "tom@example.org",
        on_request("rosa", "changeDueDate", pothole=True, dueAt="2031-01-01T00:00:00Z"),
    ),
    "staff_request_merged": ("tom@example.org", merged),
    "staff_sla_breached": (BOSS, in_time(timedelta(hours=4, minutes=1))),
    "staff_sla_warning": ("mark@example.org", in_time(timedelta(hours=3, minutes=13))),
    "staff_work_order_assigned": ("tom@example.org", work_given),
    "staff_work_order_due_at_changed": ("tom@example.org", work_moved),
    "request_submitted": ("maya@example.org", reported()),
    "request_followed": ("ines@example.org", on_request("ines", "followRequest")),
    "request_acknowledged": ("maya@example.org", on_request(*ACK, comment="Seen.")),
    "request_commented": ("maya@example.org", on_request("otto", "addComment", body="Dark.")),
    "request_closed": ("maya@example.org", on_request(*CLOSE, comment="Done.")),
    "request_reopened": ("maya@example.org", on_request("ines", "reopenRequest", closed=True, comment="Again.")),
    "request_merged": ("ines@example.org", merged),
    "watch_area_created": ("ines@example.org", _area_drawn),
    "watch_area_followed": ("ines@example.org", area_followed),
    "watch_area_request": ("ines@example.org", in_an_area(reported(where=INSIDE))),
    "watch_area_activity": ("ines@example.org", in_an_area(_acknowledged_inside)),
}
"""Kind -> who gets a mail of it, and what makes one."""


def test_every_kind_has_its_row() -> None:
    assert set(CAUSES) == {kind.key for kind in CATALOGUE if not kind.is_account}


@pytest.mark.parametrize("kind", CAUSES)
async def test_one_click_stops_that_kind_alone_and_undo_brings_it_back(
    telling: Telling, pages: httpx.AsyncClient, kind: str
) -> None:
    with travel(moment(MONDAY)):
        await _stop_and_undo(telling, pages, kind)


async def _stop_and_undo(telling: Telling, pages: httpx.AsyncClient, kind: str) -> None:
    address, cause = CAUSES[kind]
    first = await cause(telling)
    mine = {(mail.recipient, mail.kind) for mail in first}
    assert (address, kind) in mine
    for mail in first:
        await expect_in_its_conversation(mail)
    path = _path(next(mail for mail in first if (mail.recipient, mail.kind) == (address, kind)))

    await _look_at(pages, path)
    for _ in range(2):
        answer = await pages.post(path, content="List-Unsubscribe=One-Click", headers=_FORM)
        assert (answer.status_code, "set-cookie" in answer.headers) == (200, False)
    ((recipient, stored, cadence),) = await Preference.all().values_list("recipient", "kind", "cadence")
    assert (stored, cadence) == (kind, Cadence.OFF)

    second = {(mail.recipient, mail.kind) for mail in await cause(telling)}
    assert second == mine - {(address, kind)}
    assert await _why(telling, recipient, kind) == ("SKIPPED", "preference_off", 8)

    await pages.post(path, data={"undo": "1"})
    assert {(mail.recipient, mail.kind) for mail in await cause(telling)} == mine


async def test_one_click_on_a_digest_stops_digests_alone_and_undo_brings_them_back(
    telling: Telling, pages: httpx.AsyncClient
) -> None:
    town = telling.town
    with travel(datetime(2026, 11, 23, 15, 0, tzinfo=UTC), tick=False) as clock:
        await watch(telling, town.ines)

        async def a_day() -> list[tuple[str, str]]:
            """Something happens in Ines's area, and on a request that she follows; then it is next morning."""
            lamp = await telling.settled(categoryId=town.id_of(town.lights))
            await telling.followed(lamp, town.ines)
            await telling.settled(categoryId=town.id_of(town.lights), **INSIDE)
            at_once = await telling.after(town.rosa, "closeRequest", requestId=lamp, comment="Done.")
            clock.shift(timedelta(days=1))
            mails.extend(await telling.run())
            return [(mail.recipient, mail.kind) for mail in [*at_once, *mails] if mail.recipient == "ines@example.org"]

        mails: list[Mail] = []
        assert await a_day() == [("ines@example.org", "request_closed"), ("ines@example.org", "digest")]
        path = _path(mails.pop())
        await _look_at(pages, path)
        for _ in range(2):
            assert (await pages.post(path, content="List-Unsubscribe=One-Click", headers=_FORM)).status_code == 200
        assert await Preference.all().values_list("recipient", "kind", "cadence") == [
            (f"person:{town.ines.id}", DIGEST, Cadence.OFF)
        ]
        assert await a_day() == [("ines@example.org", "request_closed")]
        assert await _why(telling, f"person:{town.ines.id}", "watch_area_request") == ("SKIPPED", "preference_off", 8)
        await pages.post(path, data={"undo": "1"})
        clock.shift(timedelta(seconds=1))  # the very moment belongs to the time when they were off
        assert await a_day() == [("ines@example.org", "request_closed"), ("ines@example.org", "digest")]


_FORM = {"content-type": "application/x-www-form-urlencoded"}


def _path(mail: Mail) -> str:
    assert mail.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    return urlsplit(str(mail.message["List-Unsubscribe"]).strip("<>")).path


async def _look_at(pages: httpx.AsyncClient, path: str) -> None:
    """As a link scanner would, twice."""
    async with nothing_changes():
        for method in ("GET", "HEAD", "GET", "HEAD"):
            answer = await pages.request(method, path)
            assert (answer.status_code, "set-cookie" in answer.headers) == (200, False)


async def _why(telling: Telling, recipient: str, kind: str) -> tuple[str, str, int]:
    """What the newest notification of a kind is explained as: by its reader, or by staff for a bare address."""
    row = await Notification.filter(recipient=recipient, kind=kind).order_by("-id").first()
    assert row is not None
    assert row.state is State.SKIPPED
    sort, _, name = recipient.partition(":")
    about = {"personId": global_id("Person", int(name))} if sort == "person" else {"address": name}
    who = {person.id: person for person in (telling.town.maya, telling.town.ines, telling.town.tom, telling.town.mark)}
    asker = who[int(name)] if sort == "person" else telling.town.rosa
    answer = await telling.town.ask(
        asker,
        "query ($eventId: ID, $personId: ID, $address: String) { explainNotification(eventId: $eventId,"
        " personId: $personId, address: $address) { state cause rule } }",
        eventId=global_id("HistoryEvent", row.event_id),
        **about,
    )
    (found,) = answer["explainNotification"]
    return found["state"], found["cause"], found["rule"]
