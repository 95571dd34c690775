"""Archiving what is done: a closed request on which nothing happened for a week (rule 14). Archived is final."""

from __future__ import annotations

from datetime import timedelta

from casework import clock
from casework.access import Viewer
from casework.actions.steps import facts
from casework.database import fetch, is_postgres, transaction
from casework.events import RequestArchived
from casework.ledger import record
from casework.requests import ServiceRequest, Status

QUIET_FOR = timedelta(days=7)

QUIET = "SELECT id FROM service_request WHERE status = 'closed' AND updated_at <= $1 ORDER BY updated_at"
"""The requests that are to be archived: found by an index over those that are closed."""


async def archive_quiet(*, limit: int = 200) -> int:
    """Archive closed requests that are quiet, and record it, in one commit; returns how many. Nobody did it."""
    now = clock.now()
    skip_locked = "FOR UPDATE SKIP LOCKED" if is_postgres() else ""
    async with transaction():
        rows = await fetch(
            f"UPDATE service_request SET status = $2, updated_at = $3 WHERE id IN ({QUIET} LIMIT {int(limit)}"
            f" {skip_locked}) AND status = 'closed' AND updated_at <= $1 RETURNING id",
            now - QUIET_FOR,
            Status.ARCHIVED.value,
            now,
        )
        ids = sorted(row["id"] for row in rows)
        for request in await ServiceRequest.filter(id__in=ids).order_by("id") if ids else ():
            await record(RequestArchived(**facts(Viewer(at=now), request)))
    return len(ids)
