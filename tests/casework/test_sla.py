"""Working time: whatever the calendar, it runs forward, adds up, and stands still when nobody works."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from casework.errors import Invalid
from casework.organizations import SlaUnit
from casework.sla import Calendar, Sla, check_holidays, check_hours, check_sla, checked_days

MARLOW = Calendar("America/New_York")
HOURS, DAYS = SlaUnit.HOURS, SlaUnit.DAYS


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


@some.composite
def calendars(draw: some.DrawFn) -> Calendar:
    opens = draw(some.integers(0, 1380))
    return Calendar(
        draw(some.sampled_from(("America/New_York", "Europe/Madrid", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"))),
        draw(some.frozensets(some.integers(0, 6), min_size=1)),
        opens,
        draw(some.integers(opens + 60, 1440)),
        draw(some.sampled_from(("US", "US-MA", "ES", ""))),
    )


moments = some.datetimes(datetime(2024, 1, 1), datetime(2029, 1, 1), timezones=some.just(UTC))  # noqa: DTZ001
spans = some.timedeltas(timedelta(0), timedelta(hours=30))


@given(calendars(), moments, spans, spans)
def test_more_working_time_never_ends_earlier(
    calendar: Calendar, start: datetime, one: timedelta, two: timedelta
) -> None:
    assert start <= calendar.after(start, one)
    assert (calendar.after(start, min(one, two)) < calendar.after(start, max(one, two))) == (one != two)


@given(calendars(), moments, moments, spans)
def test_who_starts_later_never_ends_earlier(calendar: Calendar, one: datetime, two: datetime, span: timedelta) -> None:
    assert calendar.after(min(one, two), span) <= calendar.after(max(one, two), span)


@given(calendars(), moments, spans, spans)
def test_two_spells_of_work_end_when_one_of_both_does(
    calendar: Calendar, start: datetime, one: timedelta, two: timedelta
) -> None:
    assert calendar.after(calendar.after(start, one), two) == calendar.after(start, one + two)


@given(calendars(), moments, spans)
def test_what_was_added_can_be_counted(calendar: Calendar, start: datetime, span: timedelta) -> None:
    end = calendar.after(start, span)
    assert calendar.between(start, end) == span
    assert calendar.between(end, start) == -span


@given(calendars(), some.lists(some.timedeltas(timedelta(0), timedelta(90)), min_size=3, max_size=3), moments)
def test_a_stretch_is_as_long_as_its_parts(calendar: Calendar, later: list[timedelta], start: datetime) -> None:
    first, second, third = sorted(start + each for each in later)
    assert calendar.between(first, second) + calendar.between(second, third) == calendar.between(first, third)


@given(calendars(), moments, spans, some.integers(1, 100))
def test_a_share_lies_between_start_and_end(calendar: Calendar, start: datetime, span: timedelta, percent: int) -> None:
    end = calendar.after(start, span)
    shared = calendar.share(start, end, percent)
    assert start <= shared <= end
    assert calendar.between(start, shared) == span * percent / 100


@pytest.mark.parametrize(
    ("start", "span", "end"),
    [
        ("2026-11-23T10:00-05:00", 4, "2026-11-23T14:00-05:00"),
        ("2026-11-23T10:00-05:00", 7, "2026-11-23T17:00-05:00"),  # on the dot of closing time
        ("2026-11-23T17:00-05:00", 1, "2026-11-24T10:00-05:00"),
        ("2026-11-23T03:00-05:00", 1, "2026-11-23T10:00-05:00"),
        ("2026-11-25T16:00-05:00", 2, "2026-11-27T10:00-05:00"),  # Thanksgiving in between
        ("2026-11-27T16:00-05:00", 2, "2026-11-30T10:00-05:00"),  # a weekend
        ("2027-07-02T16:00-04:00", 2, "2027-07-06T10:00-04:00"),  # the Fourth is a Sunday, observed on Monday
        ("2026-07-02T16:00-04:00", 2, "2026-07-06T10:00-04:00"),  # and a Saturday, observed on Friday
        ("2026-03-06T16:00-05:00", 2, "2026-03-09T10:00-04:00"),  # the clocks go forward that Sunday
        ("2026-10-30T16:00-04:00", 2, "2026-11-02T10:00-05:00"),  # and back on this one
    ],
)
def test_a_town_works_on_weekdays_from_nine_to_five_but_on_federal_holidays(start: str, span: int, end: str) -> None:
    assert MARLOW.after(at(start), hours(span)) == at(end)


def test_a_night_shift_is_an_hour_shorter_or_longer_when_the_clocks_change() -> None:
    nights = Calendar("America/New_York", frozenset({6}), 0, 4 * 60, "")
    assert nights.between(at("2026-03-08T00:00-05:00"), at("2026-03-09T00:00-04:00")) == hours(3)
    assert nights.between(at("2026-11-01T00:00-04:00"), at("2026-11-02T00:00-05:00")) == hours(5)


def test_a_town_that_never_closes_works_all_day() -> None:
    always = Calendar("America/New_York", frozenset(range(7)), 0, 24 * 60, "")
    assert always.after(at("2026-03-07T12:00-05:00"), hours(48)) == at("2026-03-09T13:00-04:00")


def test_a_working_day_is_as_long_as_an_ordinary_one() -> None:
    assert MARLOW.due(at("2026-11-25T11:00-05:00"), Sla(1, DAYS)) == at("2026-11-27T11:00-05:00")
    assert MARLOW.due(at("2026-11-25T11:00-05:00"), Sla(8, HOURS)) == at("2026-11-27T11:00-05:00")
    assert MARLOW.due(at("2026-11-28T11:00-05:00"), Sla(2, DAYS)) == at("2026-12-01T17:00-05:00")


def test_a_share_of_nothing_is_the_start() -> None:
    start = at("2026-11-28T11:00-05:00")
    assert MARLOW.share(start, start - hours(100), 80) == start
    assert MARLOW.share(start, start + hours(1), 80) == start


def test_holidays_are_those_of_the_calendar() -> None:
    patriots_day = date(2026, 4, 20)
    assert MARLOW.works_on(patriots_day)
    assert not Calendar("America/New_York", holiday_calendar="US-MA").works_on(patriots_day)
    assert Calendar("America/New_York", holiday_calendar="").works_on(date(2026, 12, 25))


@pytest.mark.parametrize("calendar", ["US", "US-MA", "ES", "ES-CT", ""])
def test_a_calendar_that_there_is_is_taken(calendar: str) -> None:
    check_holidays(calendar)


@pytest.mark.parametrize("calendar", ["us", "USA", "US-", "US-XX", "XX", "-", "US-MA-1", "\0"])
def test_one_that_there_isnt_is_refused(calendar: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_holidays(calendar)
    assert refused.value.field == "holiday_calendar"


@pytest.mark.parametrize("sla", [Sla(0, HOURS), Sla(-1, DAYS), Sla(5001, HOURS), Sla(501, DAYS)])
def test_an_endless_sla_is_refused(sla: Sla) -> None:
    with pytest.raises(Invalid) as refused:
        check_sla(sla)
    assert refused.value.field == "sla"


@pytest.mark.parametrize(
    ("opens", "closes", "field"),
    [(-1, 60, "opens_at"), (1440, 1441, "opens_at"), (540, 540, "closes_at"), (540, 1441, "closes_at")],
)
def test_hours_that_are_none_are_refused(opens: int, closes: int, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_hours(opens, closes)
    assert refused.value.field == field


def test_weekdays_are_kept_once_and_in_order() -> None:
    assert checked_days([4, 0, 4]) == [0, 4]
    for wrong in ([], [7], [-1]):
        with pytest.raises(Invalid):
            checked_days(wrong)
