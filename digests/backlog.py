"""What waits to be done, and since when: by the database alone, whatever any process believes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from casework import clock
from casework.database import fetch, moment
from notifier import metrics


@dataclass(frozen=True)
class Work:
    """So many rows wait; the one that has waited longest, since when. `since` is None where there is none."""

    what: str
    count: int
    since: datetime | None


EVENTS, MAILS, DIGESTS, LINES, UNSENT = "events", "mails", "digests", "lines", "immediate_mail"

_UNSENT = "(state IN ('sending', 'deferred', 'unknown') AND due IS NOT NULL OR state = 'pending' AND due <= $1)"
_WAITING = {
    EVENTS: "SELECT count(*) AS count, min(history.occurred_at) AS since FROM outbox"
    " JOIN history ON history.id = outbox.event_id",
    # Due now: a lease that ran out, or nobody has come.
    MAILS: "SELECT count(*) AS count, min(due) AS since FROM notification WHERE due <= $1",
    # By their events: whatever tries there were, the reader has nothing. Quiet hours are no delay.
    UNSENT: f"SELECT count(*) AS count, min(occurred_at) AS since FROM notification WHERE {_UNSENT}",
    DIGESTS: f"SELECT count(*) AS count, min(window_start) AS since FROM issue WHERE {_UNSENT}",
    LINES: "SELECT count(*) AS count, min(held_until) AS since FROM notification"
    " WHERE state = 'held' AND held_until <= $1",
}


async def waiting() -> list[Work]:
    """Every sort of work, in the order in which it passes through."""
    now, found = clock.now(), []
    for what, sql in _WAITING.items():
        (row,) = await fetch(sql, now) if "$1" in sql else await fetch(sql)
        found.append(Work(what, int(row["count"]), moment(row["since"])))
    return found


async def measure() -> None:
    """Set the gauges of what waits."""
    now = clock.now()
    for work in await waiting():
        metrics.WAITING.labels(work.what).set(work.count)
        age = max((now - work.since).total_seconds(), 0) if work.since is not None else 0
        metrics.OLDEST.labels(work.what).set(age)
    (row,) = await fetch("SELECT count(*) AS count FROM suppression WHERE until IS NULL OR until > $1", now)
    metrics.SUPPRESSED.set(row["count"])
