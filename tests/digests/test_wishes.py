"""Rule 8 with a digest waiting: what becomes of it when its reader wishes something else, goes, or can't be reached."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from casework.passwords import hashed
from casework.people import Person
from digests.issues import Issue
from notifier.notifications import Notification, State
from notifier.suppression import Ailment, Suppression
from tests.accounts import PASSWORD
from tests.notifier.areas import ELM_PARK, INSIDE
from tests.telling import Mail, Telling, mail_to, told
from tests.town import Town

TUESDAY = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)  # 10:00 in New York
WEDNESDAY_AT_EIGHT = datetime(2026, 11, 25, 13, 0, tzinfo=UTC)
MONDAY_AT_EIGHT = datetime(2026, 11, 30, 13, 0, tzinfo=UTC)
AREA = "watch_area_activity"


async def _area(town: Town, person: Person, **values: Any) -> str:
    drawn = {"name": "Elm Park", "shape": ELM_PARK} | values
    return str((await town.done(person, "createWatchArea", "watchArea { id }", **drawn))["watchArea"]["id"])


async def _prefer(town: Town, person: Person, kind: str, cadence: str | None) -> None:
    await town.done(person, "updateNotificationPreference", kind=kind, cadence=cadence)


async def _commented(telling: Telling, body: str = "Still dark.") -> str:
    """Somebody comments on a request in the park; those who hear of it daily have that waiting, and nothing else."""
    town = telling.town
    request = await town.report(town.otto, categoryId=town.id_of(town.lights), **INSIDE)
    await telling.run()
    await Notification.filter(kind="watch_area_request").delete()
    assert told(await telling.after(town.mark, "addComment", requestId=request, body=body)) == {
        ("otto@example.org", "request_commented", "reporter")
    }
    return request


def _digests(mails: list[Mail]) -> set[tuple[str, str]]:
    assert {mail.kind for mail in mails} <= {"digest"}
    return {(mail.recipient, mail.reasons) for mail in mails}


async def test_a_kind_that_becomes_weekly_moves_what_waits_to_monday(telling: Telling) -> None:
    town = telling.town
    with time_machine.travel(TUESDAY, tick=False) as clock:
        await _area(town, town.ines)
        await _commented(telling)
        await _prefer(town, town.ines, AREA, "WEEKLY")
        clock.move_to(MONDAY_AT_EIGHT - timedelta(seconds=1))
        assert await telling.run() == []
        clock.move_to(MONDAY_AT_EIGHT)
        assert _digests(await telling.run()) == {("ines@example.org", "watch_area")}
    assert (await Issue.get()).cadence == "weekly"


async def test_an_area_that_becomes_immediate_sends_what_waits_now_as_one_mail(telling: Telling) -> None:
    town = telling.town
    with time_machine.travel(TUESDAY, tick=False) as clock:
        area = await _area(town, town.ines)
        request = await _commented(telling, "Still dark.")
        await telling.after(town.mark, "addComment", requestId=request, body="Darker than ever.")
        await town.done(town.ines, "updateWatchAreaPreference", watchAreaId=area, cadence="IMMEDIATE")
        (mail,) = await telling.run()
        assert (mail.recipient, mail.kind) == ("ines@example.org", "digest")
        assert [mail.text.count(said) for said in ("Still dark.", "Darker than ever.")] == [1, 1]
        later = await telling.after(town.mark, "addComment", requestId=request, body="Light!")
        assert ("ines@example.org", AREA, "watch_area") in told(later)
        clock.move_to(WEDNESDAY_AT_EIGHT)
        assert await telling.run() == []


async def test_an_area_that_is_off_drops_what_waits_and_on_again_restores_nothing(telling: Telling) -> None:
    town = telling.town
    with time_machine.travel(TUESDAY, tick=False) as clock:
        area = await _area(town, town.ines)
        await _commented(telling)
        for cadence in ("OFF", "DAILY"):
            clock.shift(timedelta(minutes=1))
            await town.done(town.ines, "updateWatchAreaPreference", watchAreaId=area, cadence=cadence)
        clock.move_to(WEDNESDAY_AT_EIGHT)
        assert await telling.run() == []
    assert await telling.skips(AREA) == {f"person:{town.ines.id}": "area_off"}
    issue = await Issue.get()
    assert (issue.state, issue.told, issue.dropped) == (State.SKIPPED, 0, 1)


async def test_a_deleted_area_drops_its_owners_lines_and_tells_its_followers_that_it_is_the_last(
    telling: Telling,
) -> None:
    town = telling.town
    with time_machine.travel(TUESDAY, tick=False) as clock:
        area = await _area(town, town.ines, public=True)
        await town.done(town.nell, "followWatchArea", watchAreaId=area)
        await Person.filter(id=town.nell.id).update(confirmed_at=TUESDAY)
        await telling.run()
        await _commented(telling)
        await town.done(town.ines, "deleteWatchArea", watchAreaId=area)
        clock.move_to(WEDNESDAY_AT_EIGHT)
        mails = await telling.run()
    assert _digests(mails) == {("nell@example.org", "watch_area")}
    assert "Elm Park: this area was deleted, and this is the last that you hear of it." in mails[0].text
    assert await telling.skips(AREA) == {f"person:{town.ines.id}": "area_deleted"}


async def test_an_area_that_is_made_private_tells_its_followers_nothing_more(telling: Telling) -> None:
    town = telling.town
    with time_machine.travel(TUESDAY, tick=False) as clock:
        area = await _area(town, town.ines, public=True)
        await town.done(town.maya, "followWatchArea", watchAreaId=area)
        await telling.run()
        await _commented(telling)
        await town.done(town.ines, "updateWatchArea", watchAreaId=area, public=False)
        clock.move_to(WEDNESDAY_AT_EIGHT)
        assert _digests(await telling.run()) == {("ines@example.org", "watch_area")}
    assert await telling.skips(AREA) == {f"person:{town.maya.id}": "not_following"}


async def test_what_a_deleted_area_leaves_to_a_weekly_one_waits_for_monday(telling: Telling) -> None:
    """The reason that made it daily fell away, so the rest decides anew (rule 2)."""
    town = telling.town
    with time_machine.travel(TUESDAY, tick=False) as clock:
        daily = await _area(town, town.ines)
        weekly = await _area(town, town.ines, name="Downtown")
        await town.done(town.ines, "updateWatchAreaPreference", watchAreaId=weekly, cadence="WEEKLY")
        await _commented(telling)
        await town.done(town.ines, "deleteWatchArea", watchAreaId=daily)
        clock.move_to(WEDNESDAY_AT_EIGHT)
        assert await telling.run() == []
        clock.move_to(MONDAY_AT_EIGHT)
        (mail,) = await telling.run()
    assert "Downtown" in mail.text
    assert "Elm Park" not in mail.text
    found = {(issue.cadence, issue.state, issue.told, issue.dropped) for issue in await Issue.all()}
    assert found == {("daily", State.SKIPPED, 0, 0), ("weekly", State.SENT, 1, 0)}


async def test_a_closed_account_gets_no_digest(telling: Telling) -> None:
    town = telling.town
    with time_machine.travel(TUESDAY, tick=False) as clock:
        await _area(town, town.ines)
        await _commented(telling)
        await Person.filter(id=town.ines.id).update(password_hash=await hashed(PASSWORD))
        await town.done(town.ines, "closeAccount", password=PASSWORD)
        clock.move_to(WEDNESDAY_AT_EIGHT)
        assert await telling.run() == []
    # Her areas go with the account, and rule 12 names that first.
    assert await telling.skips(AREA) == {f"person:{town.ines.id}": "area_deleted"}


async def test_an_address_that_cannot_be_reached_gets_no_digest_also_not_when_it_can_again(telling: Telling) -> None:
    town = telling.town
    with time_machine.travel(TUESDAY, tick=False) as clock:
        await _area(town, town.ines)
        request = await _commented(telling)
        row = await Suppression.create(address="ines@example.org", cause=Ailment.BOUNCED, created_at=TUESDAY)
        clock.move_to(WEDNESDAY_AT_EIGHT)
        assert await telling.run() == []
        assert await telling.skips(AREA) == {f"person:{town.ines.id}": "suppressed"}
        await row.delete()
        await telling.after(town.mark, "addComment", requestId=request, body="Light again!")
        clock.shift(timedelta(days=1))
        mail = mail_to(await telling.run(), "ines@example.org")
    assert "Light again!" in mail.text
    assert "Still dark." not in mail.text


async def test_a_request_that_turns_private_is_told_to_no_area_not_even_of_staff(telling: Telling) -> None:
    town = telling.town
    with time_machine.travel(TUESDAY, tick=False) as clock:
        for person in (town.ines, town.rosa):
            await _area(town, person)
        request = await _commented(telling)
        await town.done(town.tom, "setRequestVisibility", requestId=request, hidden=True)
        clock.move_to(WEDNESDAY_AT_EIGHT)
        assert await telling.run() == []
    assert await telling.skips(AREA) == {f"person:{person.id}": "private" for person in (town.ines, town.rosa)}


@pytest.mark.parametrize(
    ("zone", "hour", "happened", "goes"),
    [
        # the night in which the clock goes forward, and the one in which it goes back
        ("America/New_York", 2, "2026-03-07 20:00", "2026-03-08 07:00"),
        ("America/New_York", 1, "2026-10-31 20:00", "2026-11-01 05:00"),
        ("Europe/London", 1, "2026-03-28 20:00", "2026-03-29 01:00"),
        ("Europe/London", 1, "2026-10-24 20:00", "2026-10-25 00:00"),
        ("Australia/Lord_Howe", 2, "2026-10-03 10:00", "2026-10-03 15:30"),
        ("Australia/Lord_Howe", 2, "2026-04-04 10:00", "2026-04-04 15:30"),
        ("Asia/Kathmandu", 2, "2026-03-28 15:00", "2026-03-28 20:15"),
    ],
)
async def test_a_digest_goes_once_in_the_night_in_which_the_clock_changes(
    telling: Telling, zone: str, hour: int, happened: str, goes: str
) -> None:
    """Its reader moves there with the digest waiting."""
    town, due = telling.town, datetime.fromisoformat(goes).replace(tzinfo=UTC)
    with time_machine.travel(datetime.fromisoformat(happened).replace(tzinfo=UTC), tick=False) as clock:
        await _area(town, town.ines)
        await _commented(telling)
        await town.done(town.ines, "updateDigestSchedule", hour=hour)
        await town.done(town.ines, "updateProfile", timeZone=zone)
        viewer = await town.ask(town.ines, "{ viewer { nextDigestAt } }")
        assert datetime.fromisoformat(viewer["viewer"]["nextDigestAt"]) == due
        clock.move_to(due - timedelta(seconds=1))
        assert await telling.run() == []
        clock.move_to(due)
        assert _digests(await telling.run()) == {("ines@example.org", "watch_area")}
        for _ in range(30):
            clock.shift(timedelta(hours=1))
            assert await telling.run() == []
