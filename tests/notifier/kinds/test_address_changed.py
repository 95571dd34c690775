"""The old address is told that it is one no more."""

from __future__ import annotations

from casework.actions.profile import update_profile
from tests.accounts import confirm_from
from tests.telling import Telling, told


async def test_the_old_address_hears_once_the_new_one_is_confirmed(telling: Telling) -> None:
    town = telling.town
    await update_profile(await town.viewer(town.maya), address="maya@new.example", language="es")
    (asked,) = await telling.run()
    await confirm_from(asked)
    mails = await telling.run()
    assert told(mails) == {("maya@example.org", "address_changed", "account")}
    assert mails[0].subject == "Se ha cambiado su dirección de Curbcast"
    assert "maya@new.example" not in mails[0].raw.decode()
