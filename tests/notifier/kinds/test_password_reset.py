"""Who forgot a password gets a link for a new one, and nobody else a mail."""

from __future__ import annotations

from casework import passwords
from casework.access import NOBODY
from casework.actions.signing import request_password_reset, reset_password, sign_in
from tests.accounts import token_in
from tests.telling import Telling, told
from tests.town import SECRET


async def test_the_link_sets_a_new_password(telling: Telling) -> None:
    town = telling.town
    await request_password_reset(NOBODY, address="Maya@Example.org")
    mails = await telling.run()
    assert told(mails) == {("maya@example.org", "password_reset", "account")}
    assert mails[0].subject == "Choose a new Curbcast password"
    fresh = await passwords.hashed("correct horse battery")
    await reset_password(NOBODY, secret=SECRET, token=token_in(mails[0]), password_hash=fresh)
    person, _ = await sign_in(address="maya@example.org", password="correct horse battery")
    assert person.id == town.maya.id


async def test_an_address_that_nobody_has_gets_nothing(telling: Telling) -> None:
    await request_password_reset(NOBODY, address="nobody@example.net")
    assert await telling.run() == []
