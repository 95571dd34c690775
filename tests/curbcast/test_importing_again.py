"""Importing on top of what is there: after a kill, beside living people, up to a moment, and at a pace."""

from __future__ import annotations

import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine

from casework.access import viewer_for
from casework.actions.accounts import create_person
from casework.actions.handling import reopen
from casework.actions.importing import importer_of
from casework.actions.membership import add_member, create_category, create_organization
from casework.actions.moderating import release_content
from casework.database import close_database, open_database
from casework.errors import Invalid
from casework.history import HistoryRow
from casework.ledger import OutboxRow
from casework.organizations import Organization, RequestCategory
from casework.people import Person, Role
from casework.requests import Comment, ServiceRequest, Status
from curbcast.importing import Sums, import_requests, tell_all
from curbcast.importing.problems import Rejection
from tests.curbcast import killed_import
from tests.curbcast.heard import Heard
from tests.forked import ended
from tests.telling import KeepingTransport
from tests.town import settings

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
HEADER = "id,title,category,status,created_at,closed_at,note"
LAMP = "1,Dark lamp,Lights,closed,2026-07-01T08:00:00Z,2026-07-01T20:00:00Z,New bulb"
BIN = "2,Full bin,Rubbish,open,2026-07-01T12:00:00Z,,On our list"
TREE = "3,Old tree,Trees,closed,2026-07-01T16:00:00Z,2026-07-02T08:00:00Z,"


def _file(folder: Path, *rows: str) -> Path:
    path = folder / "requests.csv"
    path.write_text("\n".join([HEADER, *rows]))
    return path


async def _events() -> list[tuple[str, str]]:
    rows = await HistoryRow.filter(request_id__isnull=False).order_by("id").select_related("request")
    return [(row.request.summary, row.type) for row in rows if row.request]


async def _rosa(organization: Organization) -> Person:
    rosa = await create_person(handle="rosa", name="Rosa Diaz", address="rosa@oldtown.example", confirmed=True)
    await add_member(organization, rosa, Role.OWNER)
    return rosa


async def test_a_killed_import_leaves_whole_acts_and_the_next_run_finishes_it(database: str, tmp_path: Path) -> None:
    rows = [f"{n},Lamp {n},Lights,closed,2026-07-01T08:00:{n:02}Z,2026-07-01T08:{n % 3:02}:30Z," for n in range(1, 31)]
    file = _file(tmp_path, *rows)
    assert await ended(Path(killed_import.__file__), database, str(file), "12") == -signal.SIGKILL
    await open_database(database)
    try:
        before = await HistoryRow.filter(settled="imported").count()
        assert before % killed_import.AT_ONCE == 0
        assert 0 < before < 60
        submitted = await ServiceRequest.all().count()
        assert before == submitted + await Comment.all().count()
        sums = await import_requests(file, organization="oldtown")
        assert sums == Sums(rows=30, imported=30, requests=30 - submitted, events=60 - before)
        assert await ServiceRequest.filter(status=Status.CLOSED).count() == await Comment.all().count() == 30
        assert sorted([request.number for request in await ServiceRequest.all()]) == list(range(1, 31))
    finally:
        await close_database()


async def test_what_people_did_since_stands(db: str, tmp_path: Path) -> None:
    file = _file(tmp_path, LAMP, BIN)
    await import_requests(file, organization="oldtown")
    rosa = await _rosa(await Organization.get())
    lamp = await ServiceRequest.get(summary="Dark lamp")
    await reopen(await viewer_for(rosa), lamp.id, comment="Dark again.")
    assert await import_requests(file, organization="oldtown") == Sums(rows=2, imported=2)
    assert (await ServiceRequest.get(id=lamp.id)).status is Status.OPEN


async def test_a_later_edition_of_the_file_adds_what_happened_in_between(db: str, tmp_path: Path) -> None:
    await import_requests(_file(tmp_path, LAMP, BIN), organization="oldtown")
    closed = BIN.replace("open", "closed").replace(",,On our list", ",2026-07-03T08:00:00Z,Emptied")
    later = await import_requests(_file(tmp_path, LAMP, closed, TREE), organization="oldtown")
    assert (later.rows, later.imported, later.requests, later.events) == (3, 3, 1, 3)
    found = await ServiceRequest.get(summary="Full bin")
    assert (found.status, found.closed_at) == (Status.CLOSED, datetime(2026, 7, 3, 8, 0, tzinfo=UTC))


async def test_the_same_id_twice_is_one_request_and_rows_without_one_may_be_alike(db: str, tmp_path: Path) -> None:
    heard = Heard()
    nameless = ",Dark lamp,Lights,,2026-07-01,,"
    file = _file(tmp_path, LAMP, LAMP, nameless, nameless)
    sums = await import_requests(file, organization="oldtown", report=heard)
    assert (sums.rows, sums.imported, sums.rejected, sums.requests) == (4, 3, 1, 3)
    assert heard.rejections == [Rejection(3, "CONFLICT", "id", "The id is the same as on line 2.")]
    assert (await import_requests(file, organization="oldtown")).requests == 0


