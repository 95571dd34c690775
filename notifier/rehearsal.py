"""Who would hear of something before it is done: it is done, everybody is found and decided on, and it is undone.

    begin ─▶ the action itself ─▶ its events ─▶ the questions that the relay asks ─▶ roll back

So a dry run can't say anything else than what would happen, and refuses what would be refused. What is decided only
when a mail goes (quiet hours, a vacation, a burst) is left to that moment.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from structlog.contextvars import bound_contextvars

from casework.access import Viewer, require
from casework.database import transaction
from casework.ledger import noting
from casework.permissions import Action
from notifier.cases import Case, load_cases
from notifier.decisions import Decision, decide
from notifier.hearing import Reasons, add_crowd_reasons, crowd_page, named
from notifier.kinds import kinds_of
from notifier.readers import read_readers
from notifier.recipients import Recipient

_CHUNK = 1000


@dataclass(frozen=True)
class Fate:
    """Who is told of something by one kind of mail for one reason. They hear at `cadence`, or not at all, which `skip`
    says why."""

    kind: str
    reason: str
    cadence: str | None
    skip: str | None


Foretold = dict[Fate, set[Recipient]]


class _Undo(Exception):
    """Ends the transaction without its commit."""


async def rehearse(viewer: Viewer, act: Callable[[Viewer], Awaitable[object]]) -> Foretold:
    """Everybody who would be decided on if the viewer did `act`, by what becomes of it. Changes nothing.

    Raises whatever the action raises; and, as the organization's staff alone may ask, what `require` does.
    """
    if not viewer.staffed:
        require(viewer, Action.SEE_WHO_HEARS, 0)
    found: Foretold = defaultdict(set)
    try:
        with bound_contextvars(dry_run=True):
            async with transaction():
                with noting() as events:
                    await act(viewer)
                for case in (await load_cases(events)).values():
                    require(viewer, Action.SEE_WHO_HEARS, case.event.organization_id or 0)
                    await _foretell(case, found)
                raise _Undo
    except _Undo:
        return found


async def _foretell(case: Case, found: Foretold) -> None:
    """Everybody with a reason to hear of one event, a chunk at a time, as the relay tells them."""
    kinds = kinds_of(case.event)
    reasons = await named(case, kinds)
    await add_crowd_reasons(case, kinds, reasons)
    await _decide(case, reasons, found)
    known, cursor, more = set(reasons), 0, any(kind.crowds for kind in kinds)
    while more:
        page = await crowd_page(case, kinds, after=cursor, limit=_CHUNK)
        await _decide(case, {who: why for who, why in page.items() if who not in known}, found)
        cursor = max((who.person_id or 0 for who in page), default=cursor)
        more = len(page) == _CHUNK


async def _decide(case: Case, reasons: Reasons, found: Foretold) -> None:
    areas = {each.area_id for given in reasons.values() for each in given if each.area_id is not None}
    readers = await read_readers(((case, recipient) for recipient in reasons), area_ids=areas)
    for recipient, given in reasons.items():
        found[_fate(decide(case, readers[case.event_id, recipient.key], given))].add(recipient)


def _fate(decision: Decision) -> Fate:
    kind, reason = decision.kind.key, decision.reason.value
    if decision.skip is not None:
        return Fate(kind, reason, None, decision.skip.value)
    return Fate(kind, reason, decision.cadence.value, None)
