"""Why somebody did, or did not, hear of something: the answer of the ledger. Reads only.

    events_to_explain ── what this viewer may ask about
    explain ── for each event: what the ledger says of its notification; and where there is none, what was missing

What a digest did with it, `digests.explain` adds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from tortoise.expressions import Q

from casework import clock
from casework.access import Viewer, requests_seen_by
from casework.config import Settings
from casework.events import (
    Event,
    RequestAcknowledged,
    RequestClosed,
    RequestEvent,
    RequestMerged,
    RequestRecategorized,
    RequestReopened,
    RequestSubmitted,
    SlaBreached,
    SlaNear,
    WorkOrderEvent,
)
from casework.history import HistoryRow
from casework.ledger import IMPORTED, TOLD
from casework.people import Person
from casework.reading import PERSONAL
from notifier import audiences
from notifier.absences import judged_areas, main_cause, missing_reasons
from notifier.area_readers import area_ids_in
from notifier.bursts import BURST
from notifier.cases import Case, load_cases
from notifier.causes import Cause
from notifier.decisions import Candidate, decide
from notifier.explanations import CameBack, Delivery, Explanation, Included, MergedInto, ReasonGiven, Try
from notifier.hearing import add_crowd_reasons, named
from notifier.kinds import KINDS, kinds_of
from notifier.message_ids import NOTIFICATION, mail_name, message_id
from notifier.notifications import Attempt, Notification, State
from notifier.preferences import Cadence
from notifier.readers import ReaderNow, read_readers
from notifier.reasons import Reason
from notifier.receipts import came_back
from notifier.recipients import Recipient

STAFF_KINDS = frozenset(kind.key for kind in KINDS.values() if kind.for_staff)
_WITH_COMMENT = (RequestAcknowledged, RequestClosed, RequestReopened)
_ON_WORK_ORDERS = [event.__name__ for event in WorkOrderEvent.__subclasses__()]
_OF_CLOCKS = (Cause.NO_LONGER_TRUE, Cause.SWITCHED_OFF)
_ASSIGNING = (RequestSubmitted, RequestRecategorized, RequestReopened)

AT_ONCE = 100
"""How many events are explained at most, the newest ones."""


async def events_to_explain(
    viewer: Viewer | None, asked: Recipient, *, request_id: int | None = None, event_id: int | None = None
) -> list[HistoryRow]:
    """The events, oldest first, about which this viewer may ask for this reader: none rather than an error.

    One's own: whatever one was told of, or not, and what one may see of a request. Others': staff, about what happened
    in their organization. What is internal is for staff, and who follows or mutes what is nobody else's business.
    Whoever runs the installation (no viewer) may ask about everything.
    """
    rows = HistoryRow.filter(id=event_id) if event_id is not None else HistoryRow.filter(request_id=request_id)
    if viewer is None:
        return list(reversed(await rows.order_by("-id").limit(AT_ONCE)))
    of_work = Q(request_id__isnull=False) | Q(type__in=_ON_WORK_ORDERS)
    inside = Q(organization_id__in=viewer.staffed or [0]) & of_work & ~Q(type__in=PERSONAL)
    if not is_own(viewer, asked):
        rows = rows.filter(inside)
    else:
        seen = await _is_seen(viewer, request_id, event_id)
        mine = Notification.filter(person_id=viewer.person_id or 0, kind__not_in=sorted(STAFF_KINDS))
        told = mine.filter(event_id=event_id) if event_id is not None else mine.filter(request_id=request_id)
        ids = [row.event_id for row in await told.order_by("-id").limit(AT_ONCE).only("id", "event_id")]
        allowed = inside | Q(id__in=ids)
        rows = rows.filter(allowed | Q(is_internal=False, request_id__isnull=False) if seen else allowed)
    return list(reversed(await rows.order_by("-id").limit(AT_ONCE)))


async def _is_seen(viewer: Viewer, request_id: int | None, event_id: int | None) -> bool:
    """Whether the viewer may see the request that it is about."""
    if request_id is None:
        row = await HistoryRow.get_or_none(id=event_id or 0)
        request_id = row.request_id if row is not None else None
    return request_id is not None and await requests_seen_by(viewer).filter(id=request_id).exists()


async def explain(
    settings: Settings, viewer: Viewer | None, rows: Sequence[HistoryRow], asked: Recipient
) -> list[Explanation]:
    """What became of each event for one reader, as this viewer may know it."""
    cases = await load_cases(row.id for row in rows)
    found = await _notifications(rows, asked)
    carriers = {each.carried_by_id for each in found.values()} - {None}
    leaders = {each.id: each for each in await Notification.filter(id__in=sorted(carriers, key=int))}
    mails = {each.id for each in found.values()} | set(leaders)
    tries: dict[int, list[Attempt]] = defaultdict(list)
    for attempt in await Attempt.filter(notification_id__in=sorted(mails)).order_by("id"):
        tries[attempt.notification_id].append(attempt)
    areas = area_ids_in(reason for each in found.values() for reason in each.reasons)
    readers = await read_readers(((case, asked) for case in cases.values()), area_ids=areas)
    news = await came_back([mail_name(NOTIFICATION, each) for each in mails], in_full=is_own(viewer, asked))
    answers = []
    for row in rows:
        case, reader = cases[row.id], readers[row.id, asked.key]
        sight = _sight(viewer, asked, row)
        notification = found.get(row.id)
        if notification is None:
            answers.append(await _untold(row, case, reader, sight))
            continue
        leader = leaders.get(notification.carried_by_id or 0, notification)
        told = _told(row, case, notification, reader, sight)
        delivery = _delivery(settings, leader, tries[leader.id], news[mail_name(NOTIFICATION, leader.id)], sight)
        answers.append(replace(told, delivery=delivery, merged_into=_bulk(notification, leader)))
    return answers


class _Sight:
    """What whoever asks may read: their own particulars, and what is for staff."""

    def __init__(self, is_own: bool, is_insider: bool) -> None:
        self.is_own, self.is_insider = is_own, is_insider

    def reasons(self, given: Sequence[ReasonGiven]) -> tuple[ReasonGiven, ...]:
        """Without a resident's areas for others, and without what only staff have for residents (rule 3)."""
        shown = [each for each in given if self.is_insider or each.kind not in STAFF_KINDS]
        return tuple(each if self.is_own else replace(each, details=()) for each in shown)


