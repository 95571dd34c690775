"""What is kept no longer than it is of use: which rows of which table, and for how long.

    prune(settings) ── rule by rule, a few rows at a time, each batch a commit of its own
                    └─ photos that nobody used, with their files

Safe at any moment, beside workers and beside another prune: only rows that nobody will write to again are taken, and a
row that somebody holds just now is left for the next time. What people said and what happened (requests, comments,
history) is never pruned.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

import structlog

from api.photos.files import UNREACHABLE, PhotoFiles
from api.transaction import KEPT
from casework import clock
from casework.actions.photos import forget_photos, take_unused
from casework.config import Settings
from casework.database import fetch, is_postgres, transaction
from casework.photos import UNUSED_FOR
from notifier.jobs import Context

_BATCH = 1000
_ENDED = "state IN ('sent', 'failed', 'skipped', 'unknown') AND due IS NULL"

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Rule:
    """Rows of `table` for which `which` holds go, where $1 is the moment `keep` ago. None keeps them for ever."""

    table: str
    which: str
    keep: Callable[[Settings], timedelta | None]


def _days(setting: str) -> Callable[[Settings], timedelta | None]:
    def keep(settings: Settings) -> timedelta | None:
        days = getattr(settings, setting)
        return None if days is None else timedelta(days=days)

    return keep


RULES = (
    Rule("answered_mutation", "created_at <= $1", lambda settings: KEPT),
    # Its five minutes are long over, and the next mail would begin a new window.
    Rule("burst_window", "started_at <= $1", lambda settings: timedelta(days=2)),
    Rule("ticket", "expires_at <= $1", _days("keep_tickets_days")),
    Rule("session", "expires_at <= $1 OR revoked_at <= $1", _days("keep_sessions_days")),
    *(
        Rule(
            table,
            f"settled_at <= $1 AND EXISTS (SELECT 1 FROM {mail} WHERE {mail}.id = {table}.{owner} AND {_ENDED})",
            _days("keep_attempts_days"),
        )
        for table, mail, owner in (
            ("attempt", "notification", "notification_id"),
            ("issue_attempt", "issue", "issue_id"),
        )
    ),
    Rule("receipt", "received_at <= $1", _days("keep_attempts_days")),
    # With its attempts, and its line in a digest.
    Rule(
        "notification",
        f"settled_at <= $1 AND {_ENDED} AND NOT EXISTS"
        " (SELECT 1 FROM outbox WHERE outbox.event_id = notification.event_id)",
        _days("keep_notifications_days"),
    ),
    Rule(
        "issue",
        f"settled_at <= $1 AND {_ENDED} AND NOT EXISTS (SELECT 1 FROM issue_line WHERE issue_id = issue.id)",
        _days("keep_notifications_days"),
    ),
)


async def prune(settings: Settings, *, tell: Callable[[str, int], object] = lambda table, gone: None) -> dict[str, int]:
    """Delete what is no longer kept; how many rows of each table. `tell` hears after each batch how many went."""
    now = clock.now()
    gone: dict[str, int] = {}
    for rule in RULES:
        keep = rule.keep(settings)
        gone[rule.table] = 0
        while keep is not None:
            batch = await _delete(rule, now - keep)
            gone[rule.table] += batch
            tell(rule.table, gone[rule.table])
            if batch < _BATCH:
                break
    gone["photo"] = await _prune_photos(settings, now, tell)
    log.info("pruned", **gone)
    return gone


async def _prune_photos(settings: Settings, now: datetime, tell: Callable[[str, int], object]) -> int:
    """Photos that nobody used, files first. Where the store is away, they are left for the next time."""
    files, gone = PhotoFiles(settings), 0
    while taken := await take_unused(now - UNUSED_FOR, _BATCH):
        try:
            await files.forget(taken.values())
        except UNREACHABLE as error:
            log.warning("photo_store_away", reason=str(error))
            break
        await forget_photos(taken)
        gone += len(taken)
        tell("photo", gone)
    return gone


async def prune_nightly(ctx: dict[str, Any]) -> None:
    """The same as a worker's job."""
    await prune(cast(Context, ctx)["settings"])


async def _delete(rule: Rule, before: datetime) -> int:
    skip_locked = "FOR UPDATE SKIP LOCKED" if is_postgres() else ""
    async with transaction():
        rows = await fetch(
            f"DELETE FROM {rule.table} WHERE id IN (SELECT id FROM {rule.table} WHERE {rule.which}"
            f" ORDER BY id LIMIT {_BATCH} {skip_locked}) RETURNING id",
            before,
        )
    return len(rows)
