"""A duplicate is merged: its reporter and followers are pointed to the survivor."""

from __future__ import annotations

from tests.telling import Telling, told


async def test_reporter_and_followers_are_pointed_to_the_survivor_and_follow_it(telling: Telling) -> None:
    town = telling.town
    lights = town.id_of(town.lights)
    survivor = await telling.settled(town.otto, categoryId=lights, summary="Lamp 12 is dark")
    duplicate = await telling.settled(categoryId=lights)
    await telling.followed(duplicate, town.ines)
    mails = await telling.after(town.tom, "mergeRequest", requestId=duplicate, survivorId=survivor)
    assert told(mails) == {
        ("maya@example.org", "request_merged", "reporter"),
        ("ines@example.org", "request_merged", "follower"),
    }
    for mail in mails:
        assert "Lamp 12 is dark" in mail.text
        assert "http://127.0.0.1:8000/r/springfield/1" in mail.text
    later = await telling.after(town.tom, "closeRequest", requestId=survivor, comment="New bulb.")
    assert told(later) == {
        ("otto@example.org", "request_closed", "reporter"),
        ("maya@example.org", "request_closed", "follower"),
        ("ines@example.org", "request_closed", "follower"),
    }


async def test_a_private_survivor_is_told_without_its_content_and_its_later_mail_is_skipped(telling: Telling) -> None:
    town = telling.town
    lights = town.id_of(town.lights)
    survivor = await telling.settled(town.otto, categoryId=lights, summary="Lamp 12 is dark")
    duplicate = await telling.settled(categoryId=lights)
    await telling.after(town.tom, "setRequestVisibility", requestId=duplicate, hidden=True)
    await telling.after(town.tom, "setRequestVisibility", requestId=survivor, hidden=True)
    mails = await telling.after(town.tom, "mergeRequest", requestId=duplicate, survivorId=survivor)
    assert told(mails) == {("maya@example.org", "request_merged", "reporter")}
    assert "Lamp 12" not in mails[0].text + mails[0].html
    later = await telling.after(town.tom, "closeRequest", requestId=survivor, comment="New bulb.")
    assert told(later) == {("otto@example.org", "request_closed", "reporter")}
    assert await telling.skips("request_closed") == {f"person:{town.maya.id}": "private"}
