"""A reader's digest before its time: when it comes, what it would say, and at once where they ask."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
import time_machine

from api.app import build_app
from bench.servers import Server
from digests.issues import Issue
from digests.now import next_digest_at, preview_digest, send_now
from digests.worker import DUTIES
from notifier.doorbell import Doorbell
from notifier.held import choose
from notifier.jobs import context_of
from notifier.notifications import Notification, State
from notifier.preferences import Cadence, ReaderSettings
from notifier.worker import worker_for
from tests.telling import Telling, told
from tests.town import nothing_changes

TUESDAY = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)  # 10:00 in New York
WEDNESDAY_AT_EIGHT = datetime(2026, 11, 25, 13, 0, tzinfo=UTC)


async def _waiting(telling: Telling, cadence: Cadence = Cadence.DAILY) -> str:
    """Maya has the closing of a request waiting."""
    town = telling.town
    await choose(f"person:{town.maya.id}", "request_closed", cadence)
    request = await telling.settled(categoryId=town.id_of(town.lights), summary="Lamp 7 is dark")
    assert await telling.after(town.tom, "closeRequest", requestId=request, comment="New bulb.") == []
    return request


async def test_the_next_digest_is_that_of_what_waits_or_of_the_soonest_cadence(telling: Telling) -> None:
    maya, key = telling.town.maya, f"person:{telling.town.maya.id}"
    with time_machine.travel(TUESDAY, tick=False):
        await choose(key, "request_closed", Cadence.WEEKLY)
        await choose(key, "request_reopened", Cadence.DAILY)
        assert await next_digest_at(maya) == WEDNESDAY_AT_EIGHT
        await choose(key, "request_acknowledged", Cadence.HOURLY)
        assert await next_digest_at(maya) == TUESDAY + timedelta(hours=1)
        await _waiting(telling, Cadence.WEEKLY)
        assert await next_digest_at(maya) == datetime(2026, 11, 30, 13, 0, tzinfo=UTC)


async def test_quiet_hours_put_the_next_digest_off(telling: Telling) -> None:
    await ReaderSettings.create(person_id=telling.town.maya.id, quiet_from=22 * 60, quiet_until=9 * 60 + 30)
    with time_machine.travel(TUESDAY, tick=False):
        await _waiting(telling)
        assert await next_digest_at(telling.town.maya) == WEDNESDAY_AT_EIGHT + timedelta(hours=1, minutes=30)


async def test_a_preview_says_what_would_go_and_changes_nothing(telling: Telling) -> None:
    town = telling.town
    with time_machine.travel(TUESDAY, tick=False):
        assert await preview_digest(town.maya, telling.settings) is None
        await _waiting(telling)
        async with nothing_changes():
            shown = await preview_digest(town.maya, telling.settings)
        assert await preview_digest(town.ines, telling.settings) is None
    assert shown is not None
    assert shown.subject == "Tom Baker closed this request: Lamp 7 is dark (#1)"
    assert "New bulb." in shown.text
    assert "Your next digest comes on Wednesday, November 25, 2026 at 8:00\u00a0AM." in shown.text


async def test_a_preview_leaves_out_what_would_be_dropped(telling: Telling) -> None:
    town = telling.town
    with time_machine.travel(TUESDAY, tick=False):
        request = await _waiting(telling)
        await town.done(town.maya, "muteRequest", requestId=request)
        async with nothing_changes():
            assert await preview_digest(town.maya, telling.settings) is None


async def test_asking_for_it_sends_what_waits_at_once_and_only_once(telling: Telling) -> None:
    town = telling.town
    await ReaderSettings.create(person_id=town.maya.id, quiet_from=0, quiet_until=23 * 60)  # quiet until 23:00
    with time_machine.travel(TUESDAY, tick=False) as clock:
        await choose(f"person:{town.maya.id}", "request_closed", Cadence.DAILY)
        request = await telling.town.report(categoryId=town.id_of(town.lights))
        await telling.after(town.tom, "closeRequest", requestId=request, comment="New bulb.")
        number = await send_now(town.maya)
        assert number is not None
        assert told(await telling.run()) == {("maya@example.org", "digest", "reporter")}
        assert await send_now(town.maya) is None
        assert await telling.run() == []
        clock.move_to(TUESDAY + timedelta(hours=13))  # 23:00 in New York
        assert [mail.kind for mail in await telling.run()] == ["request_submitted"]
    issue = await Issue.get()
    assert (issue.id, issue.cadence, issue.state, issue.told) == (number, "asked", State.SENT, 1)
    assert await Notification.filter(kind="request_closed", state=State.SENT).count() == 1


async def test_news_after_asking_waits_for_its_own_digest(telling: Telling) -> None:
    town = telling.town
    with time_machine.travel(TUESDAY, tick=False) as clock:
        request = await _waiting(telling)
        await send_now(town.maya)
        clock.shift(timedelta(minutes=1))
        await town.done(town.tom, "reopenRequest", requestId=request, comment="Dark again.")
        assert len(await telling.run()) == 2  # what was asked for, and the reopening, which is immediate
        await telling.after(town.tom, "closeRequest", requestId=request, comment="Now it is fine.")
        clock.move_to(WEDNESDAY_AT_EIGHT)
        (mail,) = await telling.run()
    assert "Now it is fine." in mail.text
    assert "New bulb." not in mail.text


async def test_whoever_sends_digests_is_rung_so_that_nobody_waits_for_the_next_look(
    telling: Telling, valkey: Server
) -> None:
    """A worker that only works off what it was rung for, and never looks by itself."""
    town, doorbell = telling.town, Doorbell(valkey.url)

    async def rung() -> list[tuple[str, str]]:
        worker = await worker_for(DUTIES, context_of(telling.settings, doorbell, telling.transport), burst=True)
        before = len(telling.transport.mails)
        await worker.async_run()
        return [(mail.recipient, mail.kind) for mail in telling.transport.mails[before:]]

    request = await _waiting(telling)
    app = build_app(telling.settings, doorbell=doorbell)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://town.test") as town.client:
        assert await rung() == []
        payload = await town.done(town.maya, "sendDigestNow", "digest { cadence }")
        assert payload["digest"] == {"cadence": "asked"}
        assert await rung() == [("maya@example.org", "digest")]
        assert (await town.done(town.maya, "sendDigestNow", "digest { id }"))["digest"] is None
        assert await rung() == []

        await town.done(town.tom, "reopenRequest", requestId=request, comment="Dark again.")
        await town.done(town.tom, "closeRequest", requestId=request, comment="Now it is fine.")
        await telling.run()
        await town.done(town.maya, "updateNotificationPreference", kind="request_closed", cadence="WEEKLY")
        assert await rung() == []
        await town.done(town.maya, "updateNotificationPreference", kind="request_closed", cadence="IMMEDIATE")
        assert await rung() == [("maya@example.org", "digest")]
    await doorbell.close()
