"""Time is the reader's (rule 11): tables over changes of the clock, in zones that change it in their own way.

America/New_York     an hour, at 2:00: 8 March and 1 November 2026
Europe/London        an hour, at 1:00 UTC: 29 March and 25 October 2026
Australia/Lord_Howe  half an hour, at 2:00: forward on 4 October, back on 5 April 2026
Asia/Kathmandu       never, and 45 minutes off the hour
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from casework.people import Person
from notifier.held import choose, move_waiting
from notifier.hours import ALWAYS, Hours
from notifier.notifications import Notification
from notifier.preferences import Cadence, ReaderSettings
from tests.telling import Telling, told

NEW_YORK, LONDON = "America/New_York", "Europe/London"
LORD_HOWE, KATHMANDU = "Australia/Lord_Howe", "Asia/Kathmandu"


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "hour", "after", "expected"),
    [
        # The offset is that of the morning on which it goes.
        (NEW_YORK, 8, "2026-03-07 12:59:59", "2026-03-07 13:00"),
        (NEW_YORK, 8, "2026-03-07 13:00:00", "2026-03-08 12:00"),
        (NEW_YORK, 8, "2026-03-08 12:00:00", "2026-03-09 12:00"),
        (NEW_YORK, 8, "2026-10-31 12:00:00", "2026-11-01 13:00"),
        # 2:00 doesn't exist on 8 March: the offset before the change makes it 3:00.
        (NEW_YORK, 2, "2026-03-08 06:59:59", "2026-03-08 07:00"),
        (NEW_YORK, 2, "2026-03-08 07:00:00", "2026-03-09 06:00"),
        # 1:00 comes twice on 1 November: the first one counts, and only it.
        (NEW_YORK, 1, "2026-11-01 04:59:59", "2026-11-01 05:00"),
        (NEW_YORK, 1, "2026-11-01 05:00:00", "2026-11-02 06:00"),
        (LONDON, 8, "2026-03-28 08:00:00", "2026-03-29 07:00"),
        (LONDON, 1, "2026-03-28 01:00:00", "2026-03-29 01:00"),
        (LONDON, 1, "2026-03-29 01:00:00", "2026-03-30 00:00"),
        (LONDON, 1, "2026-10-24 00:00:00", "2026-10-25 00:00"),
        (LONDON, 1, "2026-10-25 00:00:00", "2026-10-26 01:00"),
        (LORD_HOWE, 8, "2026-10-02 21:30:00", "2026-10-03 21:00"),
        (LORD_HOWE, 8, "2026-04-03 21:00:00", "2026-04-04 21:30"),
        # 2:00 doesn't exist on 4 October: by the offset before it is 2:30.
        (LORD_HOWE, 2, "2026-10-02 15:30:00", "2026-10-03 15:30"),
        (LORD_HOWE, 2, "2026-10-03 15:30:00", "2026-10-04 15:00"),
        (KATHMANDU, 8, "2026-03-08 02:14:59", "2026-03-08 02:15"),
        (KATHMANDU, 8, "2026-03-08 02:15:00", "2026-03-09 02:15"),
    ],
)
def test_a_daily_digest_goes_at_the_readers_hour(zone: str, hour: int, after: str, expected: str) -> None:
    assert Hours(zone=zone, digest_hour=hour).next_issue(Cadence.DAILY, utc(after)) == utc(expected)


@pytest.mark.parametrize(
    ("zone", "weekday", "after", "expected"),
    [
        (NEW_YORK, 0, "2026-03-02 13:00:00", "2026-03-09 12:00"),
        (NEW_YORK, 6, "2026-03-02 13:00:00", "2026-03-08 12:00"),
        (NEW_YORK, 6, "2026-03-08 12:00:00", "2026-03-15 12:00"),
        (NEW_YORK, 0, "2026-10-26 12:00:00", "2026-11-02 13:00"),
        (LONDON, 0, "2026-10-19 07:00:00", "2026-10-26 08:00"),
        (LORD_HOWE, 0, "2026-10-04 20:59:59", "2026-10-04 21:00"),
        (LORD_HOWE, 0, "2026-03-29 21:00:00", "2026-04-05 21:30"),
        (KATHMANDU, 3, "2026-11-24 15:00:00", "2026-11-26 02:15"),
    ],
)
def test_a_weekly_digest_goes_on_the_readers_day(zone: str, weekday: int, after: str, expected: str) -> None:
    assert Hours(zone=zone, digest_weekday=weekday).next_issue(Cadence.WEEKLY, utc(after)) == utc(expected)


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        # 1:00, the hour that is skipped (which is 3:00), 4:00
        (NEW_YORK, ["06:00", "07:00", "08:00"]),
        (LONDON, ["06:00", "07:00", "08:00"]),
        (KATHMANDU, ["06:15", "07:15", "08:15"]),
    ],
)
def test_an_hourly_digest_goes_on_the_readers_hour_in_spring(zone: str, expected: list[str]) -> None:
    assert _hourly(zone, "2026-03-08 05:59:59", 3) == [utc(f"2026-03-08 {time}") for time in expected]


def test_an_hourly_digest_skips_an_hour_that_comes_twice_the_second_time() -> None:
    # 0:00, 1:00 and, an hour of summer time and one of winter time later, 2:00
    assert _hourly(NEW_YORK, "2026-11-01 03:59:59", 3) == [
        utc("2026-11-01 04:00"),
        utc("2026-11-01 05:00"),
        utc("2026-11-01 07:00"),
    ]


def test_an_hourly_digest_follows_a_clock_that_moves_by_half_an_hour() -> None:
    # Forward on 4 October: 1:00, 2:00 which is 2:30, 3:00; and back on 5 April: 1:00, 2:00, 3:00
    assert _hourly(LORD_HOWE, "2026-10-03 14:29:59", 3) == [
        utc("2026-10-03 14:30"),
        utc("2026-10-03 15:30"),
        utc("2026-10-03 16:00"),
    ]
    assert _hourly(LORD_HOWE, "2026-04-04 13:59:59", 3) == [
        utc("2026-04-04 14:00"),
        utc("2026-04-04 15:30"),
        utc("2026-04-04 16:30"),
    ]


def _hourly(zone: str, after: str, times: int) -> list[datetime]:
    moment, found = utc(after), []
    for _ in range(times):
        moment = Hours(zone=zone).next_issue(Cadence.HOURLY, moment)
        found.append(moment)
    return found


@pytest.mark.parametrize("zone", [NEW_YORK, LONDON, LORD_HOWE, KATHMANDU])
@pytest.mark.parametrize("hour", range(24))
def test_there_is_one_daily_digest_a_day_all_year(zone: str, hour: int) -> None:
    hours = Hours(zone=zone, digest_hour=hour)
    moment = hours.next_issue(Cadence.DAILY, utc("2025-12-31 12:00"))
    days = [moment.astimezone(ZoneInfo(zone)).date()]
    for _ in range(364):
        moment = hours.next_issue(Cadence.DAILY, moment)
        days.append(moment.astimezone(ZoneInfo(zone)).date())
    assert days == [days[0] + timedelta(days=number) for number in range(365)]


@pytest.mark.parametrize("cadence", [Cadence.IMMEDIATE, Cadence.OFF])
def test_what_waits_for_no_digest_has_no_next_one(cadence: Cadence) -> None:
    with pytest.raises(ValueError, match="waits for no digest"):
        ALWAYS.next_issue(cadence, utc("2026-03-08 12:00"))


@pytest.mark.parametrize(
    ("zone", "quiet", "moment", "expected"),
    [
        # over midnight, 22:00 to 7:00
        (NEW_YORK, (22, 7), "2026-11-25 02:59:59", None),
        (NEW_YORK, (22, 7), "2026-11-25 03:00:00", "2026-11-25 12:00"),
        (NEW_YORK, (22, 7), "2026-11-25 11:59:59", "2026-11-25 12:00"),
        (NEW_YORK, (22, 7), "2026-11-25 12:00:00", None),
        # the night is an hour shorter, and an hour longer
        (NEW_YORK, (22, 7), "2026-03-08 04:00:00", "2026-03-08 11:00"),
        (NEW_YORK, (22, 7), "2026-11-01 04:00:00", "2026-11-01 12:00"),
        # they end within the hour that is skipped: 2:30 is 3:30
        (NEW_YORK, (22, 2.5), "2026-03-08 04:00:00", "2026-03-08 07:30"),
        # they end within the hour that comes twice, at its first time
        (NEW_YORK, (22, 1.5), "2026-11-01 05:29:59", "2026-11-01 05:30"),
        (NEW_YORK, (22, 1.5), "2026-11-01 05:30:00", None),
        (NEW_YORK, (22, 1.5), "2026-11-01 06:29:59", None),
        (LONDON, (22, 7), "2026-03-28 23:00:00", "2026-03-29 06:00"),
        (LONDON, (22, 7), "2026-10-25 00:30:00", "2026-10-25 07:00"),
        (LORD_HOWE, (22, 7), "2026-10-03 15:00:00", "2026-10-03 20:00"),
        (KATHMANDU, (22, 7), "2026-11-24 16:15:00", "2026-11-25 01:15"),
        # within one day, and none at all
        (NEW_YORK, (9, 17), "2026-11-24 14:00:00", "2026-11-24 22:00"),
        (NEW_YORK, (9, 17), "2026-11-24 22:00:00", None),
        (NEW_YORK, (9, 9), "2026-11-24 14:00:00", None),
        (NEW_YORK, (None, None), "2026-11-24 14:00:00", None),
    ],
)
def test_quiet_hours_end_when_the_readers_clock_says_so(
    zone: str, quiet: tuple[float | None, float | None], moment: str, expected: str | None
) -> None:
    begin, end = (None if hour is None else round(hour * 60) for hour in quiet)
    hours = Hours(zone=zone, quiet_from=begin, quiet_until=end)
    assert hours.quiet_end(utc(moment)) == (utc(expected) if expected else None)
    assert hours.free_from(utc(moment)) == utc(expected or moment)


def test_a_vacation_that_ends_in_quiet_hours_ends_with_them() -> None:
    hours = Hours(
        zone=NEW_YORK,
        quiet_from=22 * 60,
        quiet_until=7 * 60,
        vacation_from=utc("2026-03-01 05:00"),
        vacation_until=utc("2026-03-08 05:00"),  # midnight
    )
    assert hours.free_from(utc("2026-03-01 04:59:59")) == utc("2026-03-08 11:00")  # the quiet night before, too
    assert hours.free_from(utc("2026-03-05 15:00")) == utc("2026-03-08 11:00")
    assert hours.free_from(utc("2026-03-08 15:00")) == utc("2026-03-08 15:00")


async def test_a_move_to_another_zone_takes_a_waiting_digest_along(telling: Telling) -> None:
    town = telling.town
    key = f"person:{town.maya.id}"
    await choose(key, "request_closed", Cadence.DAILY)
    with time_machine.travel(utc("2026-03-07 15:00"), tick=False) as clock:  # the day before New York's change
        request = await telling.settled(categoryId=town.id_of(town.lights))
        assert await telling.after(town.tom, "closeRequest", requestId=request, comment="New bulb.") == []
        waits = await Notification.get(recipient=key, kind="request_closed")
        assert waits.held_until == utc("2026-03-08 12:00")
        for zone, expected in (
            (KATHMANDU, "2026-03-08 02:15"),
            (LORD_HOWE, "2026-03-07 21:00"),
            (LONDON, "2026-03-08 08:00"),
        ):
            await Person.filter(id=town.maya.id).update(time_zone=zone)
            await move_waiting(key, hours_changed=True)
            await waits.refresh_from_db()
            assert waits.held_until == utc(expected), zone
        clock.move_to(utc("2026-03-08 07:59:59"))
        assert await telling.run() == []
        clock.move_to(utc("2026-03-08 08:00"))
        assert told(await telling.run()) == {("maya@example.org", "digest", "reporter")}


async def test_a_digest_due_in_quiet_hours_goes_at_their_end_over_the_change(telling: Telling) -> None:
    town = telling.town
    key = f"person:{town.maya.id}"
    await ReaderSettings.create(person_id=town.maya.id, quiet_from=20 * 60, quiet_until=9 * 60)
    await choose(key, "request_closed", Cadence.DAILY)
    with time_machine.travel(utc("2026-03-07 15:00"), tick=False) as clock:
        request = await telling.settled(categoryId=town.id_of(town.lights))
        assert await telling.after(town.tom, "closeRequest", requestId=request, comment="New bulb.") == []
        for quiet in ("2026-03-08 12:00", "2026-03-08 12:59:59"):  # 8:00 and 8:59:59, by then in summer time
            clock.move_to(utc(quiet))
            assert await telling.run() == []
        clock.move_to(utc("2026-03-08 13:00"))
        assert told(await telling.run()) == {("maya@example.org", "digest", "reporter")}
