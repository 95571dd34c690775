"""A colleague is named in an internal comment."""

from __future__ import annotations

from tests.telling import Telling, mail_to, told


async def test_each_mentioned_member_hears_once_and_the_assignee_through_the_other_row(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled()
    mails = await telling.after(
        town.rosa, "addComment", requestId=request, body="@mark, can you look? @Mark @maya", visibility="INTERNAL"
    )
    assert told(mails) == {
        ("mark@example.org", "staff_mentioned", "mentioned"),
        ("tom@example.org", "staff_internal_comment", "assignee"),
    }
    assert "You were mentioned in this comment." in mail_to(mails, "mark@example.org").text


async def test_an_assignee_who_is_mentioned_gets_one_mail_that_names_both_reasons(telling: Telling) -> None:
    request = await telling.settled()
    mails = await telling.after(
        telling.town.rosa, "addComment", requestId=request, body="@tom please", visibility="INTERNAL"
    )
    assert told(mails) == {("tom@example.org", "staff_mentioned", "mentioned, assignee")}
    assert "You were mentioned in this comment." in mails[0].text
    assert "This request is assigned to you." in mails[0].text


async def test_a_mention_in_a_public_comment_is_just_a_word(telling: Telling) -> None:
    request = await telling.settled()
    mails = await telling.after(
        telling.town.ines, "addComment", requestId=request, body="@mark should know", visibility="PUBLIC"
    )
    assert told(mails) == {
        ("tom@example.org", "staff_public_comment", "assignee"),
        ("maya@example.org", "request_commented", "reporter"),
    }