def is_own(viewer: Viewer | None, asked: Recipient) -> bool:
    """Whether whoever asks may read a reader's own particulars: themselves, or who runs the installation."""
    return viewer is None or (asked.person_id is not None and asked.person_id == viewer.person_id)


def _sight(viewer: Viewer | None, asked: Recipient, row: HistoryRow) -> _Sight:
    inside = viewer is None or (row.organization_id is not None and viewer.is_staff_of(row.organization_id))
    return _Sight(is_own(viewer, asked), inside)


async def _notifications(rows: Sequence[HistoryRow], asked: Recipient) -> dict[int, Notification]:
    """By event id. What was told to an address before an account had confirmed it is its account's too."""
    keys = [asked.key]
    if asked.person_id is not None:
        person = await Person.get_or_none(id=asked.person_id, confirmed_at__isnull=False)
        keys += [Recipient(None, person.address).key] if person is not None and person.address else []
    wanted = await Notification.filter(event_id__in=[row.id for row in rows], recipient__in=keys)
    return {each.event_id: each for each in sorted(wanted, key=lambda each: each.recipient == asked.key)}


def _told(row: HistoryRow, case: Case, found: Notification, reader: ReaderNow, sight: _Sight) -> Explanation:
    """What the ledger says of a notification."""
    cause = _cause_of(found, reader)
    reasons = [_given(each, found, case.event) for each in found.reasons]
    strongest = found.reasons[0] if found.reasons else {}
    return Explanation(
        row,
        reader.recipient,
        state=found.state,
        cause=cause,
        rule=_rule(cause, str(strongest.get("reason")), case.event) if cause is not None else None,
        kind=found.kind if sight.is_insider or found.kind not in STAFF_KINDS else None,
        notification_id=found.id,
        reasons=sight.reasons(reasons),
        cadence=found.cadence,
        because=found.because,
        waits_until=found.held_until or (found.due if found.state in (State.PENDING, State.DEFERRED) else None),
        includes=_includes(case.event, sight),
    )


def _cause_of(found: Notification, reader: ReaderNow) -> Cause | None:
    """Why there was no mail of its own at once; None where there was."""
    if found.skip is not None:
        return Cause(found.skip)
    if found.carried_by_id is not None or (found.bulk and found.state is State.PENDING and found.due is None):
        return Cause.BULK
    if found.because == BURST:
        return Cause.BURST
    if found.cadence is not Cadence.IMMEDIATE:
        return Cause.DIGEST
    if found.state is State.HELD:
        return Cause.VACATION
    if found.state is State.PENDING and reader.hours.quiet_end(clock.now()) is not None:
        return Cause.VACATION if reader.hours.vacation_end(clock.now()) else Cause.QUIET_HOURS
    if found.state is State.PENDING and reader.paused_until is not None:
        return Cause.MAILBOX_TROUBLE
    return Cause.REFUSED if found.state is State.FAILED else None


