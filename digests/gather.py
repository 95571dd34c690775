"""Held lines whose time has come -> issues that own them.

"Who is due now" is one query over a partial index, and recipients are worked off in batches, so that a hundred
thousand people who are due in one minute are never in memory together. However many windows were missed, and however
many digests are due at the same moment, what waits goes as one issue (rule 9).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from casework import clock
from casework.database import any_of, as_rows, fetch, is_postgres, moment, rows_of, transaction
from casework.people import Person
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
    because: str
    held_until: datetime


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
        lines = await _due_lines(recipients, now)
        hours = await _hours_of(lines)
        moved: list[tuple[HeldLine, datetime]] = []
        issues: dict[tuple[str, str, datetime], list[HeldLine]] = {}
        for recipient, mine in lines.items():
            free_from = hours[recipient].free_from(now)
            if free_from > now:
                moved += [(line, free_from) for line in mine]
            else:
                issues[recipient, _cadence(mine), max(line.held_until for line in mine)] = mine
        made = await _make_issues(issues, now)
        owned = [(made[key], line) for key, mine in issues.items() if key in made for line in mine]
        # Its window's issue is gone already, so a straggler joins the next one.
        late = [line for key, mine in issues.items() if key not in made for line in mine]
        moved += [(line, _next_chance(line, hours[line.recipient], now)) for line in late]
        await _own(owned)
        await _move(moved)


async def gather_all(recipient: str, now: datetime) -> int | None:
    """One issue of all that waits for a recipient, due or not, in quiet hours or not: they ask for it.

    Returns its id; None where nothing waits that isn't being gathered already.
    """
    async with transaction():
        lines = (await _due_lines([recipient], datetime.max.replace(tzinfo=UTC))).get(recipient, [])
        if not lines:
            return None
        key = recipient, ASKED, now
        made = await _make_issues([key], now)
        if key in made:
            await _own([(made[key], line) for line in lines])
        return made.get(key)


async def _due_lines(recipients: Sequence[str], by: datetime) -> dict[str, list[HeldLine]]:
    """What waits for these recipients until `by` at the latest."""
    skip_locked = "FOR UPDATE SKIP LOCKED" if is_postgres() else ""
    rows = await fetch(
        "SELECT id, recipient, cadence, because, held_until FROM notification"
        f" WHERE held_until <= $1 AND recipient {any_of('$2', 'text')} ORDER BY id {skip_locked}",
        by,
        list(recipients),
    )
    lines: dict[str, list[HeldLine]] = defaultdict(list)
    for row in rows:
        held_until = moment(row["held_until"]) or by
        line = HeldLine(row["id"], row["recipient"], Cadence(row["cadence"]), row["because"], held_until)
        lines[line.recipient].append(line)
    return lines


async def _hours_of(recipients: Iterable[str]) -> dict[str, Hours]:
    ids = {key: from_key(key).person_id for key in recipients}
    wanted = sorted(each for each in ids.values() if each is not None)
    people = {row.id: row for row in await Person.filter(id__in=wanted)}
    settings = {row.person_id: row for row in await ReaderSettings.filter(person_id__in=wanted)}
    return {
        key: hours_of(people[each], settings.get(each)) if each is not None and each in people else ALWAYS
        for key, each in ids.items()
    }


_RARE = [Cadence.WEEKLY, Cadence.DAILY, Cadence.HOURLY]


def _cadence(lines: Sequence[HeldLine]) -> str:
    """What to call an issue: by the rarest of the digests that came together in it."""
    cadences = {line.cadence for line in lines}
    for cadence in _RARE:
        if cadence in cadences:
            return cadence.value
    return BURST if any(line.because == BURST for line in lines) else CATCH_UP


def _next_chance(line: HeldLine, hours: Hours, now: datetime) -> datetime:
    return hours.next_issue(line.cadence, now) if line.cadence in _RARE else now


async def _make_issues(
    keys: Iterable[tuple[str, str, datetime]], now: datetime
) -> dict[tuple[str, str, datetime], int]:
    """New issues by key; keys that had one already are left out."""
    wanted = [
        {
            "recipient": recipient,
            "person_id": from_key(recipient).person_id,
            "cadence": cadence,
            "window_start": window_start,
        }
        for recipient, cadence, window_start in keys
    ]
    if not wanted:
        return {}
    given = rows_of("$1", recipient="text", person_id="int", cadence="text", window_start="timestamptz")
    rows = await fetch(
        "INSERT INTO issue"
        " (recipient, person_id, cadence, window_start, state, due, attempts, told, dropped, created_at)"
        " SELECT given.recipient, given.person_id, given.cadence, given.window_start, 'pending', $2, 0, 0, 0, $2"
        f" FROM {given} AS given WHERE true ON CONFLICT (recipient, cadence, window_start) DO NOTHING"
        " RETURNING id, recipient, cadence, window_start",
        as_rows(wanted),
        now,
    )
    return {(row["recipient"], row["cadence"], moment(row["window_start"]) or now): row["id"] for row in rows}


async def _own(owned: Sequence[tuple[int, HeldLine]]) -> None:
    if not owned:
        return
    await fetch(
        "INSERT INTO issue_line (issue_id, notification_id) SELECT given.issue_id, given.notification_id"
        f" FROM {rows_of('$1', issue_id='bigint', notification_id='bigint')} AS given",
        as_rows([{"issue_id": issue, "notification_id": line.id} for issue, line in owned]),
    )
    ids = [line.id for _, line in owned]
    await fetch(f"UPDATE notification SET held_until = NULL WHERE id {any_of('$1')}", ids)


async def _move(moved: Sequence[tuple[HeldLine, datetime]]) -> None:
    if not moved:
        return
    await fetch(
        "UPDATE notification SET held_until = given.held_until"
        f" FROM {rows_of('$1', id='bigint', held_until='timestamptz')} AS given WHERE notification.id = given.id",
        as_rows([{"id": line.id, "held_until": until} for line, until in moved]),
    )
