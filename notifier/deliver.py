"""Due notifications -> mail. In batches, with no transaction open while a server is spoken to.

    claim ─▶ ask everything again (rule 7) ─▶ write ─▶ attempt rows ─▶ send ─▶ settle

Killed before the attempt rows: nothing was sent, and the lease brings the batch back. Killed between a server's 250
and the settlement: the attempt is unknown, and is sent once more with the same Message-ID (or not, by setting).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from casework import clock
from casework.config import Settings
from casework.database import as_rows, fetch, rows_of, transaction
from notifier import metrics
from notifier.area_readers import area_ids_in
from notifier.cases import Case, load_cases, traces_of
from notifier.compose import compose
from notifier.decisions import Candidate, Decision, candidates_from_json, decide
from notifier.facts import Line
from notifier.kinds import Kind
from notifier.leases import Queue, Settlement
from notifier.letters import Letters, Sight, language_of, sight_of
from notifier.materials import gather_materials
from notifier.notifications import Notification, State
from notifier.outcome import Transport
from notifier.pace import UNLIMITED, Pace
from notifier.preferences import Cadence
from notifier.readers import ReaderNow, read_readers
from notifier.recipients import from_key
from notifier.render import SharedLetter, render_bundle, render_shared
from notifier.seeing_off import Prepared, see_off
from notifier.sending import Mail

BATCH = 200
NOTIFICATIONS = Queue("notification", "attempt", "notification_id", order="priority, due, id", urgent="priority = 0")


_ASKED = ("id", "event_id", "recipient", "kind", "reasons", "attempts", "bulk", "carried_by_id", "priority", "state")


async def deliver_due(transport: Transport, settings: Settings, pace: Pace = UNLIMITED) -> int:
    """Claim one batch, as large as the pace allows, and see it through; returns how many notifications were claimed."""
    grant = await pace.grant(NOTIFICATIONS, BATCH)
    if not grant.many:
        return 0
    now = clock.now()
    lease_until = now + settings.lease
    claimed = await NOTIFICATIONS.claim(
        now,
        lease_until=lease_until,
        limit=grant.many,
        resend_unknown=settings.unknown_mail == "resend",
        urgent_only=grant.urgent_only,
    )
    if claimed.given_up:
        await Notification.filter(carried_by_id__in=claimed.given_up).update(state=State.UNKNOWN, settled_at=now)
    if claimed.ours:
        rows = await Notification.filter(id__in=claimed.ours).order_by("priority", "id").only(*_ASKED)
        prepared = await prepare(rows, settings)
        settle_ours = partial(settle, lease_until=lease_until)
        await see_off(
            NOTIFICATIONS, prepared, grant, pace, transport, settings, lease_until=lease_until, settle=settle_ours
        )
    return len(claimed.ours) + len(claimed.given_up)


async def settle(settlements: Sequence[Settlement], *, lease_until: datetime) -> None:
    """What became of some mails, and of all that each of them carried, in one commit."""
    if not settlements:
        return
    now = clock.now()
    async with transaction():
        settlements = await NOTIFICATIONS.settle(settlements, now, lease_until=lease_until)
        special = [each for each in settlements if each.skip is not None or each.state is State.HELD]
        if special:
            given = rows_of("$1", id="bigint", skip="text", held_until="timestamptz")
            await fetch(
                "UPDATE notification SET skip = given.skip, held_until = given.held_until, carried_by_id = NULL"
                f" FROM {given} AS given WHERE notification.id = given.id",
                as_rows([{"id": each.id, "skip": each.skip, "held_until": each.held_until} for each in special]),
            )
        metrics.skipped(each.skip for each in special if each.skip is not None)
        over = [{"id": each.id, "state": each.state.value} for each in settlements if each.is_over]
        if over:
            await fetch(
                "UPDATE notification SET state = given.state, settled_at = $2"
                f" FROM {rows_of('$1', id='bigint', state='text')} AS given"
                " WHERE notification.carried_by_id = given.id AND notification.state = 'pending'",
                as_rows(over),
                now,
            )


async def _hand_over(leader: int, carried: Sequence[int], now: datetime) -> None:
    """The mail's first notification fell away: the next one carries the rest, in a mail of its own."""
    async with transaction():
        await Notification.filter(id=carried[0], carried_by_id=leader).update(carried_by_id=None, due=now)
        await Notification.filter(id__in=list(carried[1:]), carried_by_id=leader).update(carried_by_id=carried[0])


@dataclass(frozen=True)
class _Told:
    """One notification that is still worth telling, as decided just now."""

    notification: Notification
    case: Case
    reader: ReaderNow
    decision: Decision


