"""Somebody comments on an issue: its reporter and followers hear of it."""

from __future__ import annotations

from tests.telling import Telling, told


async def test_reporter_and_followers_hear_the_comment_in_full(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled(categoryId=town.id_of(town.lights))
    await telling.followed(request, town.ines)
    body = "First line.\n\nSecond paragraph with <b>markup</b> & {{ braces }}."
    mails = await telling.after(town.otto, "addComment", requestId=request, body=body, visibility="PUBLIC")
    assert told(mails) == {
        ("maya@example.org", "request_commented", "reporter"),
        ("ines@example.org", "request_commented", "follower"),
    }
    for mail in mails:
        assert mail.subject == "A pothole on Elm Street (#1)"
        assert "Otto Lind" in mail.text
        assert "Second paragraph with <b>markup</b> & {{ braces }}." in mail.text
        assert "Second paragraph with &lt;b&gt;markup&lt;/b&gt; &amp; {{ braces }}." in mail.html


async def test_a_follower_does_not_hear_their_own_comment(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled(categoryId=town.id_of(town.lights))
    await telling.followed(request, town.ines)
    mails = await telling.after(town.ines, "addComment", requestId=request, body="Still dark.", visibility="PUBLIC")
    assert told(mails) == {("maya@example.org", "request_commented", "reporter")}
    assert await telling.skips("request_commented") == {f"person:{town.ines.id}": "actor"}
