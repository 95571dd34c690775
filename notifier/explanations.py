"""What an explanation is made of: plain values, for the API and the command line to show."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from casework.history import HistoryRow
from notifier.causes import Cause
from notifier.notifications import State
from notifier.preferences import Cadence
from notifier.recipients import Recipient


@dataclass(frozen=True)
class ReasonGiven:
    """One reason for one kind, and what speaks against it; None where it counted.

    `details` name it, such as a watch area's name: for its reader's eyes alone. `rule` is the one that it follows from,
    where that isn't the cause's usual one.
    """

    reason: str
    kind: str
    cause: Cause | None
    details: tuple[str, ...] = ()
    rule: int | None = None


@dataclass(frozen=True)
class Try:
    """One attempt to hand the mail to the server. `outcome` is None while it is under way."""

    started_at: datetime
    outcome: State | None
    code: int | None
    detail: str


@dataclass(frozen=True)
class CameBack:
    """What was heard of a mail after it had left: see notifier.verdicts."""

    verdict: str
    status: str
    detail: str
    at: datetime


@dataclass(frozen=True)
class Delivery:
    """The mail that tells it: its own, or one that it was merged into."""

    message_id: str
    state: State
    tries: tuple[Try, ...] = ()
    sent_at: datetime | None = None
    came_back: tuple[CameBack, ...] = ()


@dataclass(frozen=True)
class MergedInto:
    """The mail of several. `sort` is `bulk` or `digest`, and `id` the notification that leads it or the issue."""

    sort: str
    id: int
    cadence: str | None = None
    told: int = 0
    dropped: int = 0


@dataclass(frozen=True)
class Included:
    """Something that is part of the event and has no event of its own, by which rule."""

    what: str
    rule: int


@dataclass(frozen=True)
class Explanation:
    """What became of one event for one reader, and why.

    `state` is None where the ledger has no notification; then `cause` says why, and `missing` what reasons there could
    have been. `waits_until` is when it is due, where it waits for something.
    """

    event: HistoryRow
    recipient: Recipient
    state: State | None = None
    cause: Cause | None = None
    rule: int | None = None
    kind: str | None = None
    notification_id: int | None = None
    reasons: tuple[ReasonGiven, ...] = ()
    missing: tuple[ReasonGiven, ...] = ()
    cadence: Cadence | None = None
    because: str | None = None
    waits_until: datetime | None = None
    merged_into: MergedInto | None = None
    delivery: Delivery | None = None
    includes: tuple[Included, ...] = field(default=())
