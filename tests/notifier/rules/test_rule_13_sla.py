"""Rule 13: the SLA's clock, what stops it, what starts it anew, and what rings once."""

from __future__ import annotations

import asyncio

import pytest

from casework.actions.deadlines import DUE, ring_clocks
from casework.actions.filing import submit_request
from casework.database import close_database, connection, fetch, is_postgres, open_database, transaction
from casework.history import HistoryRow
from tests.api.statements import statements
from tests.telling import told
from tests.week import BOSS, MONDAY, Week, iso, moment, open_week

LATE = {(BOSS, "staff_sla_breached", "escalate_address")}


async def breaches() -> int:
    return await HistoryRow.filter(type="SlaBreached").count()


async def test_the_clock_runs_in_the_working_time_of_the_organization(week: Week) -> None:
    assert await week.dates(await week.lamp()) == ("2026-11-30T14:00", "2026-11-30T14:00")
    assert await week.dates(await week.lamp(amount=3, unit="DAYS")) == ("2026-12-03T10:00", "2026-12-03T10:00")
    town = week.town
    await town.done(
        town.rosa,
        "updateOrganization",
        organizationId=town.id_of(town.springfield),
        timeZone="America/Los_Angeles",
        openDays=[0, 2],
        opensAt=8 * 60,
        closesAt=10 * 60,
        holidayCalendar="",
    )
    # Monday from 11:00 to 13:00 in New York, then Wednesday.
    assert await week.dates(await week.lamp(amount=3)) == ("2026-12-02T12:00", "2026-12-02T12:00")


async def test_a_category_without_an_sla_has_no_clock(week: Week) -> None:
    request = await week.telling.settled()
    assert await week.dates(request) == (None, None)
    await week.telling.after(week.town.rosa, "changeDueDate", requestId=request, dueAt=iso("2026-11-30T12:00"))
    assert await week.dates(request) == ("2026-11-30T12:00", None)
    assert await week.at("2026-12-07T10:00") == []
    assert await breaches() == 0


async def test_a_due_date_replaces_the_slas_and_none_goes_back_to_it(week: Week) -> None:
    request, town = await week.lamp(), week.town
    mails = await week.telling.after(town.rosa, "changeDueDate", requestId=request, dueAt=iso("2026-12-02T10:00"))
    assert told(mails) == {("mark@example.org", "staff_due_date_changed", "assignee")}
    assert await week.dates(request) == ("2026-12-02T10:00", "2026-11-30T14:00")
    assert await week.at("2026-12-01T10:00") == []
    await town.done(town.rosa, "changeDueDate", requestId=request, dueAt=None)
    assert await week.dates(request) == ("2026-11-30T14:00", "2026-11-30T14:00")
    assert told(await week.at("2026-12-01T10:01")) >= LATE


async def test_a_breach_is_told_once_per_clock_however_the_due_date_moves(week: Week) -> None:
    request, town = await week.lamp(), week.town
    assert told(await week.at("2026-11-30T16:00")) == LATE
    await week.telling.after(town.rosa, "changeDueDate", requestId=request, dueAt=iso("2026-12-02T10:00"))
    assert await week.at("2026-12-02T11:00") == []
    await week.telling.after(town.rosa, "changeDueDate", requestId=request, dueAt=None)
    assert await week.at("2026-12-03T11:00") == []
    assert await breaches() == 1


async def test_closing_stops_the_clock_and_reopening_starts_a_new_one(week: Week) -> None:
    request, town = await week.lamp(), week.town
    await week.telling.after(town.rosa, "changeDueDate", requestId=request, dueAt=iso("2026-12-01T09:30"))
    await week.telling.after(town.mark, "closeRequest", requestId=request, comment="Lit.")
    assert await week.at("2026-12-01T10:00") == []
    await week.telling.after(town.maya, "reopenRequest", requestId=request, comment="Dark again.")
    assert await week.dates(request) == ("2026-12-01T14:00", "2026-12-01T14:00")  # the staff's date is forgotten
    assert told(await week.at("2026-12-01T15:00")) == LATE
    await week.telling.after(town.mark, "closeRequest", requestId=request, comment="Lit.")
    await week.telling.after(town.maya, "reopenRequest", requestId=request, comment="Dark again.")
    assert told(await week.at("2026-12-03T15:00")) == LATE
    assert await breaches() == 2


async def test_another_category_starts_a_new_clock_or_none(week: Week) -> None:
    request, town = await week.lamp(), week.town
    await week.telling.after(town.rosa, "recategorizeRequest", requestId=request, categoryId=town.id_of(town.potholes))
    assert await week.dates(request) == (None, None)
    week.turn_to("2026-12-01T10:00")
    await week.telling.after(town.rosa, "recategorizeRequest", requestId=request, categoryId=town.id_of(town.lights))
    assert await week.dates(request) == ("2026-12-01T14:00", "2026-12-01T14:00")


