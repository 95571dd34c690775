"""Waiting lines follow their reader's wishes: a changed cadence moves them to its next issue (rule 8)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from casework import clock
from casework.database import as_rows, fetch, rows_of
from notifier.area_readers import area_ids_in
from notifier.bursts import BURST
from notifier.cases import load_cases
from notifier.decisions import candidates_from_json, decide
from notifier.notifications import Notification
from notifier.preferences import Cadence, store_area_choice, store_choice
from notifier.readers import read_readers
from notifier.recipients import from_key


async def choose(recipient: str, kind: str, cadence: Cadence | None) -> None:
    """A reader's choice for one kind (None is the default), with what waits for them moved accordingly."""
    await store_choice(recipient, kind, cadence)
    await move_waiting(recipient)


async def choose_area(person_id: int, area_id: int, cadence: Cadence | None, comments: bool | None) -> None:
    """A person's choices for one area, with what waits for them moved accordingly."""
    await store_area_choice(person_id, area_id, cadence, comments)
    await move_waiting(f"person:{person_id}")


async def move_waiting(recipient: str, *, hours_changed: bool = False) -> None:
    """Decide anew when each waiting line goes; those whose cadence is now immediate go at once, as one mail.

    With `hours_changed` (digest hour, weekday, time zone) every line is given its new time. What has become unwanted
    stays, and is dropped with its reason when its time comes.
    """
    now = clock.now()
    rows = await Notification.filter(recipient=recipient, held_until__isnull=False).exclude(because=BURST)
    if not rows:
        return
    cases = await load_cases(row.event_id for row in rows)
    areas = area_ids_in(reason for row in rows for reason in row.reasons)
    readers = await read_readers(((cases[row.event_id], from_key(recipient)) for row in rows), area_ids=areas)
    moved: list[tuple[int, Cadence, datetime]] = []
    for row in rows:
        reader = readers[row.event_id, recipient]
        decision = decide(cases[row.event_id], reader, candidates_from_json(row.reasons))
        if decision.skip is not None or (decision.cadence is row.cadence and not hours_changed):
            continue
        at_once = decision.cadence is Cadence.IMMEDIATE
        until = now if at_once else reader.hours.next_issue(decision.cadence, now)
        moved.append((row.id, decision.cadence, until))
    await hold(moved, only_waiting=True)


async def hold(lines: Iterable[tuple[int, Cadence, datetime]], *, only_waiting: bool = False) -> None:
    """Notifications wait anew: each by a cadence, until a moment. `only_waiting` leaves alone what an issue owns."""
    given = [{"id": line, "cadence": cadence.value, "held_until": until} for line, cadence, until in lines]
    if given:
        await fetch(
            "UPDATE notification SET cadence = given.cadence, held_until = given.held_until"
            f" FROM {rows_of('$1', id='bigint', cadence='text', held_until='timestamptz')} AS given"
            " WHERE notification.id = given.id AND notification.state = 'held'"
            + (" AND notification.held_until IS NOT NULL" if only_waiting else ""),
            as_rows(given),
        )
