"""Rule 14: closed requests archive after seven quiet days, and archived is final."""

from __future__ import annotations

import asyncio

import pytest

from casework.actions.archiving import QUIET, archive_quiet
from casework.database import close_database, connection, fetch, is_postgres, open_database, transaction
from casework.history import HistoryRow
from tests.week import MONDAY, Week, moment, open_week


async def status(week: Week, request: str) -> str:
    seen = await week.town.ask(None, f'{{ node(id: "{request}") {{ ... on ServiceRequest {{ status }} }} }}')
    return str(seen["node"]["status"])


async def closed(week: Week) -> str:
    """A request that Tom closed on Monday at 10:00."""
    request = await week.telling.settled()
    await week.telling.after(week.town.tom, "closeRequest", requestId=request, comment="Filled.")
    return request


async def test_a_closed_request_is_archived_when_it_was_quiet_for_a_week(week: Week) -> None:
    request, still_open = await closed(week), await week.telling.settled()
    assert await week.at("2026-12-07T09:59") == []
    assert await status(week, request) == "CLOSED"
    assert await week.at("2026-12-07T10:00") == []  # nobody is mailed about it
    assert await status(week, request) == "ARCHIVED"
    assert await status(week, still_open) == "OPEN"
    seen = await week.town.ask(
        None,
        f'{{ node(id: "{request}") {{ ... on ServiceRequest {{ updatedAt history(last: 1) {{ nodes {{ type text actor '
        "{ name } } } } } }",
    )
    assert seen["node"]["updatedAt"] == "2026-12-07T15:00:00+00:00"
    assert seen["node"]["history"]["nodes"] == [
        {"type": "RequestArchived", "text": "Archived, after a week without news", "actor": None}
    ]


async def test_archived_is_final(week: Week) -> None:
    request, town = await closed(week), week.town
    await week.at("2026-12-10T10:00")
    for person, mutation, values in (
        (town.maya, "reopenRequest", {"comment": "Again."}),
        (town.rosa, "reopenRequest", {"comment": "Again."}),
        (town.rosa, "addComment", {"body": "Hm."}),
        (town.rosa, "changeDueDate", {"dueAt": "2026-12-12T10:00:00Z"}),
        (town.ines, "vote", {}),
    ):
        code, _ = await town.refused(person, mutation, requestId=request, **values)
        assert code == "ILLEGAL_MOVE", mutation
    assert await week.telling.run() == []


async def test_a_comment_and_a_reopening_are_news(week: Week) -> None:
    commented, reopened = await closed(week), await closed(week)
    week.turn_to("2026-12-04T10:00")
    await week.town.done(week.town.maya, "addComment", requestId=commented, body="Thank you.")
    await week.town.done(week.town.maya, "reopenRequest", requestId=reopened, comment="It sank.")
    await week.at("2026-12-08T10:00")
    assert [await status(week, each) for each in (commented, reopened)] == ["CLOSED", "OPEN"]
    await week.at("2026-12-11T10:00")
    assert [await status(week, each) for each in (commented, reopened)] == ["ARCHIVED", "OPEN"]


async def test_what_is_quiet_is_found_by_an_index(week: Week) -> None:
    async with transaction():
        if is_postgres():
            await connection().execute_script("SET LOCAL enable_seqscan = off")
        plan = await fetch(f"EXPLAIN {'' if is_postgres() else 'QUERY PLAN '}{QUIET}", moment(MONDAY))
    assert "request_quiet" in str(plan)


@pytest.mark.slow
async def test_two_schedulers_archive_each_request_once(postgres_database: str) -> None:
    await open_database(postgres_database)
    async with open_week() as week:
        for _ in range(5):
            await closed(week)
        week.turn_to("2026-12-20T10:00")
        archived = await asyncio.gather(*(archive_quiet(limit=2) for _ in range(4)))
        assert sum(archived) + await archive_quiet() == 5
        assert await HistoryRow.filter(type="RequestArchived").count() == 5
    await close_database()
