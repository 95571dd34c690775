"""Rule 10: an actor's first 20 immediate mails to one recipient within 5 minutes go at once, later ones as one.

The five minutes start with the first mail, by event time, and don't slide: one row per (actor, recipient) remembers
when they started and how many mails there were. A bulk mutation's mail counts once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from tortoise import fields
from tortoise.models import Model

from casework.database import MomentField, as_rows, fetch, moment, require_transaction, rows_of
from casework.events import Occasion

BURST = "burst"
"""What `because` says of a notification that waits for its burst to end."""

AT_ONCE = 20
WINDOW = timedelta(minutes=5)


class BurstWindow(Model):
    """One actor's mails to one recipient since `started_at`."""

    id = fields.BigIntField(primary_key=True)
    actor_id = fields.IntField()
    recipient = fields.CharField(max_length=330)
    started_at = MomentField()
    mails = fields.IntField()
    bulk = fields.CharField(max_length=36, null=True)

    class Meta:
        table = "burst_window"
        unique_together = (("actor_id", "recipient"),)


async def count_mails(occasion: Occasion, recipients: Sequence[str]) -> dict[str, datetime]:
    """Count one immediate mail to each recipient; those who had their 20, with when the rest goes.

    Events without an actor count for nobody. Part of the commit that writes the notifications, so that a mail is
    counted exactly when it is written.
    """
    if occasion.actor_id is None or not recipients:
        return {}
    require_transaction()
    over = "burst_window.started_at <= $4"
    rows = await fetch(
        "INSERT INTO burst_window (actor_id, recipient, started_at, mails, bulk)"
        f" SELECT $2, given.recipient, $3, 1, $5 FROM {rows_of('$1', recipient='text')} AS given WHERE true"
        " ON CONFLICT (actor_id, recipient) DO UPDATE SET"
        f" started_at = CASE WHEN {over} THEN excluded.started_at ELSE burst_window.started_at END,"
        f" mails = CASE WHEN {over} THEN 1"
        " WHEN excluded.bulk = burst_window.bulk THEN burst_window.mails ELSE burst_window.mails + 1 END,"
        " bulk = excluded.bulk RETURNING recipient, started_at, mails",
        as_rows([{"recipient": recipient} for recipient in sorted(set(recipients))]),
        occasion.actor_id,
        occasion.at,
        occasion.at - WINDOW,
        occasion.bulk,
    )
    waiting = {}
    for row in rows:
        started_at = moment(row["started_at"])
        if row["mails"] > AT_ONCE and started_at is not None:
            waiting[row["recipient"]] = started_at + WINDOW
    return waiting
