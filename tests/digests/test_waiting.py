"""What waits: digests, bursts, quiet hours and vacations (rules 8 to 11), from the mutation to the mailbox."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import time_machine

from digests.issues import Issue
from notifier.held import choose
from notifier.notifications import Notification, State
from notifier.preferences import Cadence, ReaderSettings
from tests.telling import Telling, told

TUESDAY = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)  # 10:00 in New York


async def _closed(telling: Telling, cadence: Cadence) -> None:
    """Maya, who wants closings by digest, has one waiting."""
    town = telling.town
    await choose(f"person:{town.maya.id}", "request_closed", cadence)
    request = await telling.settled(categoryId=town.id_of(town.lights))
    assert await telling.after(town.tom, "closeRequest", requestId=request, comment="New bulb.") == []


async def test_a_daily_digest_goes_at_eight_the_next_morning_and_once(telling: Telling) -> None:
    with time_machine.travel(TUESDAY, tick=False) as clock:
        await _closed(telling, Cadence.DAILY)
        clock.move_to(datetime(2026, 11, 25, 12, 59, 59, tzinfo=UTC))
        assert await telling.run() == []
        clock.move_to(datetime(2026, 11, 25, 13, 0, tzinfo=UTC))
        mails = await telling.run()
        assert told(mails) == {("maya@example.org", "digest", "reporter")}
        assert "New bulb." in mails[0].text
        assert await telling.run() == []
    issue = await Issue.get()
    assert (issue.cadence, issue.state, issue.told, issue.dropped) == ("daily", State.SENT, 1, 0)
    assert issue.window_start == datetime(2026, 11, 25, 13, 0, tzinfo=UTC)
    assert (await Notification.get(kind="request_closed")).state is State.SENT


async def test_missed_days_lose_nothing_and_go_as_one(telling: Telling) -> None:
    town = telling.town
    with time_machine.travel(TUESDAY, tick=False) as clock:
        await _closed(telling, Cadence.DAILY)
        clock.move_to(TUESDAY + timedelta(days=1))
        await telling.relay()
        second = await town.report(categoryId=town.id_of(town.lights), summary="Lamp 9 is dark")
        await telling.relay()
        await town.done(town.tom, "closeRequest", requestId=second, comment="Also replaced.")
        await telling.relay()
        clock.move_to(TUESDAY + timedelta(days=9))
        mails = [mail for mail in await telling.run() if mail.kind == "digest"]
    assert len(mails) == 1
    assert "New bulb." in mails[0].text
    assert "Also replaced." in mails[0].text


async def test_a_weekly_digest_goes_on_monday(telling: Telling) -> None:
    with time_machine.travel(TUESDAY, tick=False) as clock:
        await _closed(telling, Cadence.WEEKLY)
        clock.move_to(datetime(2026, 11, 30, 12, 59, 59, tzinfo=UTC))
        assert await telling.run() == []
        clock.move_to(datetime(2026, 11, 30, 13, 0, tzinfo=UTC))
        assert told(await telling.run()) == {("maya@example.org", "digest", "reporter")}


async def test_who_moves_to_another_zone_gets_the_waiting_digest_at_eight_there(telling: Telling) -> None:
    with time_machine.travel(TUESDAY, tick=False) as clock:
        await _closed(telling, Cadence.DAILY)
        await telling.town.done(telling.town.maya, "updateProfile", timeZone="Asia/Tokyo")
        clock.move_to(datetime(2026, 11, 24, 22, 59, 59, tzinfo=UTC))
        assert await telling.run() == []
        clock.move_to(datetime(2026, 11, 24, 23, 0, tzinfo=UTC))
        assert told(await telling.run()) == {("maya@example.org", "digest", "reporter")}


async def test_what_falls_away_is_dropped_and_an_empty_digest_is_not_sent(telling: Telling) -> None:
    with time_machine.travel(TUESDAY, tick=False) as clock:
        await _closed(telling, Cadence.DAILY)
        clock.move_to(TUESDAY + timedelta(days=1))
        await choose(f"person:{telling.town.maya.id}", "request_closed", Cadence.OFF)
        assert await telling.run() == []
    issue = await Issue.get()
    assert (issue.state, issue.told, issue.dropped) == (State.SKIPPED, 0, 1)
    assert await telling.skips("request_closed") == {f"person:{telling.town.maya.id}": "preference_off"}


async def test_quiet_hours_put_mail_off_to_their_end_as_separate_mails(telling: Telling) -> None:
    town = telling.town
    await ReaderSettings.create(person_id=town.maya.id, quiet_from=22 * 60, quiet_until=7 * 60)
    with time_machine.travel(datetime(2026, 11, 25, 4, 0, tzinfo=UTC), tick=False) as clock:  # 23:00 in New York
        lights = town.id_of(town.lights)
        assert await telling.after(town.maya, "submitRequest", **_report(telling, "One", lights)) == []
        assert await telling.after(town.maya, "submitRequest", **_report(telling, "Two", lights)) == []
        clock.move_to(datetime(2026, 11, 25, 11, 59, tzinfo=UTC))
        assert await telling.run() == []
        clock.move_to(datetime(2026, 11, 25, 12, 0, tzinfo=UTC))
        assert [mail.kind for mail in await telling.run()] == ["request_submitted", "request_submitted"]


async def test_a_vacation_holds_all_mail_and_ends_with_one_digest(telling: Telling) -> None:
    town = telling.town
    back = TUESDAY + timedelta(days=7)
    await ReaderSettings.create(person_id=town.tom.id, vacation_from=TUESDAY, vacation_until=back)
    with time_machine.travel(TUESDAY + timedelta(hours=1), tick=False) as clock:
        for summary in ("One", "Two"):
            await telling.settled(summary=summary)
        clock.move_to(back)
        mails = [mail for mail in await telling.run() if mail.recipient == "tom@example.org"]
    assert told(mails) == {("tom@example.org", "digest", "assignee")}
    assert "One" in mails[0].text
    assert "Two" in mails[0].text
    assert (await Issue.get()).cadence == "catch_up"


async def test_the_21st_mail_of_one_actor_in_five_minutes_waits_and_goes_as_one(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled(categoryId=town.id_of(town.lights))
    with time_machine.travel(TUESDAY, tick=False) as clock:
        for number in range(23):
            clock.move_to(TUESDAY + timedelta(seconds=number))
            body = f"Comment number {number}."
            await town.done(town.ines, "addComment", requestId=request, body=body, visibility="PUBLIC")
        assert len(await telling.run()) == 20
        clock.move_to(TUESDAY + timedelta(minutes=5, seconds=-1))
        assert await telling.run() == []
        clock.move_to(TUESDAY + timedelta(minutes=5))
        mails = await telling.run()
        assert told(mails) == {("maya@example.org", "digest", "reporter")}
        for number in (20, 21, 22):
            assert f"Comment number {number}." in mails[0].text
        await town.done(town.ines, "addComment", requestId=request, body="Later.", visibility="PUBLIC")
        assert [mail.kind for mail in await telling.run()] == ["request_commented"]


def _report(telling: Telling, summary: str, category: str) -> dict[str, str]:
    town = telling.town
    return {"organizationId": town.id_of(town.springfield), "categoryId": category, "summary": summary}
