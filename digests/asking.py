"""Lines -> what is true of each of them now. The same questions for every mail, preview and page (rule 7)."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from casework.areas import WatchArea
from casework.config import Settings
from casework.database import any_of, fetch
from digests.compose import ToldLine, area_ids_of
from notifier.cases import load_cases
from notifier.decisions import Candidate, candidates_from_json, decide
from notifier.letters import Letters
from notifier.materials import gather_materials
from notifier.notifications import Notification
from notifier.preferences import Cadence
from notifier.readers import read_readers
from notifier.recipients import from_key


class LineRow(NamedTuple):
    """Of a notification, what a digest needs. A busy morning reads a million: the ORM would take most of the time."""

    id: int
    event_id: int
    recipient: str
    cadence: Cadence
    candidates: tuple[Candidate, ...]


def line_rows(notifications: Iterable[Notification]) -> list[LineRow]:
    return [
        LineRow(row.id, row.event_id, row.recipient, row.cadence, _candidates(json.dumps(row.reasons)))
        for row in notifications
    ]


async def held_lines(issue_ids: Sequence[int]) -> dict[int, list[LineRow]]:
    """The notifications that each issue still has to tell, oldest first."""
    rows = await fetch(
        "SELECT line.issue_id, told.id, told.event_id, told.recipient, told.cadence, told.reasons"
        " FROM issue_line AS line JOIN notification AS told ON told.id = line.notification_id"
        f" WHERE line.issue_id {any_of('$1')} AND told.state = 'held' ORDER BY told.id",
        list(issue_ids),
    )
    held: dict[int, list[LineRow]] = defaultdict(list)
    for row in rows:
        reasons = _candidates(row["reasons"])
        line = LineRow(row["id"], row["event_id"], row["recipient"], Cadence(row["cadence"]), reasons)
        held[row["issue_id"]].append(line)
    return held


@lru_cache(maxsize=4096)
def _candidates(reasons: str) -> tuple[Candidate, ...]:
    """Most who hear of an event hear of it for the same reasons."""
    return tuple(candidates_from_json(json.loads(reasons)))


async def ask_again(rows: Sequence[LineRow], settings: Settings) -> tuple[list[ToldLine], Letters]:
    """Each line as decided just now, in the order given, and what letters about them quote.

    The number of statements does not depend on how many there are.
    """
    cases = await load_cases(each.event_id for each in rows)
    recipients = {each.recipient: from_key(each.recipient) for each in rows}
    areas = {each.area_id for row in rows for each in row.candidates if each.area_id is not None}
    readers = await read_readers(((cases[each.event_id], recipients[each.recipient]) for each in rows), area_ids=areas)
    addresses = [recipient.address for recipient in recipients.values() if recipient.address is not None]
    letters = Letters(settings, await gather_materials(cases.values(), addresses))
    lines = []
    for each in rows:
        case, reader = cases[each.event_id], readers[each.event_id, each.recipient]
        lines.append(ToldLine(each.id, case, reader, decide(case, reader, each.candidates)))
    return lines, letters


async def outlines_of(lines: Iterable[ToldLine]) -> dict[int, bytes]:
    """The shapes of the areas for which somebody hears of these lines who wants a map, by id. In one statement."""
    wanted = {area for line in lines if line.reader.wants_map for area in area_ids_of(line)}
    if not wanted:
        return {}
    return {row.id: bytes(row.shape) for row in await WatchArea.filter(id__in=sorted(wanted)).only("id", "shape")}
