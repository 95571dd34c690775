"""A month of a real town, where its data lies beside the checkout: a digest tells what others hear at once.

Each neighbourhood is a watch area with three residents: one hears at once, one daily, one weekly. The town's export is
imported twice a day, as it was then. What each of them was told is compared with the others, and with what shapely
alone counts in the file.

A whole month takes minutes, so every 15th row is replayed; CURBCAST_EVERY_ROW=1 replays all of them.
"""

from __future__ import annotations

import gzip
import json
import os
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import shapely
import time_machine

from casework.actions.accounts import create_person, start_session
from casework.database import fetch
from casework.people import Person
from curbcast.importing.run import import_requests
from digests.issues import Issue
from notifier.notifications import Notification, State
from tests.telling import Telling, open_telling
from tests.town import Town

DATA = Path(os.environ.get("CURBCAST_DATA") or Path(__file__).parents[3] / "shared/data")
EVERY, EVENTS = (1, 20_107) if os.environ.get("CURBCAST_EVERY_ROW") else (15, 1_330)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.needs_data,
    pytest.mark.skipif(not DATA.is_dir(), reason=f"no real requests in {DATA} (set CURBCAST_DATA)"),
]

BOSTON = ZoneInfo("America/New_York")
BEGIN, END = datetime(2011, 8, 1, tzinfo=BOSTON), datetime(2011, 9, 1, tzinfo=BOSTON)
CADENCES = ("IMMEDIATE", "DAILY", "WEEKLY")

Told = set[tuple[str, str]]
"""Events as (id of the request in the file, type)."""


def _rows() -> list[dict[str, Any]]:
    """Every so many rows of those that were opened in the month, in the file's order."""
    with gzip.open(DATA / "boston_2011_jul_oct.jsonl.gz", "rt", encoding="utf-8") as lines:
        opened = [row for row in map(json.loads, lines) if BEGIN <= datetime.fromisoformat(row["created_at"]) < END]
    return opened[::EVERY]


def _events(row: dict[str, Any]) -> Iterator[tuple[datetime, str]]:
    """What happened on a row within the month, and when."""
    created_at = datetime.fromisoformat(row["created_at"])
    yield created_at, "RequestSubmitted"
    note = (row["closing_note"] or "").strip()
    if row["status"] == "Closed":
        closed_at = datetime.fromisoformat(row["closed_at"]) if row["closed_at"] else created_at
        if closed_at < END:
            yield closed_at, "RequestClosed"
    elif note:
        yield created_at, "PublicCommentAdded"


def _edition(row: dict[str, Any], at: datetime) -> dict[str, Any]:
    """The row as an export of that moment has it: what was closed later is still open."""
    later = (
        row["status"] == "Closed"
        and (row["closed_at"] or row["created_at"])
        and not any(kind == "RequestClosed" and when < at for when, kind in _events(row))
    )
    return {**row, "status": "Open", "closed_at": None, "closing_note": None} if later else row


def _by_shapely(rows: list[dict[str, Any]], features: list[dict[str, Any]]) -> dict[str, Told]:
    """What happened in each neighbourhood, border included."""
    found: dict[str, Told] = {}
    for feature in features:
        shape = shapely.from_geojson(json.dumps(feature["geometry"]))
        inside = shapely.intersects_xy(shape, [row["lng"] for row in rows], [row["lat"] for row in rows])
        found[_name(feature)] = {
            (row["id"], kind) for row, is_in in zip(rows, inside, strict=True) if is_in for _, kind in _events(row)
        }
    return found


def _name(feature: dict[str, Any]) -> str:
    return str(feature["properties"].get("name") or feature["properties"].get("Name"))


