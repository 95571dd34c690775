"""Time is the reader's (rule 11): when their digests go, when they want quiet, when they are away. Pure.

All moments are aware; what is local is local to the reader's time zone. A local time that daylight saving skips uses
the offset before it, and one that comes twice means its first occurrence: both are what `fold=0` means in PEP 495.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from notifier.preferences import Cadence

MINUTES_A_DAY = 24 * 60


@dataclass(frozen=True)
class Hours:
    """One reader's. `quiet_from` and `quiet_until` are minutes after local midnight; equal or None is never quiet."""

    zone: str = "UTC"
    digest_hour: int = 8
    digest_weekday: int = 0
    quiet_from: int | None = None
    quiet_until: int | None = None
    vacation_from: datetime | None = None
    vacation_until: datetime | None = None

    def next_issue(self, cadence: Cadence, after: datetime) -> datetime:
        """The first moment later than `after` at which a digest of this cadence goes.

        Something that happens on the very second of one belongs to the next. ValueError for a cadence without digests.
        """
        local = after.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)
        if cadence is Cadence.HOURLY:
            first, step = local.replace(minute=0, second=0, microsecond=0), timedelta(hours=1)
        elif cadence is Cadence.DAILY:
            first, step = datetime.combine(local.date(), time(self.digest_hour)), timedelta(days=1)
        elif cadence is Cadence.WEEKLY:
            monday = local.date() - timedelta(days=local.weekday())
            first = datetime.combine(monday + timedelta(days=self.digest_weekday), time(self.digest_hour))
            step = timedelta(days=7)
        else:
            raise ValueError(f"{cadence} mail waits for no digest")
        # One step back to begin with: around a change of the clock, the wall's order is not time's order.
        candidate = first - step
        while (moment := self._moment(candidate)) <= after:
            candidate += step
        return moment

    def free_from(self, moment: datetime) -> datetime:
        """`moment` itself, or the end of the quiet hours or the vacation that it falls into."""
        while True:
            end = self.vacation_end(moment) or self.quiet_end(moment)
            if end is None:
                return moment
            moment = end

    def quiet_end(self, moment: datetime) -> datetime | None:
        """When the quiet hours that `moment` falls into end; None outside of them."""
        if self.quiet_from is None or self.quiet_until is None or self.quiet_from == self.quiet_until:
            return None
        today = moment.astimezone(ZoneInfo(self.zone)).date()
        length = (self.quiet_until - self.quiet_from) % MINUTES_A_DAY
        for day in (today - timedelta(days=1), today):
            midnight = datetime.combine(day, time())
            begin = midnight + timedelta(minutes=self.quiet_from)
            end = self._moment(begin + timedelta(minutes=length))
            if self._moment(begin) <= moment < end:
                return end
        return None

    def vacation_end(self, moment: datetime) -> datetime | None:
        """When the vacation that `moment` falls into ends; None outside of it."""
        if self.vacation_until is None or moment >= self.vacation_until:
            return None
        if self.vacation_from is not None and moment < self.vacation_from:
            return None
        return self.vacation_until

    def _moment(self, wall: datetime) -> datetime:
        return wall.replace(tzinfo=ZoneInfo(self.zone)).astimezone(UTC)


ALWAYS = Hours()
"""A bare address has neither digests nor quiet hours."""
