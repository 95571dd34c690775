"""One row, one life: what a row of Open311, SeeClickFix or anybody's export says happened, and what it may not say."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from casework.errors import CaseworkError
from curbcast.importing.columns import FIELDS, Choosing
from curbcast.importing.lives import STATUSES, Life, life_of
from curbcast.importing.problems import CannotImport
from curbcast.importing.reading import Record

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
NINE = datetime(2026, 7, 1, 13, 0, tzinfo=UTC)  # at nine in New York
TEN = datetime(2026, 7, 1, 14, 0, tzinfo=UTC)


def _life(values: dict[str, Any], column_map: dict[str, str] | None = None) -> Life:
    columns = Choosing(column_map or {}).columns_of(tuple(values))
    return life_of(Record(7, values), columns, zone=ZoneInfo("America/New_York"), now=NOW)


def _row(**values: Any) -> dict[str, Any]:
    return {"id": 5, "title": "Lamp", "created_at": "2026-07-01T09:00:00-04:00"} | values


def _acts(**values: Any) -> list[tuple[str, datetime, str]]:
    """What comes after the submission."""
    return [(act.verb.value, act.at, act.values["words"]) for act in _life(_row(**values)).acts[1:]]


def _filed(**values: Any) -> dict[str, Any]:
    return _life(_row(**values)).acts[0].values


def test_an_open311_row_has_its_service_its_notes_and_its_close() -> None:
    life = _life(
        {
            "service_request_id": "638344",
            "status": "closed",
            "status_notes": "Duplicate request.",
            "service_name": "Sidewalk repair",
            "description": "Root under the slabs",
            "requested_datetime": "2026-07-01T09:00:00-04:00",
            "updated_datetime": "2026-07-01T10:00:00-04:00",
            "address": "8 Elm Street",
            "lat": 42.36,
            "long": -71.06,
            "media_url": "https://photos.example/638344.jpg",
        }
    )
    filed, closed = life.acts
    assert filed.values == {
        "category": "Sidewalk repair",
        "summary": "Sidewalk repair",
        "description": "Root under the slabs",
        "place": "8 Elm Street",
        "latitude": 42.36,
        "longitude": -71.06,
        "photo_urls": ["https://photos.example/638344.jpg"],
    }
    assert (filed.at, filed.key, filed.line) == (NINE, "service_request_id:638344", 7)
    assert (closed.verb, closed.at, closed.values) == ("close", TEN, {"words": "Duplicate request."})


def test_a_seeclickfix_row_has_its_kind_its_picture_and_both_its_moves() -> None:
    life = _life(
        {
            "id": 1021,
            "status": "Archived",
            "summary": "Tags on the shelter",
            "description": None,
            "lat": "42.36",
            "lng": "-71.06",
            "address": "Quay Road",
            "created_at": "2026-07-01T09:00:00-04:00",
            "acknowledged_at": "2026-07-01T09:30:00-04:00",
            "closed_at": "2026-07-01T10:00:00-04:00",
            "request_type": {"id": 3, "title": "Graffiti"},
            "media": {"image_full": "https://photos.example/1021.jpg", "video_url": None},
        }
    )
    assert life.acts[0].values["category"] == "Graffiti"
    assert life.acts[0].values["summary"] == "Tags on the shelter"
    assert life.acts[0].values["photo_urls"] == ["https://photos.example/1021.jpg"]
    assert [(act.verb, act.values["words"]) for act in life.acts[1:]] == [
        ("acknowledge", "Acknowledged by import"),
        ("close", "Closed by import"),
    ]


def test_a_status_without_a_time_happened_when_the_request_was_opened() -> None:
    assert _acts(status="Closed") == [("close", NINE, "Closed by import")]
    assert _acts(status="Acknowledged") == [("acknowledge", NINE, "Acknowledged by import")]
    assert _acts(status="in_progress", note="On it") == [("acknowledge", NINE, "On it")]


def test_a_note_on_an_open_row_is_a_comment() -> None:
    assert _acts(status="Open", closing_note="Seen") == [("comment", NINE, "Seen")]
    assert _acts(note="Seen", updated_at="2026-07-01T14:00:00Z") == [("comment", TEN, "Seen")]
    assert _acts(status="open", closing_note="  ") == []


def test_a_row_without_a_status_is_what_its_times_say() -> None:
    assert _acts() == []
    assert _acts(acknowledged_at="2026-07-01T14:00:00Z") == [("acknowledge", TEN, "Acknowledged by import")]
    assert _acts(closed_at="2026-07-01T14:00:00Z") == [("close", TEN, "Closed by import")]


def test_one_that_was_acknowledged_after_its_close_is_just_closed() -> None:
    acts = _acts(status="closed", closed_at="2026-07-01T13:30:00Z", acknowledged_at="2026-07-01T14:00:00Z")
    assert [verb for verb, _, _ in acts] == ["close"]


@pytest.mark.parametrize(
    "written",
    [
        "2026-07-01T09:00:00-04:00",
        "2026-07-01T13:00:00Z",
        "2026-07-01 09:00:00",
        "2026-07-01T09:00",
        "07/01/2026 09:00:00 AM",
        "07/01/2026 09:00",
    ],
)
def test_a_time_is_understood_and_without_an_offset_it_is_the_towns(written: str) -> None:
    assert _life(_row(created_at=written)).acts[0].at == NINE


def test_columns_are_known_whatever_their_case_and_others_by_what_is_said() -> None:
    life = _life({"Case Enquiry-ID": "9", "OPEN_DT": "2026-07-01 09:00:00", "Case Title": "Lamp", "Reason": "Lights"})
    assert life.acts[0].key == "case_enquiry_id:9"
    assert life.acts[0].values["category"] == "Other"
    mapped = _life(_row(reason="Lights", category="X", photo_url="none"), {"category": "Reason", "photo_url": ""})
    assert mapped.acts[0].values["category"] == "Lights"
    assert mapped.acts[0].values["photo_urls"] == []


def test_a_row_without_an_id_is_known_by_all_that_it_says() -> None:
    one, same, other = (_life(_row(id="", title=title)) for title in ("Lamp", "Lamp", "Bin"))
    assert one.acts[0].key == same.acts[0].key != other.acts[0].key
    assert not one.has_id


def test_an_id_that_is_too_long_for_a_key_is_shortened_to_its_digest() -> None:
    one, other = (_life(_row(id="9" * 500 + end)).acts[0].key for end in "ab")
    assert len(one) <= 120
    assert one != other


def test_whatever_names_the_request_is_its_summary() -> None:
    assert _filed(title="", category="Graffiti")["summary"] == "Graffiti"
    assert _filed(title=None, description="A lamp\nis dark")["summary"] == "A lamp is dark"


def test_nothing_that_people_wrote_is_lost_or_refused_for_its_length() -> None:
    title, place = "word " * 60, "street " * 60
    filed = _filed(title=title, address=place, description="More")
    assert filed["summary"] == "word " * 38 + "word…"
    assert len(filed["place"]) <= 300
    assert filed["description"] == f"{title.strip()}\n\n{place.strip()}\n\nMore"
    alone = _filed(title="", description="x" * 5000)
    assert (alone["summary"], alone["description"]) == ("x" * 199 + "…", "x" * 5000)


def test_control_characters_become_spaces() -> None:
    filed = _filed(title="Lamp\r\nBcc: all@town.example\x07", description="a\x00b\r\nc\ud800\td", category="Li\nghts")
    assert filed["summary"] == "Lamp Bcc: all@town.example"
    assert filed["description"] == "a b\nc \td"
    assert filed["category"] == "Li ghts"


@pytest.mark.parametrize(
    ("values", "field", "reason"),
    [
        ({"created_at": ""}, "created_at", "created_at is empty."),
        ({"created_at": "yesterday"}, "created_at", "created_at is not a time: 'yesterday'"),
        ({"created_at": 1311}, "created_at", "created_at is not a time: '1311'"),
        ({"created_at": "2027-01-01"}, "created_at", "created_at lies in the future: 2027-01-01."),
        ({"created_at": "0001-01-01T00:00:00+14:00"}, "created_at", "created_at is not a time"),
        ({"closed_at": "2026-06-01", "status": "closed"}, "closed_at", "closed_at lies before created_at: 2026-06-01."),
        ({"status": "Wobbly"}, "status", "status is 'Wobbly'; known are"),
        ({"lat": "42.36"}, "longitude", "latitude and longitude go together."),
        ({"lat": "north", "lng": 1}, "latitude", "latitude is not a number: 'north'."),
        ({"lat": "NaN", "lng": "1"}, "latitude", "latitude must be between -90 and 90 degrees."),
        ({"lat": True, "lng": 1}, "latitude", "latitude is not a number"),
        ({"title": ["Lamp"]}, "summary", "summary is not text."),
        ({"title": ""}, "summary", "summary must not be empty."),
        ({"description": "x" * 10_001}, "description", "description has 10,001 characters"),
        ({"note": "x" * 10_001}, "note", "note has 10,001 characters"),
        ({"category": "x" * 201}, "category", "category has 201 characters"),
        ({"photo_url": "javascript:alert(1)"}, "photo_url", "photo_url must be a web address"),
    ],
)
def test_a_row_that_cannot_be_true_names_its_field(values: dict[str, Any], field: str, reason: str) -> None:
    with pytest.raises(CaseworkError) as refusal:
        _life(_row(**values))
    assert refusal.value.field == field
    assert refusal.value.message.startswith(reason)


def test_a_row_without_the_columns_that_matter_says_what_was_looked_for() -> None:
    with pytest.raises(CaseworkError) as refusal:
        _life({"id": 1, "title": "Lamp"})
    assert refusal.value.message.startswith("has no column for created_at (looked for created_at, requested_datetime")


def test_a_header_that_can_never_do_is_refused_with_its_columns() -> None:
    with pytest.raises(CannotImport) as refusal:
        Choosing({}).check_header("a.csv", ["colour", "created_at"])
    assert refusal.value.message == (
        "a.csv, line 1: no column for summary (looked for summary, title, case_title, subject)."
        " Its columns are colour, created_at; say which with --map OURS=THEIRS."
    )
    assert refusal.value.field == "summary"
    with pytest.raises(CannotImport, match="no column Colour to take summary from; there are title, opened"):
        Choosing({"summary": "Colour"}).check_header("a.csv", ["title", "opened"])
    with pytest.raises(CannotImport, match="no field shape to map to; there are id, summary"):
        Choosing({"shape": "title"})


def test_no_name_means_two_fields_but_the_one_that_open311_means_so() -> None:
    names = [name for known in FIELDS.values() for name in known]
    assert {name for name in names if names.count(name) > 1} == {"updated_datetime"}
    assert all(name == name.lower() for name in [*names, *STATUSES])
