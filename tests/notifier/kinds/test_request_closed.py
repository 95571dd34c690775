"""An issue is closed: its reporter and followers read why, and how to reopen it."""

from __future__ import annotations

from tests.telling import Telling, told


async def test_reporter_and_followers_read_the_closing_comment_and_how_to_reopen(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled(categoryId=town.id_of(town.lights))
    await telling.followed(request, town.ines)
    mails = await telling.after(town.tom, "closeRequest", requestId=request, comment="New bulb since Monday.")
    assert told(mails) == {
        ("maya@example.org", "request_closed", "reporter"),
        ("ines@example.org", "request_closed", "follower"),
    }
    for mail in mails:
        assert mail.subject == "A pothole on Elm Street (#1)"
        assert "New bulb since Monday." in mail.text
        assert "New bulb since Monday." in mail.html
        assert "reopen" in mail.text.lower()
