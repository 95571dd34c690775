"""An account that is made a member is told by whom."""

from __future__ import annotations

from casework.actions.members import change_member_role, invite_member, remove_member
from casework.people import Role
from tests.telling import Telling, told


async def test_the_account_is_told_that_it_was_added(telling: Telling) -> None:
    town = telling.town
    rosa = await town.viewer(town.rosa)
    await invite_member(rosa, town.springfield.id, address="ines@example.org", role=Role.INTERNAL)
    mails = await telling.run()
    assert told(mails) == {("ines@example.org", "member_added", "account")}
    assert mails[0].subject == "You've been added to the Town of Springfield organization on Curbcast"
    assert "Rosa Diaz" in mails[0].text


async def test_another_role_or_none_any_more_is_not_mailed(telling: Telling) -> None:
    town = telling.town
    rosa = await town.viewer(town.rosa)
    await change_member_role(rosa, town.springfield.id, town.tom.id, role=Role.MANAGER)
    await remove_member(rosa, town.springfield.id, town.tom.id)
    assert await telling.run() == []
