"""An address that has an account already: its owner is told, whoever typed it learns nothing."""

from __future__ import annotations

from casework.actions.profile import update_profile
from tests.accounts import signed_up, token_in
from tests.telling import Telling, told


async def test_signing_up_again_tells_the_owner_and_offers_a_new_password(telling: Telling) -> None:
    await signed_up("maya@example.org")
    mails = await telling.run()
    assert told(mails) == {("maya@example.org", "account_exists", "account")}
    assert mails[0].subject == "You already have a Curbcast account"
    assert "Maya Ortiz" in mails[0].text
    assert token_in(mails[0])


async def test_so_does_somebody_who_wants_it_for_their_own_account(telling: Telling) -> None:
    town = telling.town
    await update_profile(await town.viewer(town.ines), address="maya@example.org")
    assert told(await telling.run()) == {("maya@example.org", "account_exists", "account")}


async def test_an_account_that_only_claims_an_address_does_not_have_it(telling: Telling) -> None:
    await signed_up("nell@example.org")
    assert told(await telling.run()) == {("nell@example.org", "confirm_email", "account")}
