"""Held lines -> what is true of each of them now. The same questions for every mail, preview and page (rule 7)."""

from __future__ import annotations

from collections.abc import Sequence

from casework.config import Settings
from digests.compose import ToldLine
from notifier.area_readers import area_ids_in
from notifier.cases import load_cases
from notifier.decisions import candidates_from_json, decide
from notifier.letters import Letters, gather_materials
from notifier.notifications import Notification
from notifier.readers import read_readers
from notifier.recipients import from_key


async def ask_again(rows: Sequence[Notification], settings: Settings) -> tuple[list[ToldLine], Letters]:
    """Each line as decided just now, in the order given, and what letters about them quote.

    The number of statements does not depend on how many there are.
    """
    cases = await load_cases(each.event_id for each in rows)
    pairs = [(cases[each.event_id], from_key(each.recipient)) for each in rows]
    areas = area_ids_in(reason for each in rows for reason in each.reasons)
    readers = await read_readers(pairs, area_ids=areas)
    addresses = [recipient.address for _, recipient in pairs if recipient.address is not None]
    letters = Letters(settings, await gather_materials(cases.values(), addresses))
    lines = []
    for each in rows:
        case, reader = cases[each.event_id], readers[each.event_id, each.recipient]
        lines.append(ToldLine(each.id, case, reader, decide(case, reader, candidates_from_json(each.reasons))))
    return lines, letters
