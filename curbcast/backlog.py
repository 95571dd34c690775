"""What waits to be done, and since when: by the database alone, whatever any process believes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from casework import clock
from casework.database import fetch, moment


@dataclass(frozen=True)
class Work:
    """So many rows are due; the one that waits longest, since when."""

    what: str
    count: int
    since: datetime


_DUE = {
    "events to tell": "SELECT count(*) AS count, min(history.occurred_at) AS since FROM outbox"
    " JOIN history ON history.id = outbox.event_id WHERE outbox.due <= $1",
    "mails to send": "SELECT count(*) AS count, min(due) AS since FROM notification WHERE due <= $1",
    "digests to send": "SELECT count(*) AS count, min(due) AS since FROM issue WHERE due <= $1",
    "lines to gather": "SELECT count(*) AS count, min(held_until) AS since FROM notification"
    " WHERE state = 'held' AND held_until <= $1",
}


async def oldest_work() -> list[Work]:
    """What is due, of each sort of work that has any. A row under way is due again only once its lease has run out."""
    found = []
    for what, sql in _DUE.items():
        (row,) = await fetch(sql, clock.now())
        since = moment(row["since"])
        if since is not None:
            found.append(Work(what, row["count"], since))
    return found
