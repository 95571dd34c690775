"""Issues -> mail, with the guarantees of any other mail (notifier.leases, notifier.sending).

Every line is asked again just before: what is no longer true, visible or wanted is dropped before the cut, with its
typed reason (rules 7 and 9). An issue with no line left goes nowhere, and says so in its row.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from casework import clock
from casework.config import Settings
from casework.database import any_of, as_rows, fetch, rows_of, transaction
from digests.compose import ToldLine, arrange
from digests.issues import Issue, IssueLine
from digests.writing import write_issue
from notifier.cases import load_cases
from notifier.decisions import candidates_from_json, decide
from notifier.leases import Queue, Settlement
from notifier.letters import Letters, gather_materials
from notifier.notifications import Notification, State
from notifier.outcome import Transport
from notifier.readers import ReaderNow, read_readers
from notifier.recipients import from_key
from notifier.sending import Mail, send_all

BATCH = 50
ISSUES = Queue("issue", "issue_attempt", "issue_id", order="due, id")


@dataclass
class Prepared:
    mails: list[Mail] = field(default_factory=list)
    settled: list[Settlement] = field(default_factory=list)


@dataclass(frozen=True)
class Dropped:
    """A line that fell away, and why."""

    notification_id: int
    skip: str


async def flush_due(transport: Transport, settings: Settings) -> int:
    """Claim one batch of issues and see it through; returns how many were claimed."""
    now = clock.now()
    lease_until = now + settings.lease
    claimed = await ISSUES.claim(
        now, lease_until=lease_until, limit=BATCH, resend_unknown=settings.unknown_mail == "resend"
    )
    await _settle_lines(dict.fromkeys(claimed.given_up, State.UNKNOWN))
    if claimed.ours:
        prepared = await prepare(await Issue.filter(id__in=claimed.ours).order_by("due", "id"), settings)
        await settle(prepared.settled)
        if prepared.mails:
            attempts = await ISSUES.begin_attempts([mail.id for mail in prepared.mails], clock.now())
            await send_all(prepared.mails, attempts, transport, settings, lease_until=lease_until, settle=settle)
    return len(claimed.ours) + len(claimed.given_up)


async def settle(settlements: Sequence[Settlement]) -> None:
    """What became of some issues, and of all their lines, in one commit."""
    if not settlements:
        return
    async with transaction():
        await ISSUES.settle(settlements, clock.now())
        await _settle_lines({each.id: each.state for each in settlements if each.is_over})


async def _settle_lines(states: dict[int, State]) -> None:
    """The lines that are still held share their issue's fate, and the issue counts them."""
    if not states:
        return
    given = as_rows([{"id": issue, "state": state.value} for issue, state in states.items()])
    table = rows_of("$1", id="bigint", state="text")
    await fetch(
        "UPDATE notification SET state = given.state, settled_at = $2"
        f" FROM issue_line JOIN {table} AS given ON given.id = issue_line.issue_id"
        " WHERE notification.id = issue_line.notification_id AND notification.state = 'held'",
        given,
        clock.now(),
    )
    counts = "(SELECT count(*) FROM issue_line JOIN notification ON notification.id = notification_id"
    await fetch(
        f"UPDATE issue SET told = {counts} WHERE issue_id = issue.id AND notification.state = 'sent'),"
        f" dropped = {counts} WHERE issue_id = issue.id AND notification.state = 'skipped')"
        f" WHERE id {any_of('$1')}",
        list(states),
    )


async def prepare(issues: Sequence[Issue], settings: Settings) -> Prepared:
    """Decide anew on each line, drop what fell away, and write the mails of the issues that have lines left."""
    now = clock.now()
    held = await held_lines([issue.id for issue in issues])
    everything = [each for lines in held.values() for each in lines]
    cases = await load_cases(each.event_id for each in everything)
    pairs = [(cases[each.event_id], from_key(each.recipient)) for each in everything]
    readers = await read_readers(pairs)
    addresses = [recipient.address for _, recipient in pairs if recipient.address is not None]
    letters = Letters(settings, await gather_materials(cases.values(), addresses))

    prepared = Prepared()
    dropped: list[Dropped] = []
    for issue in issues:
        lines: list[ToldLine] = []
        reader: ReaderNow | None = None
        for each in held[issue.id]:
            reader = readers[each.event_id, issue.recipient]
            decision = decide(cases[each.event_id], reader, candidates_from_json(each.reasons))
            if decision.skip is not None:
                dropped.append(Dropped(each.id, decision.skip.value))
            else:
                lines.append(ToldLine(each.id, cases[each.event_id], decision))
        if reader is None or not lines:
            prepared.settled.append(Settlement(issue.id, State.SKIPPED))
        elif (free_from := reader.hours.free_from(now)) > now:
            prepared.settled.append(Settlement(issue.id, State.PENDING, due=free_from))
        else:
            prepared.mails.append(write_issue(issue, arrange(lines), reader, letters))
    await _drop(dropped)
    return prepared


async def held_lines(issue_ids: Sequence[int]) -> dict[int, list[Notification]]:
    """The notifications that each issue still has to tell, oldest first."""
    lines = (
        await IssueLine.filter(issue_id__in=list(issue_ids), notification__state=State.HELD)
        .order_by("notification_id")
        .select_related("notification")
    )
    held: dict[int, list[Notification]] = defaultdict(list)
    for line in lines:
        held[line.issue_id].append(line.notification)
    return held


async def _drop(dropped: Sequence[Dropped]) -> None:
    if dropped:
        await fetch(
            "UPDATE notification SET state = 'skipped', skip = given.skip, settled_at = $2"
            f" FROM {rows_of('$1', id='bigint', skip='text')} AS given WHERE notification.id = given.id",
            as_rows([{"id": each.notification_id, "skip": each.skip} for each in dropped]),
            clock.now(),
        )
