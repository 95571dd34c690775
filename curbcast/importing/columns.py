"""Which of a file's columns is which of our fields.

Known are plain names, Open311's, SeeClickFix's, those of big cities' exports, and what the operator says
(`--map summary=case_title`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from curbcast.importing.problems import CannotImport

FIELDS: Mapping[str, tuple[str, ...]] = {
    "id": (
        "id",
        "service_request_id",
        "request_id",
        "case_enquiry_id",
        "case_id",
        "caseid",
        "ticket_id",
        "issue_id",
        "unique_key",
    ),
    "summary": ("summary", "title", "case_title", "subject"),
    "category": ("category", "request_type", "service_name", "service_type", "complaint_type", "type"),
    "description": ("description", "details", "complaint", "descriptor"),
    "status": ("status", "case_status", "request_status"),
    "note": ("note", "closing_note", "status_notes", "closure_reason", "resolution_description", "resolution"),
    "created_at": ("created_at", "requested_datetime", "created_date", "open_dt", "opened_at", "opened", "created"),
    "acknowledged_at": ("acknowledged_at",),
    # Open311: "for requests with status=closed, this will be the date the request was closed".
    "closed_at": ("closed_at", "closed_date", "closed_dt", "closed", "updated_datetime"),
    "updated_at": ("updated_at", "updated_datetime", "updated_date"),
    "latitude": ("latitude", "lat"),
    "longitude": ("longitude", "lng", "lon", "long"),
    "place": ("place", "address", "location_street_name", "incident_address"),
    "photo_url": ("photo_url", "media_url", "media"),
}
"""Our fields, and the names under which we know them, best first. Case and punctuation don't count."""

_TELLS_WHAT = ("summary", "category", "description")


@dataclass(frozen=True)
class Columns:
    """A file's names for each of our fields, best first. A row's value is the first that isn't empty."""

    names: Mapping[str, tuple[str, ...]]

    def pick(self, values: Mapping[str, object], field: str) -> tuple[str, object]:
        """(the column's name made plain, its value); ("", None) where the row has none."""
        for name in self.names[field]:
            value = values.get(name)
            if value is not None and value != "":
                return plain(name), value
        return "", None

    def missing(self) -> str | None:
        """The field that no row can do without and these columns don't have; None where all is there."""
        if not self.names["created_at"]:
            return "created_at"
        return None if any(self.names[field] for field in _TELLS_WHAT) else "summary"


class Choosing:
    """Chooses the columns of each row, by its keys; remembers the answer for rows alike."""

    def __init__(self, column_map: Mapping[str, str]) -> None:
        for ours in column_map:
            if ours not in FIELDS:
                raise CannotImport(f"There is no field {ours} to map to; there are {', '.join(FIELDS)}.", field=ours)
        self._map = {ours: plain(theirs) for ours, theirs in column_map.items()}
        self._said = dict(column_map)
        self.columns_of = lru_cache(maxsize=64)(self._choose)

    def check_header(self, file_name: str, header: Iterable[str]) -> None:
        """Raise CannotImport where a file with these columns could never be imported."""
        names = tuple(header)
        there = {plain(name) for name in names}
        for ours, theirs in self._map.items():
            if theirs and theirs not in there:
                raise CannotImport(
                    f"{file_name}, line 1: there is no column {self._said[ours]} to take {ours} from; there are"
                    f" {', '.join(names)}.",
                    field=ours,
                )
        if lack := self.columns_of(names).missing():
            raise CannotImport(
                f"{file_name}, line 1: {looked_for(lack)}. Its columns are {', '.join(names)}; say which with"
                " --map OURS=THEIRS.",
                field=lack,
            )

    def _choose(self, names: tuple[str, ...]) -> Columns:
        theirs = {plain(name): name for name in reversed(names)}
        return Columns(
            {
                field: tuple(theirs[each] for each in self._wanted(field, known) if each in theirs)
                for field, known in FIELDS.items()
            }
        )

    def _wanted(self, field: str, known: tuple[str, ...]) -> tuple[str, ...]:
        """A mapped field is taken from the column that was said and no other; from none where that is empty."""
        return (self._map[field],) if field in self._map else known


def plain(name: str) -> str:
    """`Case Enquiry-ID` and `case_enquiry_id` are one name."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


def looked_for(field: str) -> str:
    """What to say where a field is missing."""
    return f"no column for {field} (looked for {', '.join(FIELDS[field])})"
