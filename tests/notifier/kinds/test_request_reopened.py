"""An issue is reopened: its reporter and followers hear of it."""

from __future__ import annotations

from tests.telling import Telling, told


async def test_reporter_and_followers_hear_that_it_is_open_again(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled(categoryId=town.id_of(town.lights))
    await telling.followed(request, town.ines)
    await telling.after(town.tom, "closeRequest", requestId=request, comment="Done.")
    mails = await telling.after(town.tom, "reopenRequest", requestId=request, comment="The bulb broke again.")
    assert told(mails) == {
        ("maya@example.org", "request_reopened", "reporter"),
        ("ines@example.org", "request_reopened", "follower"),
    }
    for mail in mails:
        assert "The bulb broke again." in mail.text
