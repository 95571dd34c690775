"""The one place where an event is written down: a history row, and the outbox row that has it told.

    record(event) ── history(id, type, data, …)          what happened, for ever
                  └─ outbox(event_id, due, cursor, …)    that it is still to be told; gone once it was

Both rows are part of the transaction of the change itself, so an event is known exactly when its change is.
The relay works through the outbox with `claim`, `advance`, `settle` and `postpone`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog
from tortoise import fields
from tortoise.models import Model

from casework import tracing
from casework.database import MomentField, fetch, is_postgres, require_transaction
from casework.events import Event, to_data
from casework.history import HistoryRow

log = structlog.get_logger(__name__)

IMPORTED = "imported"
TOLD = "told"
_noted: ContextVar[list[int] | None] = ContextVar("noted", default=None)
_WITH_ADDRESSES = ("SignedUp", "AddressChangeRequested", "AddressChanged")


class OutboxRow(Model):
    """An event that is still to be told. `due` moves forward on a claim, which is the lease. Priority 0 goes first.

    `cursor` is the last person id of a large audience that was written already; -1 before the first chunk.
    """

    event_id = fields.BigIntField(primary_key=True, generated=False)
    priority = fields.SmallIntField(default=1)
    due = MomentField()
    cursor = fields.BigIntField(default=-1)
    attempts = fields.IntField(default=0)
    bulk = fields.CharField(max_length=36, null=True)
    last_error = fields.TextField(null=True)

    class Meta:
        table = "outbox"
        indexes = (("priority", "due", "event_id"), ("bulk",))


async def record(event: Event) -> HistoryRow:
    """Write down an event inside the caller's transaction; returns its history row (ids order a request's events).

    An imported event that nobody is to hear of gets no outbox row and is settled as `imported` (rule 17).
    """
    require_transaction()
    silent = event.occasion.imported
    row = await HistoryRow.create(
        type=type(event).__name__,
        organization_id=event.organization_id,
        request_id=event.request_id,
        actor_id=event.occasion.actor_id,
        by_staff=event.by_staff,
        is_internal=event.is_internal,
        bulk=event.occasion.bulk,
        data=to_data(event),
        occurred_at=event.occasion.at,
        settled=IMPORTED if silent else None,
        trace=tracing.here(),
    )
    if not silent:
        priority = 0 if event.is_urgent else 1
        await OutboxRow.create(event_id=row.id, due=event.occasion.at, bulk=event.occasion.bulk, priority=priority)
    tracing.note(row.type, row.id)
    log.info("event_written", event_id=row.id, type=row.type, service_request=row.request_id)
    if (noted := _noted.get()) is not None:
        noted.append(row.id)
    return row


@contextmanager
def noting() -> Iterator[list[int]]:
    """The ids of the events that are recorded inside, by this task alone."""
    noted: list[int] = []
    token = _noted.set(noted)
    try:
        yield noted
    finally:
        _noted.reset(token)


async def forget_addresses(person_id: int) -> None:
    """Take the addresses out of what history tells of a person's account; what happened stays."""
    for row in await HistoryRow.filter(actor_id=person_id, type__in=_WITH_ADDRESSES):
        row.data = {**row.data, **{name: "" for name in ("address", "old_address") if name in row.data}}
        await row.save(update_fields=["data"])


@dataclass(frozen=True)
class Claim:
    """An event to be told, ours until `lease_until`, and how far an earlier try came."""

    event_id: int
    cursor: int
    attempts: int
    bulk: str | None
    priority: int
    lease_until: datetime


async def claim(now: datetime, *, lease: timedelta, limit: int) -> list[Claim]:
    """Take up to `limit` due events, urgent ones first; they are ours until `now + lease`, then anyone's again."""
    skip_locked = "FOR UPDATE SKIP LOCKED" if is_postgres() else ""
    rows = await fetch(
        "UPDATE outbox SET due = $1, attempts = attempts + 1 WHERE event_id IN "
        "(SELECT event_id FROM outbox WHERE due <= $2 ORDER BY priority, due, event_id"
        f" LIMIT {int(limit)} {skip_locked}) "
        'RETURNING event_id, "cursor", attempts, bulk, priority',
        now + lease,
        now,
    )
    claims = [Claim(**row, lease_until=now + lease) for row in rows]
    return sorted(claims, key=lambda claim: (claim.priority, claim.event_id))


async def advance(claim: Claim, cursor: int, lease_until: datetime) -> Claim:
    """Remember, with the chunk's own commit, that the audience is written up to `cursor`; renews the lease."""
    require_transaction()
    await OutboxRow.filter(event_id=claim.event_id).update(cursor=cursor, due=lease_until)
    return replace(claim, cursor=cursor, lease_until=lease_until)


async def settle(event_id: int) -> None:
    """The event has been told to all: its outbox row goes, with the last chunk's commit."""
    require_transaction()
    await OutboxRow.filter(event_id=event_id).delete()
    await HistoryRow.filter(id=event_id).update(settled=TOLD)


async def postpone(event_id: int, until: datetime, error: str) -> None:
    """Telling failed: leave the event in the outbox for later, with what went wrong."""
    await OutboxRow.filter(event_id=event_id).update(due=until, last_error=error[:2000])


async def is_bulk_told(bulk: str) -> bool:
    """Whether no event of a bulk mutation is waiting any more."""
    return not await OutboxRow.filter(bulk=bulk).exists()


async def stamp_positions() -> int | None:
    """Give every committed event without a position the next ones, in id order; the newest position, or None.

    The caller holds the lock that makes this one at a time.
    """
    return await _stamp("position", "position IS NULL")


async def stamp_told() -> int | None:
    """The same for the told positions of events whose notifications are all written."""
    return await _stamp("told_position", f"settled = '{TOLD}' AND told_position IS NULL")


async def _stamp(column: str, unstamped: str) -> int | None:
    require_transaction()
    rows = await fetch(
        f"UPDATE history SET {column} = newest.stamp + fresh.n"
        " FROM (SELECT id AS row_id, row_number() OVER (ORDER BY id) AS n"
        f" FROM history WHERE {unstamped}) AS fresh,"
        f" (SELECT coalesce(max({column}), 0) AS stamp FROM history) AS newest"
        f" WHERE history.id = fresh.row_id RETURNING history.{column} AS stamp"
    )
    return max((row["stamp"] for row in rows), default=None)