async def prepare(claimed: Sequence[Notification], settings: Settings) -> Prepared:
    """Decide anew on each notification and on what it carries, and write the mails of those that remain."""
    leaders = [each.id for each in claimed if each.bulk is not None]  # only a bulk's mail carries others
    carried = (
        await Notification.filter(carried_by_id__in=leaders, state=State.PENDING).order_by("id").only(*_ASKED)
        if leaders
        else []
    )
    everything = [*claimed, *carried]
    cases = await load_cases(each.event_id for each in everything)
    recipients = {each.id: from_key(each.recipient) for each in everything}
    areas = area_ids_in(reason for each in everything for reason in each.reasons)
    readers = await read_readers(((cases[each.event_id], recipients[each.id]) for each in everything), area_ids=areas)
    addresses = [r.address for r in recipients.values() if r.address is not None]
    letters = Letters(settings, await gather_materials(cases.values(), addresses))

    now = clock.now()
    prepared = Prepared()
    lines: dict[int, list[_Told]] = {each.id: [] for each in claimed}
    waiting: dict[int, list[int]] = {each.id: [] for each in claimed}
    leaders_over: dict[int, Settlement] = {}
    for each in everything:
        case, reader = cases[each.event_id], readers[each.event_id, recipients[each.id].key]
        decision = decide(case, reader, candidates_from_json(each.reasons))
        over = _over(each, reader, decision, now)
        leader = each.carried_by_id or each.id
        if over is None:
            lines[leader].append(_Told(each, case, reader, decision))
        elif leader == each.id:
            leaders_over[each.id] = over
        elif over.state is State.PENDING:
            waiting[leader].append(each.id)  # it waits with its leader
        else:
            prepared.settled.append(over)
    shared = _Shared(letters)
    for each in claimed:
        remaining = sorted([line.notification.id for line in lines[each.id]] + waiting[each.id])
        if remaining and each.id in leaders_over and leaders_over[each.id].state is not State.PENDING:
            await _hand_over(each.id, remaining, now)
        elif lines[each.id]:
            prepared.mails.append(_write(each, lines[each.id], letters, shared))
        if each.id in leaders_over:
            prepared.settled.append(leaders_over[each.id])
    return prepared


def _over(notification: Notification, reader: ReaderNow, decision: Decision, now: datetime) -> Settlement | None:
    """What to settle where nothing is to be mailed now; None where the mail goes."""
    if decision.skip is not None:
        return Settlement(notification.id, State.SKIPPED, skip=decision.skip.value)
    if decision.kind.is_account:
        return None
    before = sum("skip" not in each for each in notification.reasons)
    if len(decision.remaining) < before and decision.cadence is not Cadence.IMMEDIATE:
        # A reason fell away, so the rest decide anew from this moment (rule 2).
        return Settlement(notification.id, State.HELD, held_until=reader.hours.next_issue(decision.cadence, now))
    if vacation_end := reader.hours.vacation_end(now):
        return Settlement(notification.id, State.HELD, held_until=vacation_end)
    if quiet_end := reader.hours.quiet_end(now):
        return Settlement(notification.id, State.PENDING, due=quiet_end)
    if reader.paused_until is not None:
        return Settlement(notification.id, State.PENDING, due=reader.paused_until)
    return None


def _write(leader: Notification, told: Sequence[_Told], letters: Letters, shared: _Shared) -> Mail:
    """One mail for one notification, or for all that it carries."""
    first = told[0]
    kind = first.decision.kind
    candidates: list[Candidate] = [each for line in told for each in line.decision.remaining]
    candidates.sort(key=lambda each: each.reason.strength)
    reader = letters.reader_of(first.reader, candidates, kind, first.case)
    if len(told) > 1:
        kinds = sorted({line.decision.kind.key for line in told})
        links = letters.links.unsubscribe(letters.reference(first.reader), *kinds)
        kept = {name: url for name, url in reader.links.items() if name != "mute"}
        reader = replace(reader, links={**kept, "unsubscribe": links})
    envelope = letters.envelope_of(leader.id, first.case, first.reader, kind, reader)
    if len(told) > 1:  # about several requests, so part of none of their conversations
        envelope = replace(envelope, references=())
    message = compose(shared.letter([(each.case, each.decision.kind) for each in told], first.reader), reader, envelope)
    return Mail(
        leader.id,
        leader.attempts,
        envelope.to_address,
        message,
        envelope.delivery,
        kind.key,
        tuple(line.case.event_id for line in told),
        min(line.case.event.occasion.at for line in told),
        traces=traces_of(line.case for line in told),
    )


class _Shared:
    """Letters rendered once for all their readers in this batch."""

    def __init__(self, letters: Letters) -> None:
        self._letters = letters
        self._rendered: dict[tuple[object, ...], SharedLetter] = {}

    def letter(self, lines: Sequence[tuple[Case, Kind]], reader: ReaderNow) -> SharedLetter:
        language = language_of(lines[0][0], reader)
        sight: Sight = sight_of(reader)
        key = (language, sight, *((case.event_id, kind) for case, kind in lines))
        if key not in self._rendered:
            facts = [self._letters.facts_of(case, kind, language, sight) for case, kind in lines]
            self._rendered[key] = (
                render_shared(facts[0]) if len(facts) == 1 else render_bundle([Line(each) for each in facts])
            )
        return self._rendered[key]
