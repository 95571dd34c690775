"""A resident follows somebody's public area and gets a confirmation."""

from __future__ import annotations

from casework.actions.areas import follow_watch_area
from tests.notifier.areas import watch
from tests.telling import Telling, told


async def test_the_new_follower_gets_a_confirmation_and_the_owner_hears_nothing(telling: Telling) -> None:
    area = await watch(telling, telling.town.ines, public=True)
    await follow_watch_area(await telling.town.viewer(telling.town.otto), area.id)
    mails = await telling.run()
    assert told(mails) == {("otto@example.org", "watch_area_followed", "confirmation")}
    assert mails[0].subject == "You follow Elm Park"
