"""A role that is taken away while somebody acts by it: the act comes first, whole, or is refused (on PostgreSQL)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from casework.actions.handling import assign
from casework.actions.members import change_member_role, remove_member
from casework.database import close_database, fetch, open_database, transaction
from casework.history import HistoryRow
from casework.people import Member, Person, Role
from casework.requests import ServiceRequest
from casework.tokens import Purpose, Ticket
from tests.patience import PATIENCE
from tests.town import Town, open_town

pytestmark = pytest.mark.slow

Deed = Callable[[], Awaitable[Any]]


@pytest.fixture
async def town(postgres_database: str) -> AsyncIterator[Town]:
    await open_database(postgres_database)
    async with open_town() as town:
        yield town
    await close_database()


async def meanwhile(first: Deed, second: Deed) -> Any:
    """What comes of the second deed, which begins before the first one commits, and must wait for it."""
    done, waits = asyncio.Event(), asyncio.Event()

    async def holds() -> None:
        async with transaction():
            await first()
            done.set()
            await waits.wait()

    async def follows() -> Any:
        await done.wait()
        return await second()

    holding, following = asyncio.create_task(holds()), asyncio.create_task(follows())
    waiting = "SELECT pg_sleep(0.01)::text, (SELECT count(*) FROM pg_locks WHERE NOT granted) AS n"
    async with asyncio.timeout(PATIENCE):
        await done.wait()
        while not (await fetch(waiting))[0]["n"]:
            pass
    waits.set()
    await holding
    return await following


async def role_of(town: Town, person: Person) -> Role | None:
    member = await Member.get_or_none(person_id=person.id, organization_id=town.springfield.id, until_event=None)
    return member.role if member else None


async def test_who_is_demoted_at_that_moment_invites_nobody(town: Town) -> None:
    rosa = await town.viewer(town.rosa)
    refusal = await meanwhile(
        lambda: change_member_role(rosa, town.springfield.id, town.mark.id, role=Role.REQUESTER),
        lambda: town.refused(
            town.mark,
            "inviteMember",
            organizationId=town.id_of(town.springfield),
            address="friend@example.net",
            role="MANAGER",
        ),
    )
    assert refusal == ("FORBIDDEN", None)
    assert await Ticket.filter(purpose=Purpose.JOIN).count() == 0


async def test_who_is_removed_at_that_moment_handles_nothing(town: Town) -> None:
    rosa, request = await town.viewer(town.rosa), await town.report()
    refusal = await meanwhile(
        lambda: remove_member(rosa, town.springfield.id, town.tom.id),
        lambda: town.refused(town.tom, "setRequestVisibility", requestId=request, hidden=True),
    )
    assert refusal == ("FORBIDDEN", None)
    assert not (await ServiceRequest.get()).is_hidden


async def test_who_gets_another_staff_role_at_that_moment_goes_on_by_that(town: Town) -> None:
    rosa, request = await town.viewer(town.rosa), await town.report()
    payload = await meanwhile(
        lambda: change_member_role(rosa, town.springfield.id, town.mark.id, role=Role.INTERNAL),
        lambda: town.mutate(town.mark, "setRequestVisibility", requestId=request, hidden=True),
    )
    assert payload["userErrors"] == []


async def test_who_acts_already_is_removed_after_that(town: Town) -> None:
    tom, request = await town.viewer(town.tom), await town.report()
    row = await ServiceRequest.get()
    payload = await meanwhile(
        lambda: assign(tom, row.id, assignee_id=town.mark.id),
        lambda: town.mutate(
            town.rosa,
            "removeMember",
            organizationId=town.id_of(town.springfield),
            personId=town.id_of(town.tom),
        ),
    )
    assert payload["userErrors"] == []
    assert [row.type for row in await HistoryRow.all().order_by("-id").limit(2)] == ["MemberRemoved", "RequestAssigned"]
    assert await role_of(town, town.tom) is None
    assert await town.refused(town.tom, "assignRequest", requestId=request, assigneeId=None) == ("FORBIDDEN", None)


async def test_of_two_owners_who_remove_each_other_one_stays(town: Town) -> None:
    rosa, place = await town.viewer(town.rosa), town.springfield.id
    await change_member_role(rosa, place, town.mark.id, role=Role.OWNER)
    refusal = await meanwhile(
        lambda: remove_member(rosa, place, town.mark.id),
        lambda: town.refused(
            town.mark, "removeMember", organizationId=town.id_of(town.springfield), personId=town.id_of(town.rosa)
        ),
    )
    assert refusal == ("FORBIDDEN", None)
    assert (await role_of(town, town.rosa), await role_of(town, town.mark)) == (Role.OWNER, None)


async def test_handling_requests_and_removing_their_assignee_wait_for_each_other_without_a_knot(town: Town) -> None:
    """All write events of the organization while some of them hold it and others the request."""
    await town.done(town.rosa, "updateOrganization", organizationId=town.id_of(town.springfield), usesWork=True)
    for _ in range(5):
        requests = [await town.report() for _ in range(6)]
        values = {"organizationId": town.id_of(town.springfield), "personId": town.id_of(town.tom)}
        place = values["organizationId"]
        deeds = [town.mutate(town.rosa, "removeMember", **values)]
        for each in requests:
            deeds.append(town.mutate(town.mark, "closeRequest", requestId=each, comment="Done."))
            work = {"organizationId": place, "requestId": each, "summary": "Sweep"}
            deeds.append(town.mutate(town.mark, "createWorkOrder", **work))
        assert [payload["userErrors"] for payload in await asyncio.gather(*deeds)] == [[]] * 13
        await town.done(
            town.rosa,
            "inviteMember",
            organizationId=values["organizationId"],
            address="tom@example.org",
            role="INTERNAL",
        )
        await town.done(
            town.rosa, "updateRequestCategory", categoryId=town.id_of(town.potholes), assigneeId=town.id_of(town.tom)
        )