def _given(kept: Mapping[str, Any], found: Notification, event: Event) -> ReasonGiven:
    """A reason as the ledger keeps it; one that counts beside a stronger one went into that one's mail."""
    skip, kind = kept.get("skip"), str(kept["kind"])
    cause = Cause(str(skip)) if skip is not None else None
    if cause is None and found.skip is None and kind != found.kind:
        cause = Cause.SAME_MAIL
    reason, details = str(kept["reason"]), tuple(map(str, kept.get("details", ())))
    return ReasonGiven(reason, kind, cause, details, _rule(cause, reason, event) if cause is not None else None)


def _rule(cause: Cause, reason: str, event: Event) -> int:
    """A guest's own address has a rule of its own for being confirmed, and a clock has one for when it says nothing."""
    is_guests = isinstance(event, RequestEvent) and event.reporter_id is None and reason == Reason.REPORTER.value
    if cause is Cause.UNCONFIRMED and is_guests:
        return 5
    return 13 if cause in _OF_CLOCKS and isinstance(event, SlaNear | SlaBreached) else cause.rule


async def _untold(row: HistoryRow, case: Case, reader: ReaderNow, sight: _Sight) -> Explanation:
    """There is no notification: nobody was to be told, it is still being told, or this reader had no reason."""
    asked, kinds = reader.recipient, kinds_of(case.event)
    told = Explanation(row, asked, includes=_includes(case.event, sight))
    if row.settled == IMPORTED:
        return _because(told, Cause.IMPORTED)
    candidates = await _candidates(case, asked) if row.settled != TOLD else []
    if candidates:
        areas = {each.area_id for each in candidates if each.area_id is not None}
        now = (await read_readers([(case, asked)], area_ids=areas))[case.event_id, asked.key]
        decision = decide(case, now, candidates)
        given = [_judged(each.candidate, each.skip) for each in decision.judged]
        return _because(replace(told, kind=decision.kind.key, reasons=sight.reasons(given)), Cause.NOT_TOLD_YET)
    missing = missing_reasons(kinds, asked, is_staff=reader.is_staff)
    is_closed = reader.person is not None and reader.person.closed_at is not None
    cause = Cause.ACCOUNT_CLOSED if is_closed else main_cause(missing, kinds, is_staff=reader.is_staff)
    watching = [kind.key for kind in kinds if audiences.area_watchers in kind.crowds]
    if sight.is_own and watching and asked.person_id is not None:
        missing += await judged_areas(case, asked.person_id, watching[0])
    return _because(replace(told, missing=sight.reasons(missing)), cause)


def _because(untold: Explanation, cause: Cause) -> Explanation:
    return replace(untold, cause=cause, rule=cause.rule)


async def _candidates(case: Case, asked: Recipient) -> list[Candidate]:
    """The reasons that the relay will find for this reader."""
    kinds = kinds_of(case.event)
    reasons = await named(case, kinds)
    mine = {asked: reasons.get(asked, [])}
    await add_crowd_reasons(case, kinds, mine)
    return mine[asked]


def _judged(candidate: Candidate, skip: Any) -> ReasonGiven:
    cause = Cause(skip.value) if skip is not None else None
    return ReasonGiven(candidate.reason.value, candidate.kind.key, cause, candidate.details)


def _includes(event: Event, sight: _Sight) -> tuple[Included, ...]:
    """What else the event is, for those who look for an event of its own."""
    found = []
    if isinstance(event, _WITH_COMMENT):
        found.append(Included("comment", 14))
    if sight.is_insider and isinstance(event, _ASSIGNING) and event.assignee_id is not None:
        found.append(Included("assignment", 15))
    if isinstance(event, RequestMerged):
        found.append(Included("follow", 16))
    return tuple(found)


def _bulk(notification: Notification, leader: Notification) -> MergedInto | None:
    return MergedInto("bulk", leader.id) if leader.id != notification.id else None


def _delivery(
    settings: Settings, leader: Notification, tries: Sequence[Attempt], news: tuple[CameBack, ...], sight: _Sight
) -> Delivery | None:
    """The mail of a notification; None where there was none yet. What the server said is for the reader's own eyes."""
    if not tries:
        return None
    return Delivery(
        message_id(settings, NOTIFICATION, leader.id),
        leader.state,
        tuple(Try(each.started_at, each.outcome, each.code, each.detail if sight.is_own else "") for each in tries),
        leader.settled_at if leader.state is State.SENT else None,
        news,
    )
