"""Outbox -> notifications: positions first, then each event's audience, written in chunks.

At least once, and idempotent: a chunk's rows, its cursor and its lease are one commit, and (event, recipient) is
unique, so a relay that dies anywhere leaves work that another one finishes without telling anybody twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from structlog.contextvars import bound_contextvars

from casework import clock, ledger, tracing
from casework.database import as_rows, fetch, is_postgres, rows_of, transaction
from casework.ledger import Claim
from notifier import metrics
from notifier.backoff import wait_before_retry
from notifier.bursts import BURST, count_mails
from notifier.cases import Case, load_cases
from notifier.decisions import Decision, decide
from notifier.hearing import Reasons, add_crowd_reasons, crowd_page, named
from notifier.kinds import KINDS, kinds_of
from notifier.notifications import State
from notifier.preferences import Cadence
from notifier.readers import ReaderNow, read_readers
from notifier.recipients import remember

CHUNK = 1000
"""How many people of a crowd are decided on and written at once."""

_RELAY_LOCK = 4_021_007

log = structlog.get_logger(__name__)


async def stamp() -> int | None:
    """Give committed events, and those that are told by now, their positions, one relay at a time.

    The newest of either, or None if none was new.
    """
    async with transaction():
        await _alone()
        stamped = await ledger.stamp_positions(), await ledger.stamp_told()
        return max((position for position in stamped if position is not None), default=None)


async def tell_due(*, lease: timedelta, limit: int = 20) -> int:
    """Claim due events and tell each of them; returns how many were claimed. Failures are put off, never lost."""
    claims = await ledger.claim(clock.now(), lease=lease, limit=limit)
    cases = await load_cases(claim.event_id for claim in claims)
    for claim in claims:
        with bound_contextvars(event_id=claim.event_id):
            case = cases[claim.event_id]
            try:
                with tracing.span("tell", tracing.CONSUMER, after=case.trace, event=claim.event_id):
                    await tell(claim, case, lease=lease)
            except Exception as error:  # one event that can't be told must not hold up the others
                metrics.FAILED.inc()
                log.exception("event_not_told", attempts=claim.attempts)
                await ledger.postpone(claim.event_id, clock.now() + wait_before_retry(claim.attempts), repr(error))
            else:
                metrics.TOLD.inc()
                log.info("event_told", type=type(case.event).__name__)
    return len(claims)


async def tell(claim: Claim, case: Case, *, lease: timedelta) -> None:
    """Write the notifications of one event, from where an earlier try left off."""
    kinds = kinds_of(case.event)
    by_name = await named(case, kinds)
    cursor = claim.cursor
    if cursor < 0:
        await add_crowd_reasons(case, kinds, by_name)
        crowd_follows = any(kind.crowds for kind in kinds)
        await _write(claim, case, by_name, cursor=0, is_last=not crowd_follows, lease=lease)
        if not crowd_follows:
            return
        cursor = 0
    taken = {recipient.person_id for recipient in by_name if recipient.person_id is not None}
    while True:
        page = await crowd_page(case, kinds, after=cursor, limit=CHUNK)
        is_last = len(page) < CHUNK
        cursor = max((recipient.person_id or 0 for recipient in page), default=cursor)
        fresh = {recipient: found for recipient, found in page.items() if recipient.person_id not in taken}
        await _write(claim, case, fresh, cursor=cursor, is_last=is_last, lease=lease)
        if is_last:
            return


Row = dict[str, Any]


async def _write(claim: Claim, case: Case, reasons: Reasons, *, cursor: int, is_last: bool, lease: timedelta) -> None:
    """One chunk: decide on each recipient, write the rows, and move the cursor or settle, in one commit."""
    now = clock.now()
    bulk = case.event.occasion.bulk
    areas = {each.area_id for found in reasons.values() for each in found if each.area_id is not None}
    readers = await read_readers(((case, recipient) for recipient in reasons), area_ids=areas)
    rows = [
        _row(
            case, readers[case.event_id, recipient.key], decide(case, readers[case.event_id, recipient.key], found), now
        )
        for recipient, found in reasons.items()
    ]
    stoppable = [recipient for recipient, found in reasons.items() if not found[0].kind.is_account]
    await remember(recipient.address for recipient in stoppable if recipient.address is not None)
    async with transaction():
        if bulk is not None:
            await _alone()
        await _hold_bursts(case, rows)
        await _insert(case, rows, now)
        if is_last:
            await ledger.settle(case.event_id)
            if bulk is not None and await ledger.is_bulk_told(bulk):
                await release_bulk(bulk)
        else:
            await ledger.advance(claim, cursor, now + lease)
    metrics.skipped(row["skip"] for row in rows if row["skip"] is not None)


def _row(case: Case, reader: ReaderNow, decision: Decision, now: datetime) -> Row:
    """What the ledger says of one recipient. Quiet hours and vacations are minded when the mail would go."""
    occasion = case.event.occasion
    state, due, held_until = State.PENDING, None if occasion.bulk else now, None
    if decision.skip is not None:
        state, due = State.SKIPPED, None
    elif decision.cadence is not Cadence.IMMEDIATE:
        state, due, held_until = State.HELD, None, reader.hours.next_issue(decision.cadence, occasion.at)
    return {
        "recipient": reader.recipient.key,
        "person_id": reader.recipient.person_id,
        "kind": decision.kind.key,
        "reason": decision.reason.value,
        "reasons": [each.to_json() for each in decision.judged],
        "cadence": decision.cadence.value,
        "because": decision.because,
        "state": state.value,
        "skip": decision.skip.value if decision.skip else None,
        "priority": decision.kind.priority,
        "due": due,
        "held_until": held_until,
        "settled_at": now if state is State.SKIPPED else None,
    }


_COLUMNS = {
    "recipient": "text",
    "person_id": "int",
    "kind": "text",
    "reason": "text",
    "reasons": "jsonb",
    "cadence": "text",
    "because": "text",
    "state": "text",
    "skip": "text",
    "priority": "smallint",
    "due": "timestamptz",
    "held_until": "timestamptz",
    "settled_at": "timestamptz",
}


async def _insert(case: Case, rows: Sequence[Row], now: datetime) -> None:
    """One statement for a whole chunk; the ORM's own bulk insert takes several times as long."""
    names = ", ".join(_COLUMNS)
    await fetch(
        f"INSERT INTO notification ({names}, event_id, request_id, bulk, occurred_at, created_at, attempts)"
        f" SELECT {names}, $2, $3, $4, $5, $6, 0 FROM {rows_of('$1', **_COLUMNS)} AS given WHERE true"
        " ON CONFLICT (event_id, recipient) DO NOTHING",
        as_rows(rows),
        case.event_id,
        case.event.request_id,
        case.event.occasion.bulk,
        case.event.occasion.at,
        now,
    )


