"""Mistakes that somebody could make one day, put into a worker on purpose: chaos has to notice each.

settle-before-send    the ledger says `sent`, and only then the mail goes: whoever dies in between loses it
no-sweep              work is done only when it is rung for: what Redis forgets, or a dead worker held, stays
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import notifier.seeing_off
import notifier.worker
from notifier.leases import Settlement
from notifier.notifications import State
from notifier.sending import Mail, send_all


def _settle_before_send() -> None:
    async def wrongly(
        mails: Sequence[Mail], attempts: dict[int, int], *rest: Any, settle: Callable[..., Awaitable[Any]], **named: Any
    ) -> None:
        sent = [
            Settlement(mail.id, State.SENT, attempt_id=attempts[mail.id], outcome=State.SENT)
            for mail in mails
            if mail.id in attempts
        ]
        await settle(sent)

        async def not_again(settlements: Sequence[Settlement]) -> None:
            """It is settled already."""

        await send_all(mails, attempts, *rest, settle=not_again, **named)

    setattr(notifier.seeing_off, "send_all", wrongly)  # noqa: B010 - it is imported there, not defined


def _no_sweep() -> None:
    make = notifier.worker.Worker  # type: ignore[attr-defined]

    def without_a_timetable(*given: Any, **options: Any) -> Any:
        return make(*given, **{**options, "cron_jobs": None})

    setattr(notifier.worker, "Worker", without_a_timetable)  # noqa: B010


BUGS: dict[str, Callable[[], None]] = {
    "settle-before-send": _settle_before_send,
    "no-sweep": _no_sweep,
}
