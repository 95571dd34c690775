"""A resident follows a request and gets a confirmation."""

from __future__ import annotations

from tests.telling import Telling, told


async def test_the_new_follower_gets_a_confirmation_and_nobody_else_hears(telling: Telling) -> None:
    request = await telling.settled()
    mails = await telling.after(telling.town.ines, "followRequest", requestId=request)
    assert told(mails) == {("ines@example.org", "request_followed", "follower")}
    assert "A pothole on Elm Street" in mails[0].subject
    assert "You follow this request." in mails[0].text


async def test_following_twice_is_confirmed_once(telling: Telling) -> None:
    request = await telling.settled()
    await telling.followed(request, telling.town.ines)
    assert await telling.after(telling.town.ines, "followRequest", requestId=request) == []
