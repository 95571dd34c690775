"""Importing 311 data: every row accounted for, nothing doubled, nobody told unless asked to."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from casework.history import HistoryRow
from casework.organizations import Organization
from casework.requests import Comment, ServiceRequest
from curbcast.importing.problems import CannotImport
from curbcast.importing.run import import_requests
from curbcast.importing.sums import Sums
from curbcast.importing.telling import tell_all
from notifier.notifications import Notification
from tests.curbcast.heard import Heard
from tests.telling import KeepingTransport
from tests.town import settings

CSV = """\
id,title,category,description,status,created_at,closed_at,closing_note,lat,lng
1,Deep pothole,Potholes,,Closed,2011-07-01T08:00:00-04:00,2011-07-03T09:00:00-04:00,Filled <b>twice</b> & rolled,,
2,Dark lamp,Lights,,Open,2011-07-02T08:00:00-04:00,,On our list,42.36,-71.06
3,Nowhere,Lights,,Open,2011-07-02T09:00:00-04:00,,,142.36,-71.06
4,Old tree,Trees,,Closed,2011-07-02T10:00:00-04:00,2011-07-02T11:00:00-04:00,,,
"""


def _file(folder: Path, content: str, name: str = "requests.csv") -> Path:
    path = folder / name
    path.write_text(content)
    return path


async def test_every_row_is_imported_or_rejected_with_its_line_and_reason(db: str, tmp_path: Path) -> None:
    heard = Heard()
    sums = await import_requests(_file(tmp_path, CSV), organization="oldtown", report=heard)
    assert sums == Sums(rows=4, imported=3, rejected=1, requests=3, events=6)
    assert [(each.line, each.field) for each in heard.rejections] == [(4, "latitude")]
    assert (await Organization.get()).slug == "oldtown"
    types = [row.type for row in await HistoryRow.filter(request_id__isnull=False).order_by("occurred_at", "id")]
    assert types == [
        "RequestSubmitted",
        "RequestSubmitted",
        "PublicCommentAdded",
        "RequestSubmitted",
        "RequestClosed",
        "RequestClosed",
    ]
    closed = await ServiceRequest.get(summary="Deep pothole")
    assert closed.closed_at == datetime(2011, 7, 3, 13, 0, tzinfo=UTC)
    said = await Comment.filter(request_id=closed.id)
    assert [comment.body for comment in said] == ["Filled <b>twice</b> & rolled"]
    assert (await Comment.get(request__summary="Old tree")).body == "Closed by import"
    assert await Notification.all().count() == 0


async def test_importing_again_doubles_nothing(db: str, tmp_path: Path) -> None:
    file = _file(tmp_path, CSV)
    await import_requests(file, organization="oldtown")
    events = await HistoryRow.all().count()
    again = await import_requests(file, organization="oldtown")
    assert again == Sums(rows=4, imported=3, rejected=1)
    assert await HistoryRow.all().count() == events


async def test_an_import_that_ended_early_is_finished_by_the_next(db: str, tmp_path: Path) -> None:
    file = _file(tmp_path, CSV)
    half = datetime(2011, 7, 2, 14, 30, tzinfo=UTC)
    first = await import_requests(file, organization="oldtown", as_of=half)
    assert (first.requests, first.events) == (3, 4)
    second = await import_requests(file, organization="oldtown")
    assert (second.requests, second.events) == (0, 2)
    assert sorted([request.status.value for request in await ServiceRequest.all()]) == ["closed", "closed", "open"]


async def test_with_notify_the_sums_of_the_ledger_agree(db: str, tmp_path: Path) -> None:
    transport = KeepingTransport()
    await import_requests(_file(tmp_path, "id,title,created_at\n0,First,2011-01-01\n", "f.csv"), organization="oldtown")
    category = (await ServiceRequest.get(summary="First").select_related("category")).category
    await type(category).filter(id=category.id).update(route_addresses=["desk@oldtown.example"])
    rows = "id,title,created_at,status\n" + "".join(f"{n},Report {n},2011-07-0{n},open\n" for n in range(1, 4))
    sums = await import_requests(
        _file(tmp_path, rows, "more.csv"),
        organization="oldtown",
        notify=True,
        tell=lambda: tell_all(transport, settings()),
    )
    assert (sums.rows, sums.imported, sums.requests, sums.events) == (3, 3, 3, 3)
    assert sums.notifications == sums.mailed + sums.skipped + sums.held == 3
    assert sums.mails == len(transport.mails) == 3
    assert {mail.recipient for mail in transport.mails} == {"desk@oldtown.example"}
    assert sums.outcomes == {"staff_request_submitted": {"sent": 3}}
    assert "outcomes" not in sums.to_json()


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("empty.csv", b"", "empty"),
        ("columns.csv", b"colour,shape\nred,round\n", "created_at"),
        ("plain.csv.gz", b"id,title,created_at\n1,A,2011-07-01\n", "gzip"),
        ("broken.json", b'[{"id": 1, "title": "A"', "JSON"),
    ],
)
async def test_a_file_that_cannot_be_read_says_why_and_writes_nothing(
    db: str, tmp_path: Path, name: str, content: bytes, word: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(CannotImport, match=word):
        await import_requests(path, organization="oldtown")
    assert await Organization.all().count() == 0
    assert await HistoryRow.all().count() == 0


async def test_a_row_in_another_encoding_and_half_a_row_are_rejected_and_the_others_come_in(
    db: str, tmp_path: Path
) -> None:
    path = tmp_path / "mixed.csv"
    path.write_bytes(b"id,title,created_at\n1,Caf\xe9,2011-07-01\n2,Lamp,2011-07-02\n3,Half")
    heard = Heard()
    sums = await import_requests(path, organization="oldtown", report=heard)
    assert (sums.rows, sums.imported, sums.rejected) == (3, 1, 2)
    assert [each.line for each in heard.rejections] == [2, 4]
    assert "UTF-8" in heard.rejections[0].reason
    assert [request.summary for request in await ServiceRequest.all()] == ["Lamp"]


async def test_a_title_that_is_too_long_is_kept_whole_in_the_description(db: str, tmp_path: Path) -> None:
    title = "word " * 60
    rows = [{"id": 1, "title": title, "created_at": "2011-07-01T08:00:00Z", "description": "More\u0007words"}]
    path = tmp_path / "long.json.gz"
    path.write_bytes(gzip.compress(json.dumps(rows).encode()))
    sums = await import_requests(path, organization="oldtown")
    assert sums.imported == 1
    request = await ServiceRequest.get()
    assert len(request.summary) <= 200
    assert request.summary.endswith("…")
    assert request.description == f"{title.strip()}\n\nMore words"
