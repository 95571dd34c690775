"""Held lines whose time has come -> issues that own them.

"Who is due now" is one query over a partial index, and recipients are worked off in batches, so that a hundred
thousand people who are due in one minute are never in memory together. However many windows were missed, and however
many digests are due at the same moment, what waits goes as one issue (rule 9).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from tortoise.expressions import Q

from casework import clock
from casework.database import any_of, as_rows, fetch, is_postgres, rows_of, transaction
from casework.people import Person
from digests.compose import DIGESTS
from digests.issues import ASKED, CATCH_UP
from notifier.bursts import BURST
from notifier.hours import ALWAYS, Hours
from notifier.preferences import Cadence, ReaderSettings
from notifier.readers import hours_of
from notifier.recipients import from_key

BATCH = 200
"""Recipients a round."""

LINES_EACH = 10
"""How many lines to look at for each; where they have more, a round has fewer recipients."""


@dataclass(frozen=True)
class HeldLine:
    id: int
    recipient: str
    cadence: Cadence


async def gather_due(*, limit: int = BATCH) -> int:
    """Gather what is due of up to `limit` recipients, longest overdue first; returns how many were looked at.

    Who that is, is read off the front of the index, however many are behind them.
    """
    rows = await fetch(
        "SELECT recipient FROM notification WHERE held_until <= $1 ORDER BY held_until, recipient"
        f" LIMIT {int(limit) * LINES_EACH}",
        clock.now(),
    )
    recipients = list(dict.fromkeys(row["recipient"] for row in rows))[:limit]
    await gather(recipients, clock.now())
    return len(recipients)


async def gather(recipients: Sequence[str], now: datetime) -> None:
    """One issue for each recipient who has lines due by `now`; those in quiet hours or away wait for the end of it."""
    async with transaction():
        away = await _away_until(recipients, now)
        busy = await _due_lines(list(away), now)
        await _move([(line, away[line.recipient]) for line in busy])
        free = [recipient for recipient in recipients if recipient not in away]
        made = await _make_issues(free, by=now, now=now)
        # Where its window's issue is gone already, a straggler joins the next one.
        late = await _due_lines([recipient for recipient, issue in made.items() if issue is None], now)
        hours = await _hours_of({line.recipient for line in late})
        await _move([(line, _next_chance(line, hours[line.recipient], now)) for line in late])


async def gather_all(recipient: str, now: datetime) -> int | None:
    """One issue of all that waits for a recipient, due or not, in quiet hours or not: they ask for it.

    Returns its id; None where nothing waits that isn't being gathered already.
    """
    async with transaction():
        made = await _make_issues([recipient], by=datetime.max.replace(tzinfo=UTC), now=now, asked=True)
    return made.get(recipient)


# An issue is called by the rarest of the digests that came together in it.
_NAME = (
    "CASE max(CASE cadence WHEN 'weekly' THEN 3 WHEN 'daily' THEN 2 WHEN 'hourly' THEN 1 ELSE 0 END)"
    " WHEN 3 THEN 'weekly' WHEN 2 THEN 'daily' WHEN 1 THEN 'hourly'"
    f" ELSE CASE max(CASE because WHEN '{BURST}' THEN 1 ELSE 0 END) WHEN 1 THEN '{BURST}' ELSE '{CATCH_UP}' END END"
)


async def _make_issues(
    recipients: Sequence[str], *, by: datetime, now: datetime, asked: bool = False
) -> dict[str, int | None]:
    """New issues that own what waits until `by` at the latest, by recipient; None where its window had one already.

    No line passes through this process; a busy morning gathers a million. On PostgreSQL, whose lines somebody else has
    hold of, even of one, is left out and comes next time: a digest is not torn in two.
    """
    if not recipients:
        return {}
    named = f"'{ASKED}', $3" if asked else "name, closed_at"
    due = (
        "WITH due AS (SELECT id, recipient, person_id, cadence, because, held_until FROM notification"
        f" WHERE held_until <= $1 AND recipient {any_of('$2', 'text')}"
    )
    whole = (
        f"whole AS (SELECT recipient, max(person_id) AS person_id, {_NAME} AS name, max(held_until) AS closed_at"
        " FROM due GROUP BY recipient"
    )
    issues = (
        "INSERT INTO issue"
        " (recipient, person_id, cadence, window_start, state, due, attempts, told, dropped, created_at)"
        f" SELECT recipient, person_id, {named}, 'pending', $3, 0, 0, 0, $3 FROM whole WHERE true"
        " ON CONFLICT (recipient, cadence, window_start) DO NOTHING RETURNING id, recipient"
    )
    if is_postgres():
        due += " ORDER BY id FOR UPDATE SKIP LOCKED"
        whole += (
            " HAVING count(*) = (SELECT count(*) FROM notification"
            " WHERE notification.recipient = due.recipient AND notification.held_until <= $1)"
        )
        issues = f"made AS ({issues}) SELECT NULL AS id, recipient FROM whole UNION ALL SELECT id, recipient FROM made"
        rows = await fetch(f"{due}), {whole}), {issues}", by, list(recipients), now)
    else:
        rows = [{"id": None, "recipient": recipient} for recipient in recipients]
        rows += await fetch(f"{due}), {whole}) {issues}", by, list(recipients), now)
    made = {row["recipient"]: row["id"] for row in rows}
    await _own([issue for issue in made.values() if issue is not None], by)
    return made


async def _own(issue_ids: Sequence[int], by: datetime) -> None:
    """What waits for the readers of these new issues becomes theirs. Statements of their own: joined to the one above,
    PostgreSQL would compare each line with each issue, for it can't know how many there are."""
    if not issue_ids:
        return
    skip_locked = "FOR UPDATE OF notification SKIP LOCKED" if is_postgres() else ""
    await fetch(
        "INSERT INTO issue_line (issue_id, notification_id) SELECT issue.id, notification.id FROM issue"
        " JOIN notification ON notification.recipient = issue.recipient"
        f" WHERE issue.id {any_of('$1')} AND notification.held_until <= $2 ORDER BY notification.id {skip_locked}",
        list(issue_ids),
        by,
    )
    await fetch(
        "UPDATE notification SET held_until = NULL WHERE id IN"
        f" (SELECT notification_id FROM issue_line WHERE issue_id {any_of('$1')}) AND held_until IS NOT NULL",
        list(issue_ids),
    )