async def test_another_sla_starts_new_clocks_for_what_is_not_closed(week: Week) -> None:
    town = week.town
    late, closed = await week.lamp(), await week.lamp()
    await week.telling.after(town.mark, "closeRequest", requestId=closed, comment="Lit.")
    assert told(await week.at("2026-11-30T16:00")) == LATE
    await week.limit(8)
    assert await week.dates(late) == ("2026-12-01T16:00", "2026-12-01T16:00")
    assert await week.dates(closed) == ("2026-11-30T14:00", "2026-11-30T14:00")
    await week.limit(8)  # the same again changes nothing
    assert told(await week.at("2026-12-02T16:00")) == LATE
    assert await breaches() == 2
    await town.done(town.rosa, "updateRequestCategory", categoryId=town.id_of(town.lights), sla=None)
    assert await week.dates(late) == (None, None)


async def test_a_held_requests_clock_starts_when_it_is_released(week: Week) -> None:
    town = week.town
    await week.limit()
    place = town.id_of(town.springfield)
    await town.done(town.rosa, "updateOrganization", organizationId=place, heldWords=["blatt"])
    request = await town.report(categoryId=town.id_of(town.lights), summary="Blatt again")
    assert await week.dates(request) == (None, None)
    await week.at("2026-12-02T10:00")
    await town.done(town.rosa, "releaseContent", contentId=request)
    assert await week.dates(request) == ("2026-12-02T14:00", "2026-12-02T14:00")


async def test_a_merged_duplicates_clock_stops(week: Week) -> None:
    town = week.town
    twin, survivor = await week.lamp(), await week.lamp()
    await week.telling.after(town.rosa, "mergeRequest", requestId=twin, survivorId=survivor)
    await week.at("2026-11-30T16:00")
    assert await breaches() == 1


async def test_imported_clocks_ring_for_nobody_and_new_ones_on_imported_requests_do(week: Week) -> None:
    town = week.town
    await week.limit()
    importer = (await town.viewer(town.rosa)).during(at=moment("2026-11-27T10:00"), imported=True)
    row = await submit_request(
        importer, organization_id=town.springfield.id, category_id=town.lights.id, summary="An old lamp"
    )
    assert row.sla_due_at == moment("2026-11-27T14:00")
    assert await week.at("2026-12-01T10:00") == []
    assert await breaches() == 0
    await week.limit(1)
    assert told(await week.at("2026-12-01T12:00")) == LATE


async def test_days_of_downtime_lose_no_breach_and_repeat_none(week: Week) -> None:
    for _ in range(3):
        await week.lamp()
    assert [mail.recipient for mail in await week.at("2027-01-11T10:00")] == [BOSS] * 3
    assert await week.at("2027-01-11T10:01") == []
    assert await breaches() == 3


async def test_what_is_due_is_found_by_one_statement_and_an_index(week: Week) -> None:
    await week.lamp()
    async with transaction():
        with statements() as sent:
            assert await ring_clocks() == 0
        assert len(sent) == 1
        if is_postgres():
            await connection().execute_script("SET LOCAL enable_seqscan = off")
        plan = await fetch(f"EXPLAIN {'' if is_postgres() else 'QUERY PLAN '}{DUE}", moment(MONDAY))
    assert "request_alarm" in str(plan)


@pytest.mark.slow
async def test_two_schedulers_ring_each_clock_once(postgres_database: str) -> None:
    await open_database(postgres_database)
    async with open_week() as week:
        for _ in range(5):
            await week.lamp()
        week.turn_to("2026-12-01T10:00")
        rung = await asyncio.gather(*(ring_clocks(limit=2) for _ in range(6)))
        rung += [await ring_clocks() for _ in range(2)]
        assert sum(rung) == 5
        assert await breaches() == 5
        assert [mail.recipient for mail in await week.telling.run()] == [BOSS] * 5
    await close_database()


async def test_settings_that_mean_nothing_are_refused_and_change_nothing(week: Week) -> None:
    town = week.town
    place, lights = town.id_of(town.springfield), town.id_of(town.lights)
    for field, value in (
        ("openDays", [7]),
        ("openDays", []),
        ("opensAt", 1440),
        ("closesAt", 540),
        ("holidayCalendar", "XX"),
        ("switchedOnKinds", ["request_closed"]),
    ):
        refused = await town.refused(town.rosa, "updateOrganization", organizationId=place, **{field: value})
        assert refused == ("INVALID", [field])
    refused = await town.refused(town.rosa, "updateRequestCategory", categoryId=lights, sla={"amount": 0})
    assert refused == ("INVALID", ["sla"])
    request = await week.lamp()
    far = iso("2046-12-24T10:00")
    assert await town.refused(town.rosa, "changeDueDate", requestId=request, dueAt=far) == (
        "INVALID",
        ["dueAt"],
    )
    assert await week.dates(request) == ("2026-11-30T14:00", "2026-11-30T14:00")
    seen = await town.ask(
        town.tom,
        '{ organization(slug: "springfield") { openDays opensAt closesAt holidayCalendar switchedOnKinds '
        "subscribeActingMembers } }",
    )
    assert seen["organization"] == {
        "openDays": [0, 1, 2, 3, 4],
        "opensAt": 540,
        "closesAt": 1020,
        "holidayCalendar": "US",
        "switchedOnKinds": [],
        "subscribeActingMembers": False,
    }
