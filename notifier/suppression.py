"""Addresses that mail can't or mustn't reach, each with its cause and date. Account mail goes all the same (rule 7).

    reachable ──refused for good, a complaint──▶ suppressed
        │  ▲                                       ▲   │
    trouble│ 30 days without                 the fifth │ its reader confirms it again
        ▼  │                                       │   ▼
      paused (mail waits 1 day, then 2, 4, 8) ─────┘  reachable

A full mailbox pauses and never suppresses: somebody may yet empty it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from tortoise import fields
from tortoise.expressions import Q
from tortoise.models import Model

from casework.database import MomentField, OptionalMomentField, require_transaction
from notifier.verdicts import Verdict
from notifier.words import N_

STRIKES = 5
"""So many troubles in a row make an address unreachable: after 1 + 2 + 4 + 8 days of waiting."""

_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(days=1), timedelta(days=8)
_FORGIVEN_AFTER = timedelta(days=30)


class Ailment(StrEnum):
    """Why an address is in the table."""

    BOUNCED = "bounced"
    UNREACHABLE = "unreachable"
    FULL = "full"
    COMPLAINT = "complaint"

    @property
    def sentence(self) -> str:
        """In English, for gettext."""
        return _SAID[self]


_SAID = {
    Ailment.BOUNCED: N_("Mail to this address came back: there is no such mailbox, or it is closed."),
    Ailment.UNREACHABLE: N_("Mail to this address could not be delivered again and again."),
    Ailment.FULL: N_("The mailbox is full."),
    Ailment.COMPLAINT: N_("A mail to this address was reported as unwanted."),
}


class Suppression(Model):
    """An address in trouble. `until` is when mail is tried again; null is not before its reader confirms it.

    `strikes` counts the troubles in a row, `detail` is what the last server said, without addresses.
    """

    id = fields.IntField(primary_key=True)
    address = fields.CharField(max_length=320, unique=True)
    cause = fields.CharEnumField(Ailment, max_length=40)
    detail = fields.TextField(default="")
    strikes = fields.SmallIntField(default=0, db_default=0)
    until = OptionalMomentField()
    created_at = MomentField()

    class Meta:
        table = "suppression"


async def ailing(addresses: Iterable[str], at: datetime) -> dict[str, Suppression]:
    """Those of these addresses to which no mail goes at that time, or none ever."""
    wanted = sorted(set(addresses))
    if not wanted:
        return {}
    rows = Suppression.filter(Q(until__isnull=True) | Q(until__gt=at), address__in=wanted)
    return {row.address: row for row in await rows}


async def suppress(address: str, cause: Ailment, detail: str, at: datetime) -> None:
    """No more mail, for good. The first cause and date stay. Part of the caller's commit."""
    require_transaction()
    present = await Suppression.filter(address=address).select_for_update().first()
    if present is None:
        await Suppression.create(address=address, cause=cause, detail=detail, created_at=at)
    elif present.until is not None:
        await Suppression.filter(id=present.id).update(cause=cause, detail=detail, until=None, created_at=at)


async def pause(address: str, cause: Ailment, detail: str, at: datetime) -> None:
    """Let mail wait, twice as long each time, and give an unreachable address up in the end. Part of the caller's
    commit. What was sent before the pause began comes back during it, and counts once."""
    require_transaction()
    present = await Suppression.filter(address=address).select_for_update().first()
    if present is None:
        await Suppression.create(
            address=address, cause=cause, detail=detail, strikes=1, until=at + _FIRST_PAUSE, created_at=at
        )
        return
    if present.until is None or present.until > at:
        return
    anew = present.until + _FORGIVEN_AFTER < at
    strikes = 1 if anew else present.strikes + 1
    gives_up = strikes >= STRIKES and cause is not Ailment.FULL
    pause_for = min(_FIRST_PAUSE * 2 ** min(strikes - 1, 10), _LONGEST_PAUSE)
    await Suppression.filter(id=present.id).update(
        cause=cause,
        detail=detail,
        strikes=strikes,
        until=None if gives_up else at + pause_for,
        created_at=at if anew or gives_up else present.created_at,
    )


async def heed(address: str, verdict: Verdict, detail: str, at: datetime) -> None:
    """Do what follows for an address. Part of the caller's commit. A mail that was refused or is delayed says nothing
    about it."""
    if verdict in _FINAL:
        await suppress(address, _FINAL[verdict], detail, at)
    elif verdict in _PASSING:
        await pause(address, _PASSING[verdict], detail, at)


_FINAL = {Verdict.DEAD: Ailment.BOUNCED, Verdict.COMPLAINT: Ailment.COMPLAINT}
_PASSING = {Verdict.FULL: Ailment.FULL, Verdict.TROUBLE: Ailment.UNREACHABLE}


async def lift(address: str) -> bool:
    """Mail goes there again, from now on; whether anything was in its way."""
    return bool(await Suppression.filter(address=address).delete())
