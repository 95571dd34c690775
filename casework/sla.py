"""Working time: what an SLA counts. Pure: no database, no clock.

    calendar.after(start, span)      the first moment by which `span` of working time has passed since `start`
    calendar.between(start, end)     how much working time lies between two moments, negative if end is before start
    calendar.due(start, sla)         the deadline of a clock that starts now
    calendar.share(start, end, 80)   when so many percent of the working time between two moments has passed

A day's working time runs from its opening to its closing by the clocks of the calendar's zone, and is as long as it
really lasts: where it spans a change to or from daylight saving, an hour shorter or longer. A local time that the
change skips uses the offset before it; a repeated one means its first occurrence.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, cached_property
from zoneinfo import ZoneInfo

import holidays

from casework.errors import Invalid
from casework.organizations import Organization, SlaUnit

MINUTES_A_DAY = 24 * 60
_LONGEST = {SlaUnit.HOURS: 5_000, SlaUnit.DAYS: 500}
_NOTHING = timedelta(0)


@dataclass(frozen=True)
class Sla:
    """How long a request of a category may take: so many working hours, or whole working days."""

    amount: int
    unit: SlaUnit


@dataclass(frozen=True)
class Calendar:
    """When an organization works. `days` are weekdays (0 is Monday), `opens` and `closes` minutes after midnight.

    `holiday_calendar` is a country of the `holidays` package, with a subdivision where wanted ("US", "US-MA"), or "".
    """

    zone: str
    days: frozenset[int] = frozenset(range(5))
    opens: int = 9 * 60
    closes: int = 17 * 60
    holiday_calendar: str = "US"

    @cached_property
    def _tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    def works_on(self, day: date) -> bool:
        return day.weekday() in self.days and day not in _holidays(self.holiday_calendar)

    def due(self, start: datetime, sla: Sla) -> datetime:
        """A working day is as long as the organization is open on an ordinary one."""
        minutes = 60 if sla.unit is SlaUnit.HOURS else self.closes - self.opens
        return self.after(start, timedelta(minutes=minutes * sla.amount))

    def after(self, start: datetime, span: timedelta) -> datetime:
        """In UTC. `span` must not be negative; without any, it is `start` itself."""
        if span < _NOTHING:
            raise ValueError("working time runs forward only")
        if span == _NOTHING:
            return start.astimezone(UTC)
        day, left = self._local_day(start), span
        while True:
            opening, closing = self._hours(day)
            begin = max(opening, start)
            if closing > begin:
                if closing - begin >= left:
                    return begin + left
                left -= closing - begin
            day += timedelta(days=1)

    def between(self, start: datetime, end: datetime) -> timedelta:
        if end < start:
            return -self.between(end, start)
        day, last = self._local_day(start), self._local_day(end)
        total = _NOTHING
        while day <= last:
            opening, closing = self._hours(day)
            total += max(_NOTHING, min(closing, end) - max(opening, start))
            day += timedelta(days=1)
        return total

    def share(self, start: datetime, end: datetime, percent: int) -> datetime:
        """`start` itself where no working time lies between the two."""
        return self.after(start, max(_NOTHING, self.between(start, end)) * percent / 100)

    def _local_day(self, moment: datetime) -> date:
        return moment.astimezone(self._tz).date()

    def _hours(self, day: date) -> tuple[datetime, datetime]:
        """When that day opens and closes, in UTC; at one and the same moment where nobody works."""
        opening = self._at(day, self.opens)
        return (opening, self._at(day, self.closes)) if self.works_on(day) else (opening, opening)

    def _at(self, day: date, minutes: int) -> datetime:
        day, minutes = day + timedelta(minutes // MINUTES_A_DAY), minutes % MINUTES_A_DAY
        return datetime.combine(day, time(*divmod(minutes, 60)), self._tz).astimezone(UTC)


def calendar_of(organization: Organization) -> Calendar:
    return Calendar(
        organization.time_zone,
        frozenset(organization.open_days),
        organization.opens_at,
        organization.closes_at,
        organization.holiday_calendar,
    )


def check_sla(sla: Sla) -> None:
    """Raises Invalid, naming `sla`."""
    if not 1 <= sla.amount <= _LONGEST[sla.unit]:
        raise Invalid("An SLA is from 1 to 5,000 working hours, or from 1 to 500 working days.", field="sla")


def check_hours(opens: int, closes: int) -> None:
    """Raises Invalid, naming the one that is wrong."""
    if not 0 <= opens < MINUTES_A_DAY:
        raise Invalid("%(field)s must be from 0 to 1439 minutes after midnight.", field="opens_at")
    if not opens < closes <= MINUTES_A_DAY:
        raise Invalid("%(field)s must be later than the opening, and at most 1440.", field="closes_at")


def checked_days(days: Iterable[int]) -> list[int]:
    """The weekdays in order, each once. Raises Invalid."""
    wanted = sorted(set(days))
    if not wanted or not set(wanted) <= set(range(7)):
        raise Invalid("%(field)s must name at least one day, from 0 (Monday) to 6 (Sunday).", field="open_days")
    return wanted


def check_holidays(name: str) -> None:
    """Raises Invalid for a calendar that there isn't."""
    country, dash, part = name.partition("-")
    known = _countries()
    if name and (country not in known or (dash and part not in known[country])):
        raise Invalid(
            "%(field)s must be a country such as US, maybe with a part of it such as US-MA, or empty.",
            field="holiday_calendar",
        )


@cache
def _countries() -> dict[str, list[str]]:
    return holidays.list_supported_countries(include_aliases=False)


@cache
def _holidays(name: str) -> frozenset[date] | holidays.HolidayBase:
    """Whatever answers `day in …`. A country's own grows by the year that is asked for."""
    country, _, part = name.partition("-")
    return holidays.country_holidays(country, subdiv=part or None) if country else frozenset()
