"""What nobody else would ever pick up goes back to work.

Leases that ran out need no rescuing: `due` brings outbox rows and mails back by itself. What is left is a bulk whose
last two events were told at the same moment, each relay thinking the other one was last.
"""

from __future__ import annotations

from casework.database import fetch, transaction
from notifier.relay import release_bulk


async def rescue_bulks() -> int:
    """Release the mails of bulks whose events have all been told; returns how many bulks."""
    rows = await fetch(
        "SELECT DISTINCT bulk FROM notification WHERE bulk IS NOT NULL AND state = 'pending' AND due IS NULL"
        " AND carried_by_id IS NULL AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.bulk = notification.bulk)"
    )
    for row in rows:
        async with transaction():
            await release_bulk(row["bulk"])
    return len(rows)
