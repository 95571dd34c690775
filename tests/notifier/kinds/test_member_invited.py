"""An address without an account is invited, and the link makes account and member."""

from __future__ import annotations

from casework import passwords
from casework.access import NOBODY
from casework.actions.members import accept_invitation, invite_member
from casework.people import Member, Role
from tests.accounts import PASSWORD, token_in
from tests.telling import Telling, told
from tests.town import SECRET


async def test_the_invited_address_gets_a_link_that_makes_it_a_member(telling: Telling) -> None:
    town = telling.town
    rosa = await town.viewer(town.rosa)
    await invite_member(rosa, town.springfield.id, address="new@example.net", role=Role.MANAGER)
    mails = await telling.run()
    assert told(mails) == {("new@example.net", "member_invited", "account")}
    assert mails[0].subject == "A Curbcast account has been created on your behalf"
    assert "Rosa Diaz added you to Town of Springfield" in mails[0].text
    person = await accept_invitation(
        NOBODY,
        secret=SECRET,
        token=token_in(mails[0]),
        name="New Colleague",
        password_hash=await passwords.hashed(PASSWORD),
    )
    assert (await Member.get(person_id=person.id)).role is Role.MANAGER
    assert await telling.run() == []