async def _residents(town: Town, features: list[dict[str, Any]]) -> dict[str, list[Person]]:
    """Three for each neighbourhood, of whom the first draws its area and the others follow it."""
    found = {}
    for number, feature in enumerate(features):
        people = []
        for cadence in CADENCES:
            handle = f"{cadence.lower()}-{number}"
            person = await create_person(handle=handle, name=handle, address=f"{handle}@example.org", confirmed=True)
            town.tokens[person.id] = await start_session(person)
            people.append(person)
        owner, *others = people
        drawn = await town.done(
            owner, "createWatchArea", "watchArea { id }", name=_name(feature), shape=feature, public=True
        )
        area = drawn["watchArea"]["id"]
        for other in others:
            await town.done(other, "followWatchArea", watchAreaId=area)
        for person, cadence in zip(people, CADENCES, strict=True):
            await town.done(person, "updateWatchAreaPreference", watchAreaId=area, cadence=cadence)
        found[_name(feature)] = people
    return found


async def _live(telling: Telling, rows: list[dict[str, Any]], clock: Any, folder: Path) -> None:
    """Every half day, what has changed since the last time is imported, and told."""
    file = folder / "export.jsonl"
    before, at = BEGIN, BEGIN
    while at < END:
        at += timedelta(hours=8 if at.hour == 0 else 16)  # midnight, and when digests go
        clock.move_to(at)
        changed = [row for row in rows if any(before <= when < at for when, _ in _events(row))]
        if changed:
            file.write_text("".join(json.dumps(_edition(row, at)) + "\n" for row in changed), encoding="utf-8")
            sums = await import_requests(file, organization="boston", notify=True)
            assert sums.rejected == 0
        await telling.run()
        before = at
    for _ in range(2):  # and a fortnight later, all is said
        clock.shift(timedelta(days=7))
        await telling.run()


async def _told(person: Person) -> Told:
    rows = await fetch(
        "SELECT request.import_key, history.type FROM notification JOIN history ON history.id = notification.event_id"
        " JOIN service_request AS request ON request.id = notification.request_id"
        " WHERE notification.person_id = $1 AND notification.state = 'sent'",
        person.id,
    )
    return {(row["import_key"].removeprefix("id:"), row["type"]) for row in rows}


async def test_the_three_of_each_neighbourhood_are_told_what_happened_there(
    sqlite_database: str, tmp_path: Path
) -> None:
    from casework.database import close_database, open_database

    features = json.loads((DATA / "boston_neighborhoods.geojson").read_text(encoding="utf-8"))["features"]
    rows = _rows()
    await open_database(sqlite_database)
    try:
        with time_machine.travel(BEGIN.astimezone(UTC), tick=False) as clock:
            async with open_telling() as telling:
                residents = await _residents(telling.town, features)
                await telling.run()
                await Notification.all().delete()
                telling.transport.mails.clear()
                await _live(telling, rows, clock, tmp_path)
                await _check(telling, residents, _by_shapely(rows, features))
    finally:
        await close_database()


async def _check(telling: Telling, residents: dict[str, list[Person]], expected: dict[str, Told]) -> None:
    assert {row.state for row in await Notification.all()} == {State.SENT}
    mails: dict[str, list[str]] = defaultdict(list)
    for mail in telling.transport.mails:
        mails[mail.recipient].append(mail.kind)
    assert sum(map(len, expected.values())) == EVENTS
    for name, people in residents.items():
        for person in people:
            assert await _told(person) == expected[name], (name, person.handle)
            assert await Notification.filter(person_id=person.id).count() == len(expected[name])  # each once
        at_once, daily, weekly = people
        for person in (daily, weekly):
            kinds = mails[str(person.address)]
            issues = await Issue.filter(person_id=person.id)
            assert sum(issue.told for issue in issues) == len(expected[name])
            assert len(kinds) == len(issues)
        assert len(mails[str(weekly.address)]) <= 6
        assert len(mails[str(weekly.address)]) <= len(mails[str(daily.address)]) <= 32
        rolled_up = await Issue.filter(person_id=at_once.id, cadence="burst")
        assert len(mails[str(at_once.address)]) == len(expected[name]) - sum(issue.told - 1 for issue in rolled_up)
