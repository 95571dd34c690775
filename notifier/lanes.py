"""How fast mail may leave on one lane: to the mail server, or through it to one provider of mailboxes. Pure.

    free_at         where so many a second may go: when the next one may begin
    window          how many may go in a round, where the lane was told "later"; 0 is as many as there are

    open ──"later"──▶ closed: half a minute, twice as long each time, up to `longest`
      ▲                  │
      │                  ▼
      └─ past 200 ── ajar: one mail a round, and one more for each that is taken: 1, 2, 4, 8 …

Times are seconds since 1970, so that all who share a lane count alike.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from math import ceil
from typing import Any, Self

from notifier.outcome import Outcome

ROUND_SECONDS = 4.0
"""For so long ahead are beginnings given away: longer than the timetable takes to come back for more."""

LONGEST_SECONDS, LONGEST_FOR_ALL_SECONDS = 1800.0, 120.0
"""How long one provider is left alone at most; and the mail server, on which everybody waits for the next password."""

_WIDE_OPEN = 200
_SERVICE_CLOSING = 421
_ENHANCED = re.compile(r"\b4\.(\d{1,3})\.\d{1,3}\b")


@dataclass(frozen=True)
class Limit:
    """What a provider takes, where it takes less than there is."""

    mails_per_second: float | None = None
    connections: int | None = None


@dataclass(frozen=True)
class Grant:
    """So many mails may begin, the first at `first` and each `apart` after the one before; the rest ask `again`.

    Some grants are for what is `urgent_only`.
    """

    many: int
    first: float
    apart: float
    again: float
    urgent_only: bool = False

    def start(self, place: int) -> float:
        """When the mail at this place, counted from 0, may begin."""
        return self.first + place * self.apart


@dataclass
class Lane:
    """What all who send on it know together."""

    free_at: float = 0.0
    closed_until: float = 0.0
    strikes: int = 0
    window: int = 0
    left: int = 0
    round_until: float = 0.0

    @classmethod
    def of(cls, state: Mapping[str, Any]) -> Self:
        """As it was kept, perhaps by another version of this program."""
        return cls(**{each.name: state[each.name] for each in fields(cls) if each.name in state})

    @property
    def is_troubled(self) -> bool:
        return self.window > 0

    def grant(self, wanted: int, now: float, limit: Limit) -> Grant:
        """Give away the next beginnings, up to `wanted`."""
        if now < self.closed_until:
            return Grant(0, now, 0.0, self.closed_until)
        many, first, apart, again = wanted, now, 0.0, now + ROUND_SECONDS
        if self.window:
            if now >= self.round_until:
                self.round_until, self.left = now + ROUND_SECONDS, self.window
            many, again = min(many, self.left), self.round_until
        if limit.mails_per_second is not None:
            apart, first = 1 / limit.mails_per_second, max(self.free_at, now)
            many = min(many, max(0, ceil((now + ROUND_SECONDS - first) / apart)))
            self.free_at = first + many * apart
            again = max(self.free_at - ROUND_SECONDS / 2, now + 1)
        if self.window:
            self.left -= many
        return Grant(many, first, apart, again)

    def took(self, many: int, now: float) -> None:
        """So many mails were taken: a lane that is ajar opens further."""
        if self.window and now >= self.closed_until:
            self.window += many
            if self.window > _WIDE_OPEN:
                self.window = self.strikes = 0

    def said_later(self, now: float, first_pause: float, longest: float) -> float:
        """Close it for a while, and say until when. What others of the same round were told changes nothing more."""
        if now >= self.closed_until:
            self.closed_until = now + min(first_pause * 2**self.strikes, longest)
            self.strikes = min(self.strikes + 1, 20)
            self.window, self.left, self.round_until = 1, 0, 0.0
        return self.closed_until


class Scope(StrEnum):
    """What an answer is about."""

    SERVER = "server"
    PROVIDER = "provider"


def told_later(outcome: Outcome) -> Scope | None:
    """Who wants less mail for a while, if anybody. A mailbox that is full or busy (4.2.x) says nothing of others."""
    if outcome.state != "deferred":
        return None
    if outcome.code is None or outcome.code == _SERVICE_CLOSING:
        return Scope.SERVER
    enhanced = _ENHANCED.search(outcome.detail)
    about = enhanced[1] if enhanced else {450: "2"}.get(outcome.code, "7")
    if about in ("1", "2", "6"):  # an address, a mailbox, a message
        return None
    return Scope.SERVER if about == "3" else Scope.PROVIDER
