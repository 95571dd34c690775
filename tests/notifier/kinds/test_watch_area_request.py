"""A request is reported inside an area: its owner and followers hear of it, by default once a day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import time_machine

from casework.actions.areas import follow_watch_area
from notifier.held import choose
from notifier.preferences import Cadence
from tests.notifier.areas import IN_THE_HOLE, INSIDE, ON_THE_BORDER, OUTSIDE, watch
from tests.telling import Telling, mail_to, told

MORNING = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


async def test_owner_and_followers_hear_the_next_morning_by_default(telling: Telling) -> None:
    town = telling.town
    with time_machine.travel(MORNING, tick=False) as clock:
        area = await watch(telling, town.ines, public=True)
        await follow_watch_area(await town.viewer(town.otto), area.id)
        await telling.run()
        await telling.settled(categoryId=town.id_of(town.lights), **INSIDE)
        await telling.settled(categoryId=town.id_of(town.lights), **OUTSIDE)
        clock.shift(timedelta(days=1))
        mails = await telling.run()
    assert told(mails) == {
        ("ines@example.org", "digest", "watch_area"),
        ("otto@example.org", "digest", "watch_area"),
    }
    assert "#1" in mails[0].text
    assert "#2" not in mails[0].text
    assert "Elm Park" in mails[0].text


async def test_a_point_on_the_border_is_inside_and_one_in_a_hole_is_not(telling: Telling) -> None:
    town = telling.town
    await watch(telling, town.ines)
    await choose(f"person:{town.ines.id}", "watch_area_request", Cadence.IMMEDIATE)
    lights = town.id_of(town.lights)
    for place in (ON_THE_BORDER, IN_THE_HOLE):
        await town.report(categoryId=lights, **place)
    mails = [mail for mail in await telling.run() if mail.recipient == "ines@example.org"]
    assert told(mails) == {("ines@example.org", "watch_area_request", "watch_area")}
    assert "(#1)" in mails[0].subject


async def test_two_overlapping_areas_make_one_mail_that_names_both(telling: Telling) -> None:
    town = telling.town
    await watch(telling, town.ines)
    await watch(telling, town.ines, name="Harbour")
    await choose(f"person:{town.ines.id}", "watch_area_request", Cadence.IMMEDIATE)
    await town.report(categoryId=town.id_of(town.lights), **INSIDE)
    mail = mail_to(await telling.run(), "ines@example.org")
    assert mail.reasons == "watch_area"
    assert "This request is inside an area that you watch: Elm Park and Harbour." in mail.text
