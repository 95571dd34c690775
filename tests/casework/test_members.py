"""Who works for an organization: invited, added, promoted, removed; and the last owner."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from casework import passwords
from casework.access import NOBODY, viewer_for
from casework.actions.members import accept_invitation, change_member_role, invite_member, remove_member
from casework.actions.organizing import found_organization, update_category, update_organization
from casework.actions.profile import close_account
from casework.errors import BadLink, CaseworkError, Conflict, Forbidden, Invalid, LastOwner, NotFound, Unconfirmed
from casework.history import HistoryRow
from casework.organizations import RequestCategory
from casework.people import Member, Person, Role
from casework.requests import ServiceRequest
from casework.tokens import token_of
from tests.town import SECRET, Town, open_town


@pytest.fixture
async def town(db: str) -> AsyncIterator[Town]:
    async with open_town() as town:
        yield town


async def role_of(town: Town, person: Person) -> Role | None:
    return (await viewer_for(await Person.get(id=person.id))).roles.get(town.springfield.id)


async def test_an_account_is_a_member_at_once_and_an_address_after_it_accepts(town: Town) -> None:
    rosa = await town.viewer(town.rosa)
    added = await invite_member(rosa, town.springfield.id, address="Ines@example.org", role=Role.INTERNAL)
    assert (added.ticket, await role_of(town, town.ines)) == (None, Role.INTERNAL)
    waiting = await invite_member(rosa, town.springfield.id, address="new@example.org", role=Role.MANAGER)
    assert waiting.ticket is not None
    person = await accept_invitation(
        NOBODY,
        secret=SECRET,
        token=token_of(SECRET, waiting.ticket),
        name="New Colleague",
        password_hash=await passwords.hashed("correct horse battery"),
    )
    assert (person.address, person.confirmed_at is not None) == ("new@example.org", True)
    assert await role_of(town, person) is Role.MANAGER


async def test_an_unconfirmed_accounts_address_is_invited_and_only_its_reader_accepts(town: Town) -> None:
    rosa = await town.viewer(town.rosa)
    waiting = await invite_member(rosa, town.springfield.id, address="nell@example.org", role=Role.INTERNAL)
    assert waiting.ticket is not None
    assert await role_of(town, town.nell) is None
    token = token_of(SECRET, waiting.ticket)
    with pytest.raises(Invalid):
        await accept_invitation(NOBODY, secret=SECRET, token=token)
    person = await accept_invitation(NOBODY, secret=SECRET, token=token, name="Nell", password_hash="x")
    assert person.id != town.nell.id
    assert (await Person.get(id=town.nell.id)).closed_at is not None


async def test_a_second_invitation_replaces_the_first_and_is_used_once(town: Town) -> None:
    rosa = await town.viewer(town.rosa)
    first = await invite_member(rosa, town.springfield.id, address="new@example.org", role=Role.MANAGER)
    second = await invite_member(rosa, town.springfield.id, address="new@example.org", role=Role.INTERNAL)
    assert first.ticket is not None
    assert second.ticket is not None
    with pytest.raises(BadLink):
        await accept_invitation(
            NOBODY, secret=SECRET, token=token_of(SECRET, first.ticket), name="N", password_hash="x"
        )
    person = await accept_invitation(
        NOBODY, secret=SECRET, token=token_of(SECRET, second.ticket), name="N", password_hash="x"
    )
    assert await role_of(town, person) is Role.INTERNAL
    with pytest.raises(BadLink):
        await accept_invitation(NOBODY, secret=SECRET, token=token_of(SECRET, second.ticket))
    with pytest.raises(Conflict):
        await invite_member(rosa, town.springfield.id, address="new@example.org", role=Role.INTERNAL)


async def test_managers_manage_members_and_only_owners_owners(town: Town) -> None:
    mark, rosa = await town.viewer(town.mark), await town.viewer(town.rosa)
    place = town.springfield.id
    with pytest.raises(Forbidden):
        await invite_member(mark, place, address="ines@example.org", role=Role.OWNER)
    with pytest.raises(Forbidden):
        await change_member_role(mark, place, town.tom.id, role=Role.OWNER)
    with pytest.raises(Forbidden):
        await change_member_role(mark, place, town.rosa.id, role=Role.MANAGER)
    with pytest.raises(Forbidden):
        await remove_member(mark, place, town.rosa.id)
    await change_member_role(mark, place, town.tom.id, role=Role.MANAGER)
    await change_member_role(rosa, place, town.tom.id, role=Role.OWNER)
    assert await role_of(town, town.tom) is Role.OWNER


async def test_the_last_owner_stays_in_every_way(town: Town) -> None:
    rosa = await town.viewer(town.rosa)
    place = town.springfield.id
    with pytest.raises(LastOwner):
        await remove_member(rosa, place, town.rosa.id)
    with pytest.raises(LastOwner):
        await change_member_role(rosa, place, town.rosa.id, role=Role.MANAGER)
    with pytest.raises(LastOwner):
        await close_account(rosa)
    await change_member_role(rosa, place, town.mark.id, role=Role.OWNER)
    await close_account(rosa)
    assert await role_of(town, town.mark) is Role.OWNER


async def test_a_removed_member_handles_nothing_any_more_and_history_stays(town: Town) -> None:
    await town.report()
    closed = await town.report()
    await town.done(town.tom, "closeRequest", requestId=closed, comment="Done.")
    await remove_member(await town.viewer(town.rosa), town.springfield.id, town.tom.id)
    assert await ServiceRequest.filter(assignee_id__isnull=False).count() == 0
    assert (await RequestCategory.get(id=town.potholes.id)).assignee_id is None
    (unassigned,) = await HistoryRow.filter(type="RequestAssigned")
    assert unassigned.data["previous_assignee_id"] == town.tom.id
    member = await Member.get(person_id=town.tom.id)
    assert member.until_event == (await HistoryRow.get(type="MemberRemoved")).id
    assert await town.refused(town.tom, "acknowledgeRequest", requestId=closed, comment="Hm") == ("ILLEGAL_MOVE", None)


async def test_members_may_leave_and_others_are_not_there(town: Town) -> None:
    await remove_member(await town.viewer(town.tom), town.springfield.id, town.tom.id)
    with pytest.raises(Forbidden):
        await remove_member(await town.viewer(town.ines), town.springfield.id, town.ines.id)
    with pytest.raises(NotFound):
        await remove_member(await town.viewer(town.rosa), town.springfield.id, town.ines.id)


async def test_a_member_who_becomes_a_requester_is_staff_no_more(town: Town) -> None:
    await town.report()
    member = await change_member_role(
        await town.viewer(town.rosa), town.springfield.id, town.tom.id, role=Role.REQUESTER
    )
    assert member.since_event == (await HistoryRow.get(type="MemberRoleChanged")).id
    assert (await ServiceRequest.get()).assignee_id is None
    assert not (await town.viewer(town.tom)).is_staff_of(town.springfield.id)


async def test_owners_found_organizations_and_nobody_else(town: Town) -> None:
    made = await found_organization(await town.viewer(town.rosa), slug="ogdenville", name="Ogdenville")
    assert (await town.viewer(town.rosa)).roles[made.id] is Role.OWNER
    refusals: list[type[CaseworkError]] = []
    for person in (town.mark, town.ines, town.nell):
        with pytest.raises(CaseworkError) as refusal:
            await found_organization(await town.viewer(person), slug="north", name="North Haverbrook")
        refusals.append(refusal.type)
    assert refusals == [Forbidden, Forbidden, Unconfirmed]


async def test_settings_keep_what_is_not_given(town: Town) -> None:
    rosa = await town.viewer(town.rosa)
    changed = await update_organization(rosa, town.springfield.id, subscribe_acting_members=True)
    assert (changed.name, changed.subscribe_acting_members) == ("Town of Springfield", True)
    category = await update_category(rosa, town.potholes.id, private=True, escalate_to="Boss@example.org")
    assert (category.name, category.is_private, category.assignee_id) == ("Potholes", True, town.tom.id)
    assert category.escalate_to == "boss@example.org"
    category = await update_category(rosa, town.potholes.id, assignee_id=None, escalate_to=None, deleted=True)
    assert (category.assignee_id, category.escalate_to, category.deleted_at is None) == (None, None, False)
    assert (await update_category(rosa, town.potholes.id, deleted=False)).deleted_at is None
    with pytest.raises(Forbidden):
        await update_category(rosa, town.weeds.id, name="Mine")
