"""What came back about mails that had left: proven, kept, and acted upon, once.

    report ──token made for this address?──▶ Proven ──new?──▶ receipt row ─▶ suppress, pause, or nothing
      └─ not ours ─▶ nothing changes

A receipt refers to its mail by name (`n42`, `d7`), which is fixed before the mail is sent: one that arrives before the
delivery is settled is kept all the same, and the settlement doesn't touch it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import structlog
from tortoise import fields
from tortoise.models import Model

from casework import clock
from casework.config import Settings
from casework.database import MomentField, fetch, transaction
from casework.people import BareAddress, Person
from notifier.explanations import CameBack
from notifier.reports import Report, read_report
from notifier.return_path import named_by, proven_address
from notifier.suppression import heed
from notifier.verdicts import Verdict

_LARGEST_ROW = 2**31 - 1

log = structlog.get_logger(__name__)


class Receipt(Model):
    """One piece of news about one mail. `status` is RFC 3463's, `detail` what a server said, without addresses."""

    id = fields.BigIntField(primary_key=True)
    mail = fields.CharField(max_length=24)
    verdict = fields.CharEnumField(Verdict, max_length=12)
    status = fields.CharField(max_length=12, default="")
    detail = fields.CharField(max_length=300, default="")
    received_at = MomentField()

    class Meta:
        table = "receipt"
        unique_together = (("mail", "verdict"),)


@dataclass(frozen=True)
class Proven:
    """News about a mail of ours to that address, from somebody who must know."""

    mail: str
    address: str
    verdict: Verdict
    status: str = ""
    detail: str = ""


async def take_in(settings: Settings, raw: bytes) -> Proven | None:
    """Read a mail that came back, and act on it; None where it is no report, or not about a mail of ours."""
    report = read_report(raw)
    proven = await prove(settings, report) if report is not None else None
    if proven is not None:
        await keep([proven])
    else:
        log.info("report_ignored", is_report=report is not None, bytes=len(raw))
    return proven


async def prove(settings: Settings, report: Report) -> Proven | None:
    """The mail and the address that a report's token was made for.

    The address may be one that the report states or, where a forward hides it, its reader's own.
    """
    for token in report.tokens:
        mail, reader = named_by(token)
        candidates = [*report.addresses, *await _present_address(reader)]
        address = proven_address(settings.secrets, token, candidates)
        if address is not None:
            return Proven(mail, address, report.verdict, report.status, report.detail)
    return None


async def keep(news: Iterable[Proven]) -> int:
    """Keep what is new and do what follows from it, each in one commit; returns how many were new."""
    now, new = clock.now(), 0
    for each in news:
        async with transaction():
            if await _is_new(each, now):
                detail = " ".join(part for part in (each.status, each.detail) if part)
                await heed(each.address, each.verdict, detail, now)
                new += 1
                log.info("receipt", mail=each.mail, verdict=each.verdict, status=each.status)
    return new


async def came_back(mails: Iterable[str], *, in_full: bool) -> dict[str, tuple[CameBack, ...]]:
    """All that came back about these mails, the oldest first. What a server said is told `in_full` or not at all."""
    found: dict[str, tuple[CameBack, ...]] = dict.fromkeys(mails, ())
    for row in await Receipt.filter(mail__in=sorted(found)).order_by("id") if found else ():
        told = CameBack(row.verdict.value, row.status, row.detail if in_full else "", row.received_at)
        found[row.mail] = (*found[row.mail], told)
    return found


async def _is_new(news: Proven, at: datetime) -> bool:
    rows = await fetch(
        "INSERT INTO receipt (mail, verdict, status, detail, received_at) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (mail, verdict) DO NOTHING RETURNING id",
        news.mail,
        news.verdict.value,
        news.status[:12],
        news.detail[:300],
        at,
    )
    return bool(rows)


async def _present_address(reader: str) -> list[str]:
    """The address that the reader has now, if any."""
    number = int(reader[1:])
    if number > _LARGEST_ROW:
        return []
    row: Person | BareAddress | None = await (Person if reader[0] == "p" else BareAddress).get_or_none(id=number)
    return [row.address] if row is not None and row.address is not None else []
