"""The import of real files, where they lie beside the checkout: the sums agree with a count by brute force."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest

from casework.history import HistoryRow
from casework.requests import ServiceRequest
from curbcast.importing.run import import_requests
from notifier.notifications import Notification

DATA = Path(os.environ.get("CURBCAST_DATA") or Path(__file__).parents[3] / "shared/data")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.needs_data,
    pytest.mark.skipif(not DATA.is_dir(), reason=f"no real requests in {DATA} (set CURBCAST_DATA)"),
]


def _rows(name: str) -> list[dict[str, Any]]:
    with gzip.open(DATA / name, "rt") as lines:
        return [json.loads(line) for line in lines]


async def _check(name: str, closings: int, comments: int, acknowledgements: int) -> None:
    rows = _rows(name)
    sums = await import_requests(DATA / name, organization="town")
    events = len(rows) + closings + comments + acknowledgements
    assert (sums.rows, sums.imported, sums.rejected) == (len(rows), len(rows), 0)
    assert (sums.requests, sums.events) == (len(rows), events)
    assert await ServiceRequest.all().count() == len(rows)
    counted = {
        "RequestSubmitted": len(rows),
        "RequestClosed": closings,
        "PublicCommentAdded": comments,
        "RequestAcknowledged": acknowledgements,
    }
    for event, expected in counted.items():
        assert await HistoryRow.filter(type=event, settled="imported").count() == expected, event
    assert await Notification.all().count() == 0
    again = await import_requests(DATA / name, organization="town")
    assert (again.requests, again.events) == (0, 0)


async def test_boston(sqlite_database: str) -> None:
    from casework.database import close_database, open_database

    await open_database(sqlite_database)
    rows = _rows("boston_2011_jul_oct.jsonl.gz")
    closings = sum(row["status"] == "Closed" for row in rows)
    comments = sum(row["status"] == "Open" and bool((row["closing_note"] or "").strip()) for row in rows)
    await _check("boston_2011_jul_oct.jsonl.gz", closings, comments, 0)
    await close_database()


async def test_new_haven(db: str) -> None:
    rows = _rows("newhaven_text_2008_2015.jsonl.gz")
    closings = sum(row["status"] == "Closed" for row in rows)
    acknowledgements = sum(row["status"] == "Acknowledged" for row in rows)
    await _check("newhaven_text_2008_2015.jsonl.gz", closings, 0, acknowledgements)
