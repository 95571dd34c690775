"""A resident draws an area and gets a confirmation of what it covers."""

from __future__ import annotations

from casework.actions.areas import create_watch_area
from tests.notifier.areas import ELM_PARK, INSIDE, OUTSIDE
from tests.telling import Telling, told


async def test_the_owner_reads_what_the_area_covers_and_would_have_matched(telling: Telling) -> None:
    await telling.settled(**INSIDE)
    await telling.settled(**OUTSIDE)
    viewer = await telling.town.viewer(telling.town.ines)
    await create_watch_area(viewer, name="Elm Park", geojson=ELM_PARK, keywords="pothole", with_comments=False)
    mails = await telling.run()
    assert told(mails) == {("ines@example.org", "watch_area_created", "confirmation")}
    assert mails[0].subject == "You watch Elm Park"
    for part in (mails[0].text, mails[0].html):
        assert "In the last 30 days it would have matched 1 request." in part
        assert "Words: pothole" in part
        assert "Without comments" in part
        assert "It confirms what you did just now." in part
