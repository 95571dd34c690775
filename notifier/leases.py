"""Claiming mail and settling what became of it. All SQL of the delivery hot path is here.

A claim moves `due` forward, which is the lease; when it runs out, the row is claimed again by whoever comes first.
A row that was being sent when its lease ran out and has an attempt without an outcome may have been mailed: that
attempt is `unknown`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from casework.database import any_of, as_rows, fetch, is_postgres, rows_of, transaction
from notifier.notifications import Notification, State


@dataclass(frozen=True)
class Settlement:
    """What became of one mail. `due` is when to try again, or None when it is over."""

    notification_id: int
    state: State
    due: datetime | None = None
    attempt_id: int | None = None
    outcome: State | None = None
    code: int | None = None
    detail: str = ""
    skip: str | None = None
    held_until: datetime | None = None


async def claim(now: datetime, *, lease_until: datetime, limit: int, resend_unknown: bool) -> list[Notification]:
    """Up to `limit` due notifications, account mail first; ours until `lease_until`.

    Where unknown mail must not be resent, a row whose attempt turns out unknown is settled as such, and left out.
    """
    async with transaction():
        skip_locked = "FOR UPDATE SKIP LOCKED" if is_postgres() else ""
        found = await fetch(
            "SELECT id, state, priority FROM notification WHERE due <= $1 ORDER BY priority, due, id"
            f" LIMIT {int(limit)} {skip_locked}",
            now,
        )
        ids = [row["id"] for row in found]
        if not ids:
            return []
        interrupted = [row["id"] for row in found if row["state"] == State.SENDING]
        unknown = await _mark_unknown(interrupted, now) if interrupted else set()
        given_up = [row["id"] for row in found if row["id"] in unknown and row["priority"] > 0 and not resend_unknown]
        if given_up:
            await Notification.filter(id__in=given_up).update(state=State.UNKNOWN, due=None, settled_at=now)
            await Notification.filter(carried_by_id__in=given_up).update(state=State.UNKNOWN, settled_at=now)
        ours = sorted(set(ids) - set(given_up))
        await fetch(
            f"UPDATE notification SET state = 'sending', due = $1 WHERE id {any_of('$2')}",
            lease_until,
            ours,
        )
        return await Notification.filter(id__in=ours).order_by("priority", "id")


async def _mark_unknown(ids: Sequence[int], now: datetime) -> set[int]:
    rows = await fetch(
        f"UPDATE attempt SET outcome = 'unknown', settled_at = $1 WHERE notification_id {any_of('$2')}"
        " AND outcome IS NULL RETURNING notification_id",
        now,
        list(ids),
    )
    return {row["notification_id"] for row in rows}


async def begin_attempts(notification_ids: Sequence[int], now: datetime) -> dict[int, int]:
    """One attempt row for each mail that is about to be sent; attempt ids by notification id."""
    rows = await fetch(
        "INSERT INTO attempt (notification_id, started_at, detail)"
        f" SELECT id, $1, '' FROM notification WHERE id {any_of('$2')} RETURNING id, notification_id",
        now,
        list(notification_ids),
    )
    await fetch(f"UPDATE notification SET attempts = attempts + 1 WHERE id {any_of('$1')}", list(notification_ids))
    return {row["notification_id"]: row["id"] for row in rows}


async def hand_over(carried: Sequence[int], now: datetime) -> None:
    """The mail's first notification fell away: the next one carries the rest, in a mail of its own."""
    async with transaction():
        await Notification.filter(id=carried[0]).update(carried_by_id=None, due=now)
        await Notification.filter(id__in=list(carried[1:])).update(carried_by_id=carried[0])


async def settle(settlements: Sequence[Settlement], now: datetime) -> None:
    """Write what became of some mails, and of what each of them carried, in one commit."""
    if not settlements:
        return
    rows = as_rows(
        [
            {
                "id": each.notification_id,
                "state": each.state.value,
                "due": each.due,
                "skip": each.skip,
                "held_until": each.held_until,
                "settled_at": now if each.due is None and each.state is not State.HELD else None,
            }
            for each in settlements
        ]
    )
    moment = "timestamptz"
    table = rows_of("$1", id="bigint", state="text", due=moment, skip="text", held_until=moment, settled_at=moment)
    attempts = [
        {
            "id": each.attempt_id,
            "outcome": each.outcome.value,
            "code": each.code,
            "detail": each.detail[:500],
            "settled_at": now,
        }
        for each in settlements
        if each.attempt_id is not None and each.outcome is not None
    ]
    async with transaction():
        await fetch(
            "UPDATE notification SET state = given.state, due = given.due, skip = given.skip,"
            " held_until = given.held_until,"
            " carried_by_id = CASE WHEN given.state = 'held' THEN NULL ELSE notification.carried_by_id END,"
            f" settled_at = given.settled_at FROM {table} AS given WHERE notification.id = given.id",
            rows,
        )
        await fetch(
            "UPDATE notification SET state = given.state, settled_at = given.settled_at"
            f" FROM {table} AS given WHERE notification.carried_by_id = given.id"
            " AND notification.state = 'pending' AND given.settled_at IS NOT NULL",
            rows,
        )
        if attempts:
            given = rows_of("$1", id="bigint", outcome="text", code="smallint", detail="text", settled_at="timestamptz")
            await fetch(
                "UPDATE attempt SET outcome = given.outcome, code = given.code, detail = given.detail,"
                f" settled_at = given.settled_at FROM {given} AS given WHERE attempt.id = given.id",
                as_rows(attempts),
            )
