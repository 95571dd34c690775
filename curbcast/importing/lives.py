"""One row -> the life of one request, as acts in the order in which they happened. Nothing is written here.

    submit ── acknowledge ── close        a row says when, or the act happened at created_at
          └── comment                     the note of a row that is still open

Everything that an action would refuse is refused here already, so that a row is imported whole or not at all.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from casework import text
from casework.errors import Invalid
from casework.requests import Status
from curbcast.importing.cleaning import line_of, moment_of, number_of, shortened, text_of
from curbcast.importing.columns import Columns, looked_for
from curbcast.importing.reading import Record

PLACE_MAX = 300
KEY_MAX = 120
OTHER = "Other"
"""The category of rows that name none."""

CLOSED, ACKNOWLEDGED = "Closed by import", "Acknowledged by import"
"""What a status change says whose row has no note."""

STATUSES: Mapping[str, Status] = {
    **dict.fromkeys(("open", "new", "submitted", "received", "pending", "reopened"), Status.OPEN),
    **dict.fromkeys(("acknowledged", "in progress", "assigned", "in review", "started"), Status.ACKNOWLEDGED),
    **dict.fromkeys(
        ("closed", "archived", "resolved", "completed", "complete", "fixed", "done", "duplicate", "cancelled"),
        Status.CLOSED,
    ),
}
"""What exports call a status. An archived one was closed; our own timetable archives it again."""


class Verb(StrEnum):
    SUBMIT = "submit"
    ACKNOWLEDGE = "acknowledge"
    COMMENT = "comment"
    CLOSE = "close"


@dataclass(frozen=True)
class Act:
    """One thing to do again. `key` is the request's import key; `values` are the action's arguments."""

    at: datetime
    line: int
    key: str
    verb: Verb
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Life:
    """A request's acts, its submission first. Rows without an id may be alike and yet two: `has_id` tells."""

    acts: list[Act]
    has_id: bool


def life_of(record: Record, columns: Columns, *, zone: ZoneInfo, now: datetime) -> Life:
    """Raises Invalid or TooLong, with the field in which the row is wrong."""
    if lack := columns.missing():
        raise Invalid(f"has {looked_for(lack)}.", field=lack)
    row = _Row(record, columns, zone, now)
    created_at = row.moment("created_at")
    if created_at is None:
        raise Invalid("created_at is empty.", field="created_at")
    key, has_id = row.key()
    submission = Act(created_at, record.line, key, Verb.SUBMIT, _filed(row))
    return Life([submission, *_afterwards(row, submission)], has_id)


@dataclass(frozen=True)
class _Row:
    record: Record
    columns: Columns
    zone: ZoneInfo
    now: datetime

    def value(self, name: str) -> object:
        return self.columns.pick(self.record.values, name)[1]

    def line(self, name: str) -> str:
        return line_of(self.value(name), name)

    def text(self, name: str) -> str:
        return text_of(self.value(name), name)

    def moment(self, name: str) -> datetime | None:
        moment = moment_of(self.value(name), name, self.zone)
        if moment is not None and moment > self.now:
            raise Invalid(f"{name} lies in the future: {self.value(name)}.", field=name)
        return moment

    def key(self) -> tuple[str, bool]:
        """What this row is known by when the file, or a later edition of it, is imported again.

        The name of the id's column tells two sources of one town apart.
        """
        column, value = self.columns.pick(self.record.values, "id")
        known_by = line_of(value, "id")
        if known_by:
            key = f"{column}:{known_by}"
            return (key if len(key) <= KEY_MAX else f"{column[:40]}:{_digest(known_by)}"), True
        return f"row:{_digest(json.dumps(self.record.values, sort_keys=True))}", False


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()


def _filed(row: _Row) -> dict[str, Any]:
    """The arguments of submit_request, and the category by its name."""
    category, title, place = row.line("category") or OTHER, row.line("summary"), row.line("place")
    description = row.text("description")
    if not title:
        title = category if category != OTHER else line_of(description, "summary")
    whole = [each for each, longest in ((title, text.LINE_MAX), (place, PLACE_MAX)) if len(each) > longest]
    if whole and whole[0] == line_of(description, "description"):
        whole = whole[1:]  # the summary was taken from the description
    where = text.coordinates(
        number_of(row.value("latitude"), "latitude"), number_of(row.value("longitude"), "longitude")
    )
    photo = row.line("photo_url")
    return {
        "category": text.line(category, "category"),
        "summary": text.line(shortened(title, text.LINE_MAX), "summary"),
        "description": text.text("\n\n".join([*whole, description]), "description", required=False),
        "place": text.line(shortened(place, PLACE_MAX), "place", longest=PLACE_MAX, required=False),
        "latitude": where[0] if where else None,
        "longitude": where[1] if where else None,
        "photo_urls": [text.web_address(photo, "photo_url")] if photo else [],
    }


def _afterwards(row: _Row, submission: Act) -> list[Act]:
    status = _status(row)
    note = text.text(row.text("note"), "note", required=False)

    def act(verb: Verb, at: datetime, words: str) -> Act:
        return Act(at, submission.line, submission.key, verb, {"words": words})

    if status is Status.OPEN:
        return [act(Verb.COMMENT, _later(row, "updated_at", submission.at), note)] if note else []
    acknowledged_at = _later(row, "acknowledged_at", submission.at)
    if status is Status.ACKNOWLEDGED:
        return [act(Verb.ACKNOWLEDGE, acknowledged_at, note or ACKNOWLEDGED)]
    closed_at = _later(row, "closed_at", submission.at)
    closing = act(Verb.CLOSE, closed_at, note or CLOSED)
    # One that was acknowledged after it was closed had been reopened in between, of which the row says nothing.
    if row.value("acknowledged_at") is None or acknowledged_at > closed_at:
        return [closing]
    return [act(Verb.ACKNOWLEDGE, acknowledged_at, ACKNOWLEDGED), closing]


def _status(row: _Row) -> Status:
    """What the row says; where it has no status, what its times say."""
    said = row.line("status")
    if not said:
        if row.value("closed_at") is not None:
            return Status.CLOSED
        return Status.ACKNOWLEDGED if row.value("acknowledged_at") is not None else Status.OPEN
    status = STATUSES.get(said.lower().replace("_", " ").replace("-", " "))
    if status is None:
        raise Invalid(f"status is {said[:50]!r}; known are {', '.join(sorted(STATUSES))}.", field="status")
    return status


def _later(row: _Row, name: str, created_at: datetime) -> datetime:
    """A time after the request's opening, which is also when it was where the row doesn't say."""
    moment = row.moment(name)
    if moment is not None and moment < created_at:
        raise Invalid(f"{name} lies before created_at: {row.value(name)}.", field=name)
    return moment or created_at
