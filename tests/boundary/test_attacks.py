"""What somebody who means it tries: each test is one way in that has to stay shut."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
import time_machine

from api.app import build_app
from api.ids import global_id
from casework import clock
from casework.actions.profile import update_profile
from casework.people import Person
from casework.requests import Comment
from casework.tokens import Purpose, Ticket, token_of
from curbcast.commands.serving import pages
from tests.accounts import PASSWORD
from tests.telling import Telling, open_telling
from tests.town import SECRET, nothing_changes, settings


@pytest.fixture
async def telling(db: str) -> AsyncIterator[Telling]:
    async with open_telling() as telling:
        yield telling


@pytest.fixture
async def browser(telling: Telling, tmp_path: Any) -> AsyncIterator[httpx.AsyncClient]:
    config = settings(data_dir=tmp_path)
    transport = httpx.ASGITransport(app=build_app(config, extra_routes=pages(config)))
    async with httpx.AsyncClient(transport=transport, base_url="http://town.test") as client:
        yield client


async def test_a_member_who_reports_anonymously_is_named_by_no_page_and_no_mail(
    telling: Telling, browser: httpx.AsyncClient
) -> None:
    town = telling.town
    request = await telling.settled(town.mark, anonymous=True, categoryId=town.id_of(town.lights))
    await telling.followed(request, town.ines)
    await town.done(town.mark, "addComment", requestId=request, body="I walk by every day.")
    await town.done(town.mark, "closeRequest", requestId=request, comment="It works again.")
    mails = [mail for mail in await telling.run() if mail.recipient == "ines@example.org"]
    assert [mail.kind for mail in mails] == ["request_commented", "request_closed"]
    said = [mail.raw.decode() for mail in mails]
    said += [mail.text + mail.html for mail in mails]
    said.append((await browser.get("/r/springfield/1")).text)
    assert "I walk by every day." in said[-1]
    for text in said:
        assert "Mark" not in text


async def test_flagging_tells_nobody_which_comments_are_internal(telling: Telling) -> None:
    town = telling.town
    public, private = await town.report(), await town.report(categoryId=town.id_of(town.complaints))
    for request in (public, private):
        await town.done(town.tom, "addComment", requestId=request, body="Hush", visibility="INTERNAL")
    hidden = [global_id("Comment", row.id) for row in await Comment.all()]
    answers = [
        await town.mutate(person, "flagContent", contentId=each, reason="Rude.")
        for person in (town.ines, None)
        for each in (*hidden, global_id("Comment", 999_999))
    ]
    assert answers == [answers[0]] * 6
    assert answers[0]["userErrors"][0]["message"] == "There is no such comment."


async def test_a_reset_ends_whatever_whoever_had_got_in_left_behind(telling: Telling) -> None:
    town = telling.town
    maya = await town.viewer(town.maya)
    await update_profile(maya, address="thief@example.net")
    await town.done(None, "requestPasswordReset", address="maya@example.org")
    theft = await Ticket.get(purpose=Purpose.CONFIRM)
    reset = await Ticket.get(purpose=Purpose.RESET)
    await town.done(None, "resetPassword", token=token_of(SECRET, reset), password=PASSWORD)
    async with nothing_changes():
        assert await town.refused(None, "confirmEmail", token=token_of(SECRET, theft)) == ("BAD_LINK", ["token"])
    assert (await Person.get(id=town.maya.id)).address == "maya@example.org"


async def test_nobody_but_staff_can_tell_when_something_internal_happens(telling: Telling) -> None:
    town = telling.town
    begun = clock.now() - timedelta(days=2)
    with time_machine.travel(begun, tick=False):
        request = await town.report()
        await telling.run()
    with time_machine.travel(begun + timedelta(days=1), tick=False):
        await town.done(town.rosa, "assignRequest", requestId=request, assigneeId=town.id_of(town.mark))
        await town.done(town.rosa, "changeDueDate", requestId=request, dueAt="2031-01-02T03:04:05Z")
        await town.done(town.tom, "addComment", requestId=request, body="Hush", visibility="INTERNAL")
        await telling.run()
    see = "query ($id: ID!, $since: DateTime!) { request(id: $id) { updatedAt }"
    see += " requests(filter: {updatedSince: $since}) { totalCount nodes { id } } }"
    since = (begun + timedelta(hours=1)).isoformat()
    for person in (town.maya, town.ines, town.otto, None):
        seen = await town.ask(person, see, id=request, since=since)
        assert seen == {"request": {"updatedAt": begun.isoformat()}, "requests": {"totalCount": 0, "nodes": []}}
    inside = await town.ask(town.tom, see, id=request, since=since)
    assert inside["request"]["updatedAt"] == (begun + timedelta(days=1)).isoformat()
    assert inside["requests"] == {"totalCount": 1, "nodes": [{"id": request}]}
    await town.done(town.maya, "addComment", requestId=request, body="Any news?")
    assert (await town.ask(town.ines, see, id=request, since=since))["requests"]["totalCount"] == 1


async def test_who_was_removed_gets_no_news_by_repeating_what_they_did(telling: Telling) -> None:
    town = telling.town
    place, key = town.id_of(town.springfield), "0123456789abcdef"
    invite = {"organizationId": place, "role": "INTERNAL", "clientMutationId": key}
    promote = {"organizationId": place, "personId": town.id_of(town.tom), "role": "MANAGER", "clientMutationId": key}
    hush = {"requestId": await town.report(), "body": "Hush", "visibility": "INTERNAL", "clientMutationId": key}
    asked = (
        ("inviteMember", "member { role } invitation { address }", invite | {"address": "new@example.net"}),
        ("changeMemberRole", "member { role person { name } }", promote),
        ("addComment", "comment { body }", hush),
    )
    for mutation, selection, values in asked:
        await town.done(town.mark, mutation, selection, **values)
    await town.done(town.rosa, "removeMember", organizationId=place, personId=town.id_of(town.mark))
    async with nothing_changes():
        for mutation, selection, values in asked:
            answer = await town.done(town.mark, mutation, selection, **values)
            shown = {name: value for name, value in answer.items() if name not in ("userErrors", "clientMutationId")}
            assert set(shown.values()) == {None}, mutation


async def test_who_was_removed_takes_nothing_along_from_the_inside(telling: Telling) -> None:
    town = telling.town
    request = await town.report()
    await town.done(town.tom, "addComment", requestId=request, body="zyzzyva @mark", visibility="INTERNAL")
    await town.done(town.tom, "changeDueDate", requestId=request, dueAt="2031-01-02T03:04:05Z")
    await town.done(town.tom, "addComment", requestId=request, body="We are on it.")
    await telling.run()
    inside = json.loads((await town.done(town.tom, "exportAccount", "data"))["data"])
    assert [each["body"] for each in inside["comments"]] == ["zyzzyva @mark", "We are on it."]
    assert len([each for each in inside["notifications"] if each["kind"].startswith("staff_")]) == 4
    place = town.id_of(town.springfield)
    await town.done(town.rosa, "removeMember", organizationId=place, personId=town.id_of(town.tom))
    outside = json.loads((await town.done(town.tom, "exportAccount", "data"))["data"])
    assert [each["body"] for each in outside["comments"]] == ["We are on it."]
    assert outside["notifications"] == []
    assert [each["type"] for each in outside["acts"]] == ["PublicCommentAdded"]
    assert [each["role"] for each in outside["memberships"]] == ["internal"]
