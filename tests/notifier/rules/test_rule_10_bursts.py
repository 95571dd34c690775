"""Rule 10, its corners: which mails count, for how long, and what waits with what. Three at once are the limit here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from casework.actions.profile import update_profile
from casework.organizations import RequestCategory
from notifier.bursts import WINDOW
from notifier.held import choose
from notifier.preferences import Cadence
from tests.telling import Telling, told

TUESDAY = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)  # 10:00 in New York
DIGEST_TO_MAYA = {("maya@example.org", "digest", "reporter")}


@pytest.fixture(autouse=True)
def _three_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("notifier.bursts.AT_ONCE", 3)


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(TUESDAY, tick=False) as clock:
        yield clock


async def _lamps(telling: Telling, number: int, clock: Any) -> list[str]:
    """Requests of Maya's that nobody handles; their receipts are out, and what counted there is over."""
    lights = telling.town.id_of(telling.town.lights)
    requests = [await telling.town.report(categoryId=lights, summary=f"Lamp {n + 1} is dark") for n in range(number)]
    await telling.run()
    clock.shift(WINDOW)
    await telling.run()
    return requests


async def _comment(telling: Telling, request: str, body: str = "Hm.") -> list[str]:
    mails = await telling.after(telling.town.ines, "addComment", requestId=request, body=body)
    return [mail.kind for mail in mails]


async def test_the_five_minutes_start_with_the_first_mail_and_do_not_slide(telling: Telling, clock: Any) -> None:
    (request,) = await _lamps(telling, 1, clock)
    assert await _comment(telling, request) == ["request_commented"]
    clock.shift(timedelta(minutes=4, seconds=58))
    for _ in range(2):
        assert await _comment(telling, request) == ["request_commented"]
    clock.shift(timedelta(seconds=1))
    assert await _comment(telling, request, "The fourth.") == []
    clock.shift(timedelta(seconds=1))
    (mail,) = await telling.run()
    assert (mail.kind, "The fourth." in mail.text) == ("digest", True)
    for _ in range(3):  # five minutes of their own
        assert await _comment(telling, request) == ["request_commented"]
    assert await _comment(telling, request) == []


async def test_each_actor_and_each_reader_has_a_count_of_their_own(telling: Telling, clock: Any) -> None:
    (request,) = await _lamps(telling, 1, clock)
    town = telling.town
    for _ in range(3):
        await _comment(telling, request)
    await telling.followed(request, town.otto)
    mails = await telling.after(town.ines, "addComment", requestId=request, body="Hm.")
    assert told(mails) == {("otto@example.org", "request_commented", "follower")}
    mails = await telling.after(town.mark, "addComment", requestId=request, body="Hm.")
    assert told(mails) == {
        ("otto@example.org", "request_commented", "follower"),
        ("maya@example.org", "request_commented", "reporter"),
    }


async def test_a_bulk_mail_counts_as_one(telling: Telling, clock: Any) -> None:
    town, requests = telling.town, await _lamps(telling, 5, clock)
    for request in requests[:2]:
        await telling.after(town.tom, "acknowledgeRequest", requestId=request, comment="Seen.")
    mails = await telling.after(town.tom, "closeRequests", requestIds=requests[1:], comment="New bulbs.")
    assert told(mails) == {("maya@example.org", "request_closed", "reporter")}
    assert [mails[0].text.count(f"Lamp {n + 1} is dark") > 0 for n in range(5)] == [False, True, True, True, True]
    assert await telling.after(town.tom, "closeRequest", requestId=requests[0], comment="That one, too.") == []
    clock.shift(WINDOW)
    assert told(await telling.run()) == DIGEST_TO_MAYA


async def test_addresses_are_counted_too_and_deeds_of_nobody_are_not(telling: Telling, clock: Any) -> None:
    town = telling.town
    await RequestCategory.filter(id=town.lights.id).update(route_addresses=["lamps@springfield.example"])
    lights = town.id_of(town.lights)
    for _ in range(5):
        await town.report(town.maya, categoryId=lights)
    routed = [mail.kind for mail in await telling.run() if mail.recipient == "lamps@springfield.example"]
    assert routed == ["staff_request_submitted"] * 3
    clock.shift(WINDOW)
    mails = await telling.run()
    assert ("lamps@springfield.example", "digest") in {(mail.recipient, mail.kind) for mail in mails}
    values = {"organizationId": town.id_of(town.springfield), "categoryId": lights, "summary": "A lamp"}
    for _ in range(5):
        await town.done(None, "submitRequest", **values)
    routed = [mail.kind for mail in await telling.run() if mail.recipient == "lamps@springfield.example"]
    assert routed == ["staff_request_submitted"] * 5


async def test_account_mail_neither_waits_nor_counts(telling: Telling, clock: Any) -> None:
    """What Maya does is mailed to one address, now about her account and now about her reports."""
    town, address = telling.town, "lamps@springfield.example"
    await RequestCategory.filter(id=town.lights.id).update(route_addresses=[address])
    lights = town.id_of(town.lights)

    report = {"organizationId": town.id_of(town.springfield), "categoryId": lights, "summary": "A dark lamp"}

    async def asked() -> list[str]:
        await update_profile(await town.viewer(town.maya), address=address)
        return [mail.kind for mail in await telling.run()]

    async def reported() -> list[str]:
        mails = await telling.after(town.maya, "submitRequest", **report)
        return [mail.kind for mail in mails if mail.recipient == address]

    for _ in range(5):
        assert await asked() == ["confirm_email"]
    for _ in range(3):
        assert await reported() == ["staff_request_submitted"]
    assert await reported() == []
    assert await asked() == ["confirm_email"]


async def test_what_waits_for_a_digest_is_not_counted_and_just_joins_it(telling: Telling, clock: Any) -> None:
    town = telling.town
    (request,) = await _lamps(telling, 1, clock)
    await choose(f"person:{town.maya.id}", "request_commented", Cadence.DAILY)
    for number in range(5):
        assert await _comment(telling, request, f"Comment {number}.") == []
    mails = await telling.after(town.ines, "closeRequest", requestId=request, comment="It works again.")
    assert told(mails) == {("maya@example.org", "request_closed", "reporter")}
    clock.shift(WINDOW)
    assert await telling.run() == []
    clock.move_to(datetime(2026, 11, 25, 13, 0, tzinfo=UTC))
    (mail,) = await telling.run()
    assert [mail.text.count(f"Comment {number}.") for number in range(5)] == [1] * 5
