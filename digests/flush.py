"""Issues -> mail, with the guarantees of any other mail (notifier.leases, notifier.sending).

Every line is asked again just before: what is no longer true, visible or wanted is dropped before the cut, with its
typed reason (rules 7 and 9). What is wanted less soon than it was, because a reason fell away, leaves its issue and
waits for the next one of that cadence (rule 2). An issue with no line left goes nowhere, and says so in its row.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from casework import clock
from casework.config import Settings
from casework.database import any_of, as_rows, fetch, rows_of, transaction
from digests.asking import ask_again, held_lines, outlines_of
from digests.compose import DIGESTS, ToldLine
from digests.issues import ASKED, Issue
from digests.writing import Desk
from notifier import metrics
from notifier.cases import traces_of
from notifier.deliver import NOTIFICATIONS
from notifier.held import hold
from notifier.leases import Queue, Settlement
from notifier.notifications import State
from notifier.outcome import Transport
from notifier.pace import UNLIMITED, Pace
from notifier.preferences import Cadence
from notifier.seeing_off import Prepared, see_off
from notifier.sending import Mail

BATCH = 200
ISSUES = Queue("issue", "issue_attempt", "issue_id", order="due, id")
ALL_MAIL = (NOTIFICATIONS, ISSUES)


async def flush_due(transport: Transport, settings: Settings, pace: Pace = UNLIMITED) -> int:
    """Claim one batch of issues, as large as the pace allows, and see it through; returns how many were claimed.

    Where mail is limited, what goes at once goes first.
    """
    grant = await pace.grant(ISSUES, BATCH, behind=NOTIFICATIONS)
    if not grant.many:
        return 0
    now = clock.now()
    lease_until = now + settings.lease
    claimed = await ISSUES.claim(
        now,
        lease_until=lease_until,
        limit=grant.many,
        resend_unknown=settings.unknown_mail == "resend",
        urgent_only=grant.urgent_only,
    )
    await _settle_lines(dict.fromkeys(claimed.given_up, State.UNKNOWN))
    if claimed.ours:
        issues = await Issue.filter(id__in=claimed.ours).order_by("due", "id")
        prepared = await prepare(issues, settings, lease_until=lease_until)
        settle_ours = partial(settle, lease_until=lease_until)
        await see_off(ISSUES, prepared, grant, pace, transport, settings, lease_until=lease_until, settle=settle_ours)
    return len(claimed.ours) + len(claimed.given_up)


async def settle(settlements: Sequence[Settlement], *, lease_until: datetime) -> None:
    """What became of some issues, and of all their lines, in one commit."""
    if not settlements:
        return
    async with transaction():
        settlements = await ISSUES.settle(settlements, clock.now(), lease_until=lease_until)
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
    await fetch(
        "UPDATE issue SET told = counted.told, dropped = counted.dropped FROM (SELECT issue_id,"
        " count(CASE WHEN state = 'sent' THEN 1 END) AS told, count(CASE WHEN state = 'skipped' THEN 1 END) AS dropped"
        " FROM issue_line JOIN notification ON notification.id = notification_id"
        f" WHERE issue_id {any_of('$1')} GROUP BY issue_id) AS counted WHERE issue.id = counted.issue_id",
        list(states),
    )


async def prepare(issues: Sequence[Issue], settings: Settings, *, lease_until: datetime) -> Prepared:
    """Decide anew on each line, drop what fell away, and write the mails of the issues that have lines left."""
    now = clock.now()
    held = await held_lines([issue.id for issue in issues])
    asked, letters = await ask_again([each for lines in held.values() for each in lines], settings)
    told = {line.notification_id: line for line in asked if line.decision.skip is None}
    desk = Desk(letters, await outlines_of(told.values()))

    prepared = Prepared()
    later: list[ToldLine] = []
    for issue in issues:
        rows = [each for each in held[issue.id] if each.id in told]
        slower = {each.id for each in rows if issue.cadence != ASKED and _is_slower(told[each.id], each.cadence)}
        later += [told[each.id] for each in rows if each.id in slower]
        lines = [told[each.id] for each in rows if each.id not in slower]
        if not lines:
            prepared.settled.append(Settlement(issue.id, State.SKIPPED))
        elif issue.cadence != ASKED and (free_from := lines[0].reader.free_from(now)) > now:
            prepared.settled.append(Settlement(issue.id, State.PENDING, due=free_from))
        else:
            written = desk.write(issue, lines)
            address = str(lines[0].reader.address)
            prepared.mails.append(
                Mail(
                    issue.id,
                    issue.attempts,
                    address,
                    written.message,
                    written.delivery,
                    "digest",
                    tuple(line.case.event_id for line in lines),
                    issue.window_start,
                    issue.cadence,
                    traces_of(line.case for line in lines),
                )
            )
    await _drop(asked)
    await _let_go(later, [issue.id for issue in issues], now, lease_until)
    return prepared


def _is_slower(line: ToldLine, than: Cadence) -> bool:
    """Whether the line is to wait for a digest that is rarer than what it waited for."""
    return line.decision.cadence in DIGESTS and _SOON[line.decision.cadence] > _SOON[than]


_SOON = {cadence: place for place, cadence in enumerate(Cadence)}


async def _let_go(lines: Sequence[ToldLine], issues: Sequence[int], now: datetime, lease_until: datetime) -> None:
    """These lines leave their issues, as far as those are still ours, and wait for the next of their new cadence."""
    if not lines:
        return
    async with transaction():
        rows = await fetch(
            f"DELETE FROM issue_line WHERE notification_id {any_of('$1')} AND issue_id IN"
            f" (SELECT id FROM issue WHERE id {any_of('$2')} AND due = $3) RETURNING notification_id",
            [line.notification_id for line in lines],
            list(issues),
            lease_until,
        )
        free = {row["notification_id"] for row in rows}
        await hold(
            (line.notification_id, line.decision.cadence, line.reader.hours.next_issue(line.decision.cadence, now))
            for line in lines
            if line.notification_id in free
        )


async def _drop(asked: Sequence[ToldLine]) -> None:
    """Those lines that fell away, each with its reason."""
    dropped = [
        {"id": line.notification_id, "skip": line.decision.skip.value}
        for line in asked
        if line.decision.skip is not None
    ]
    if dropped:
        metrics.skipped(str(each["skip"]) for each in dropped)
        await fetch(
            "UPDATE notification SET state = 'skipped', skip = given.skip, settled_at = $2"
            f" FROM {rows_of('$1', id='bigint', skip='text')} AS given WHERE notification.id = given.id"
            " AND notification.state = 'held'",
            as_rows(dropped),
            clock.now(),
        )
