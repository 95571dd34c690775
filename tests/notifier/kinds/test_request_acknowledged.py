"""An official acknowledges a request: its reporter and followers hear of it."""

from __future__ import annotations

from tests.telling import Telling, told


async def test_reporter_and_followers_hear_and_read_the_note(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled(categoryId=town.id_of(town.lights))
    await telling.followed(request, town.ines)
    mails = await telling.after(town.tom, "acknowledgeRequest", requestId=request, comment="We come on Friday.")
    assert told(mails) == {
        ("maya@example.org", "request_acknowledged", "reporter"),
        ("ines@example.org", "request_acknowledged", "follower"),
    }
    for mail in mails:
        assert "We come on Friday." in mail.text
        assert "Tom Baker" in mail.text