async def _hold_bursts(case: Case, rows: Sequence[Row]) -> None:
    """The 21st and later immediate mails of one actor wait until the five minutes are over; not so account mail."""
    at_once = [row for row in rows if row["state"] == State.PENDING and not KINDS[row["kind"]].is_account]
    waiting = await count_mails(case.event.occasion, [row["recipient"] for row in at_once])
    for row in at_once:
        if row["recipient"] in waiting:
            row.update(state=State.HELD.value, due=None, held_until=waiting[row["recipient"]], because=BURST)


async def release_bulk(bulk: str) -> None:
    """All of a bulk's events are told: a recipient's oldest notification carries the others in one mail (rule 10)."""
    await fetch(
        "UPDATE notification SET due = $2 WHERE id IN (SELECT min(id) FROM notification"
        " WHERE bulk = $1 AND state = 'pending' AND due IS NULL AND carried_by_id IS NULL GROUP BY recipient)",
        bulk,
        clock.now(),
    )
    await fetch(
        "UPDATE notification SET carried_by_id = (SELECT min(first.id) FROM notification AS first"
        " WHERE first.bulk = $1 AND first.recipient = notification.recipient AND first.due IS NOT NULL)"
        " WHERE bulk = $1 AND state = 'pending' AND due IS NULL AND carried_by_id IS NULL",
        bulk,
    )


async def _alone() -> None:
    """One transaction at a time may do what follows, until it commits."""
    if is_postgres():
        await fetch("SELECT pg_advisory_xact_lock($1)", _RELAY_LOCK)
