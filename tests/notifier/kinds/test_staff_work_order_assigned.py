"""A work order is given to somebody: they hear of it, and of the request that it belongs to."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import time_machine

from casework import clock
from notifier.held import choose
from notifier.preferences import Cadence
from tests.telling import Telling, told

TO_TOM = {("tom@example.org", "staff_work_order_assigned", "assignee")}


async def order(telling: Telling, **values: Any) -> str:
    """A work order of Rosa's, in a town that uses Work; its own mail is out already."""
    town = telling.town
    place = town.id_of(town.springfield)
    await town.done(town.rosa, "updateOrganization", organizationId=place, usesWork=True)
    given = {"organizationId": place, "summary": "Fit a new lamp"} | values
    made = await town.done(town.rosa, "createWorkOrder", "workOrder { id }", **given)
    await telling.run()
    return str(made["workOrder"]["id"])


async def test_who_is_to_do_it_reads_what_and_until_when(telling: Telling) -> None:
    town = telling.town
    work = await order(telling, description="Bring the lift.", dueAt="2026-12-04T22:00:00Z")
    mails = await telling.after(town.rosa, "assignWorkOrder", workOrderId=work, assigneeId=town.id_of(town.tom))
    assert told(mails) == TO_TOM
    assert mails[0].subject == "Fit a new lamp (work order #1)"
    for part in (mails[0].text, mails[0].html.replace("&nbsp;", "\u00a0")):
        assert "Rosa Diaz gave you work order #1: Fit a new lamp" in part
        assert "Bring the lift." in part
        assert "Due: Friday, December 4, 2026 at 5:00\u00a0PM" in part
        assert "This work order is assigned to you." in part


async def test_on_a_request_it_shows_where_and_what_was_reported(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled(
        categoryId=town.id_of(town.lights), summary="A dark lamp", description="Since Sunday.", place="12 Elm Street"
    )
    work = await order(telling, requestId=request)
    mails = await telling.after(town.rosa, "assignWorkOrder", workOrderId=work, assigneeId=town.id_of(town.tom))
    assert told(mails) == TO_TOM
    for part in (mails[0].text, mails[0].html):
        assert "#1 A dark lamp" in part
        assert "Since Sunday." in part
        assert "12 Elm Street" in part


async def test_one_that_is_made_for_somebody_is_told_them_at_once(telling: Telling) -> None:
    town = telling.town
    place = town.id_of(town.springfield)
    await town.done(town.rosa, "updateOrganization", organizationId=place, usesWork=True)
    mails = await telling.after(
        town.rosa, "createWorkOrder", organizationId=place, summary="Sweep", assigneeId=town.id_of(town.tom)
    )
    assert told(mails) == TO_TOM


async def test_who_takes_it_themselves_is_not_told(telling: Telling) -> None:
    work, town = await order(telling), telling.town
    assert await telling.after(town.tom, "assignWorkOrder", workOrderId=work, assigneeId=town.id_of(town.tom)) == []


async def test_only_who_still_has_it_when_the_mail_goes_is_told(telling: Telling) -> None:
    work, town = await order(telling), telling.town
    for person in (town.tom, town.mark):
        await town.done(town.rosa, "assignWorkOrder", workOrderId=work, assigneeId=town.id_of(person))
    assert told(await telling.run()) == {("mark@example.org", "staff_work_order_assigned", "assignee")}
    assert await telling.skips("staff_work_order_assigned") == {f"person:{town.tom.id}": "no_longer_true"}


async def test_many_at_once_roll_up_though_they_are_about_no_request(telling: Telling) -> None:
    town = telling.town
    place = town.id_of(town.springfield)
    await town.done(town.rosa, "updateOrganization", organizationId=place, usesWork=True)
    for number in range(22):
        given = {"organizationId": place, "summary": f"Lamp {number}", "assigneeId": town.id_of(town.tom)}
        await town.done(town.rosa, "createWorkOrder", **given)
    assert len(await telling.run()) == 20
    with time_machine.travel(clock.now() + timedelta(minutes=6), tick=False):
        (rest,) = await telling.run()
    assert "work order #21: Lamp 20" in rest.text
    assert "work order #22: Lamp 21" in rest.text


async def test_a_digest_tells_of_work_under_its_request_or_by_itself(telling: Telling) -> None:
    town = telling.town
    await choose(f"person:{town.tom.id}", "staff_work_order_assigned", Cadence.DAILY)
    lamp = await telling.settled(categoryId=town.id_of(town.lights), summary="A dark lamp")
    await order(telling, summary="Sweep the yard", assigneeId=town.id_of(town.tom))
    await order(telling, requestId=lamp, assigneeId=town.id_of(town.tom))
    with time_machine.travel(clock.now() + timedelta(days=1), tick=False):
        (digest,) = await telling.run()
    (lamp_at, of_lamp, of_yard) = (
        digest.text.index(each)
        for each in (
            "#1 A dark lamp",
            "Rosa Diaz gave you work order #2: Fit a new lamp",
            "Rosa Diaz gave you work order #1: Sweep the yard",
        )
    )
    assert lamp_at < of_lamp < of_yard
    assert "At least one of these is assigned to you." in digest.text