async def test_events_of_all_rows_are_replayed_in_one_order_of_time(db: str, tmp_path: Path) -> None:
    await import_requests(_file(tmp_path, TREE, BIN, LAMP), organization="oldtown")
    assert await _events() == [
        ("Dark lamp", "RequestSubmitted"),
        ("Full bin", "RequestSubmitted"),
        ("Full bin", "PublicCommentAdded"),
        ("Old tree", "RequestSubmitted"),
        ("Dark lamp", "RequestClosed"),
        ("Old tree", "RequestClosed"),
    ]


async def test_staff_acts_are_by_the_import_which_nobody_is(db: str, tmp_path: Path) -> None:
    await import_requests(_file(tmp_path, LAMP), organization="oldtown")
    organization = await Organization.get()
    said = await Comment.get().select_related("author")
    assert said.by_staff
    assert said.author is not None
    assert (said.author.name, said.author.address) == ("Import", None)
    assert said.author.closed_at is not None
    assert (await ServiceRequest.get()).reporter_id is None
    assert (await importer_of(organization)).person_id == said.author_id
    assert (await viewer_for(said.author)).person is None


async def test_categories_are_found_whatever_their_case_and_a_deleted_one_takes_nothing(
    db: str, tmp_path: Path
) -> None:
    organization = await create_organization(slug="oldtown", name="Oldtown")
    rosa = await viewer_for(await _rosa(organization))
    lights = await create_category(rosa, organization.id, name="LIGHTS")
    trees = await create_category(rosa, organization.id, name="Trees")
    await RequestCategory.filter(id=trees.id).update(deleted_at=NOW)
    heard = Heard()
    sums = await import_requests(_file(tmp_path, LAMP, TREE), organization="oldtown", report=heard)
    assert (sums.rows, sums.imported, sums.rejected, sums.requests, sums.events) == (2, 1, 1, 1, 2)
    assert [(each.line, each.code, each.field) for each in heard.rejections] == [(3, "NOT_FOUND", "category_id")]
    assert (await ServiceRequest.get()).category_id == lights.id
    assert await RequestCategory.all().count() == 2


async def test_what_an_organization_holds_waits_for_its_staff_and_is_finished_later(db: str, tmp_path: Path) -> None:
    organization = await create_organization(slug="oldtown", name="Oldtown")
    rosa = await viewer_for(await _rosa(organization))
    await Organization.filter(id=organization.id).update(hold_guests=True)
    file = _file(tmp_path, LAMP)
    first = await import_requests(file, organization="oldtown", notify=True)
    assert (first.imported, first.requests, first.events) == (1, 1, 0)
    await release_content(rosa, request_id=(await ServiceRequest.get()).id)
    second = await import_requests(file, organization="oldtown", notify=True)
    assert (second.imported, second.requests, second.events) == (1, 0, 1)
    assert (await ServiceRequest.get()).status is Status.CLOSED


async def test_imported_history_waits_for_nobody_and_a_replay_with_notify_is_news(db: str, tmp_path: Path) -> None:
    await import_requests(_file(tmp_path, LAMP), organization="oldtown")
    assert await OutboxRow.all().count() == 0
    transport = KeepingTransport()
    await RequestCategory.all().update(route_addresses=["desk@oldtown.example"])
    more = [f"{n},Lamp {n},Lights,,2026-07-{n:02}T08:00:00Z,," for n in range(10, 14)]
    sums = await import_requests(
        _file(tmp_path, LAMP, *more),
        organization="oldtown",
        notify=True,
        tell=lambda: tell_all(transport, settings()),
    )
    assert sums == Sums(
        rows=5,
        imported=5,
        requests=4,
        events=4,
        notifications=4,
        mailed=4,
        mails=4,
        outcomes={"staff_request_submitted": {"sent": 4}},
    )
    assert await OutboxRow.all().count() == 0


async def test_as_of_imports_what_had_happened_and_a_pace_plays_the_rest(db: str, tmp_path: Path) -> None:
    file = _file(tmp_path, LAMP, BIN, TREE)
    noon = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
    past = await import_requests(file, organization="oldtown", as_of=noon)
    assert (past.rows, past.imported, past.requests, past.events) == (1, 1, 1, 1)
    waits: list[float] = []
    heard = Heard()
    with time_machine.travel(NOW, tick=False) as traveller:

        async def sleep(seconds: float) -> None:
            waits.append(seconds)
            traveller.shift(timedelta(seconds=seconds))

        played = await import_requests(file, organization="oldtown", as_of=noon, speed=3600, sleep=sleep, report=heard)
    assert (played.rows, played.imported, played.requests, played.events) == (3, 3, 2, 5)
    assert waits == [4, 4, 12]  # hours between 12:00, 16:00, 20:00 and 8:00 on the next day
    assert heard.begun == [("Reading", None), ("Replaying", 6)]
    assert heard.steps == [3, 1, 1, 1, 1, 1, 1]


@pytest.mark.parametrize(
    ("values", "field"),
    [({"speed": 0}, "speed"), ({"speed": float("nan")}, "speed"), ({"as_of": datetime(2026, 7, 1)}, "as_of")],  # noqa: DTZ001
)
async def test_a_pace_or_a_moment_that_makes_no_sense_is_refused(
    sqlite_database: str, tmp_path: Path, values: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        await import_requests(_file(tmp_path, LAMP), organization="oldtown", **values)  # type: ignore[arg-type]
    assert refusal.value.field == field
