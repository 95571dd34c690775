"""The digest half's jobs: thin, without arguments, repeatable at any moment."""

from __future__ import annotations

from typing import Any, cast

from digests.flush import flush_due
from digests.gather import gather_due
from notifier.jobs import Context


async def send_digests(ctx: dict[str, Any]) -> None:
    """Gather what is due and send it, until nothing is: late and missed runs are no different from any other."""
    mine = cast(Context, ctx)
    while await gather_due():
        while await flush_due(mine["transport"], mine["settings"]):
            pass
    while await flush_due(mine["transport"], mine["settings"]):
        pass