async def _due_lines(recipients: Sequence[str], by: datetime) -> list[HeldLine]:
    """What waits for these recipients until `by` at the latest."""
    if not recipients:
        return []
    skip_locked = "FOR UPDATE SKIP LOCKED" if is_postgres() else ""
    rows = await fetch(
        "SELECT id, recipient, cadence FROM notification"
        f" WHERE held_until <= $1 AND recipient {any_of('$2', 'text')} ORDER BY id {skip_locked}",
        by,
        list(recipients),
    )
    return [HeldLine(row["id"], row["recipient"], Cadence(row["cadence"])) for row in rows]


async def _away_until(recipients: Sequence[str], now: datetime) -> dict[str, datetime]:
    """Those whom no mail may reach now, with the end of their quiet hours or vacation. Few ever choose any."""
    ids = {from_key(key).person_id: key for key in recipients}
    choosy = ReaderSettings.filter(person_id__in=sorted(each for each in ids if each is not None))
    choosy = choosy.filter(Q(quiet_from__isnull=False) | Q(vacation_until__gt=now)).select_related("person")
    found = {ids[row.person_id]: hours_of(row.person, row).free_from(now) for row in await choosy}
    return {recipient: until for recipient, until in found.items() if until > now}


async def _hours_of(recipients: Iterable[str]) -> dict[str, Hours]:
    ids = {key: from_key(key).person_id for key in recipients}
    wanted = sorted(each for each in ids.values() if each is not None)
    if not wanted:
        return dict.fromkeys(ids, ALWAYS)
    people = {row.id: row for row in await Person.filter(id__in=wanted)}
    settings = {row.person_id: row for row in await ReaderSettings.filter(person_id__in=wanted)}
    return {
        key: hours_of(people[each], settings.get(each)) if each is not None and each in people else ALWAYS
        for key, each in ids.items()
    }


def _next_chance(line: HeldLine, hours: Hours, now: datetime) -> datetime:
    return hours.next_issue(line.cadence, now) if line.cadence in DIGESTS else now


async def _move(moved: Sequence[tuple[HeldLine, datetime]]) -> None:
    if not moved:
        return
    await fetch(
        "UPDATE notification SET held_until = given.held_until"
        f" FROM {rows_of('$1', id='bigint', held_until='timestamptz')} AS given WHERE notification.id = given.id",
        as_rows([{"id": line.id, "held_until": until} for line, until in moved]),
    )
