"""Server-sent events: answered where they are meant, in the frames that clients read."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta

import httpx
import pytest

from api.ids import cursor
from api.live.live import Live
from casework import clock, history
from casework.people import Session
from tests.live.test_subscriptions import ACTIVITY
from tests.patience import PATIENCE
from tests.serving import serving
from tests.telling import Telling

EVENTS = "text/event-stream"
QUERY = {"query": "{ organizations { nodes { slug } } }"}
ANSWER = {"data": {"organizations": {"nodes": [{"slug": "springfield"}, {"slug": "shelbyville"}]}}}


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        (EVENTS, EVENTS),
        (f"{EVENTS}, multipart/mixed", EVENTS),
        (f"{EVENTS}, application/json", EVENTS),
        (f"application/json, {EVENTS}", "application/json"),
        (
            f"application/graphql-response+json, application/graphql+json, application/json, {EVENTS}, multipart/mixed",
            "application/graphql-response+json",
        ),
        (f"{EVENTS};q=0.5, application/json", "application/json"),
        (f"*/*, {EVENTS}", "application/json"),
    ],
)
async def test_events_are_sent_only_where_they_are_listed_first(telling: Telling, accept: str, media: str) -> None:
    answer = await telling.town.post(QUERY, headers={"accept": accept})
    assert answer.headers["content-type"].split(";")[0] == media
    if media == EVENTS:
        assert answer.headers["cache-control"] == "no-store"
        kept_alive, news, complete, rest = answer.text.split("\n\n")
        assert (kept_alive, complete, rest) == (":", "event: complete\ndata:", "")
        assert news.startswith("event: next\ndata: ")
        assert json.loads(news.removeprefix("event: next\ndata: ")) == ANSWER
        assert "\r" not in answer.text
    else:
        assert answer.json() == ANSWER


@pytest.mark.parametrize(
    ("query", "code"),
    [("{", "SYNTAX_ERROR"), ("{ nonsense }", "NOT_VALID"), (ACTIVITY, "BAD_VARIABLES")],
)
async def test_what_is_wrong_with_the_operation_is_told_in_the_stream(telling: Telling, query: str, code: str) -> None:
    answer = await telling.town.post({"query": query}, headers={"accept": EVENTS})
    assert answer.status_code == 200
    _, news, complete, _ = answer.text.split("\n\n")
    told = json.loads(news.removeprefix("event: next\ndata: "))
    assert [each["extensions"]["code"] for each in told["errors"]] == [code]
    assert complete == "event: complete\ndata:"


async def test_each_answer_has_its_cursor_as_id_and_a_browser_that_comes_back_with_it_misses_nothing(
    telling: Telling,
) -> None:
    town = telling.town
    request = await telling.settled()
    start = cursor((await history.newest())[0])
    asked = {"query": ACTIVITY, "variables": {"requestId": request, "after": start}}
    for body in ("One.", "Two."):
        await town.done(town.tom, "addComment", requestId=request, body=body)
    await telling.heard()

    async with serving(town.app) as url, httpx.AsyncClient(base_url=url, timeout=PATIENCE) as client:

        async def heard(count: int, **headers: str) -> list[tuple[str, str]]:
            """The ids and comments of the first events; then the line breaks."""
            found: list[tuple[str, str]] = []
            sent = {"accept": EVENTS, **headers}
            async with client.stream("POST", "/graphql", json=asked, headers=sent) as answer:
                name = ""
                async for line in answer.aiter_lines():
                    if line.startswith("id: "):
                        name = line.removeprefix("id: ")
                    if line.startswith("data: "):
                        news = json.loads(line.removeprefix("data: "))["data"]["requestActivity"]
                        assert news["cursor"] == name
                        found.append((name, news["event"]["comment"]["body"]))
                    if len(found) == count:
                        break
            return found

        both = await heard(2)
        assert [body for _, body in both] == ["One.", "Two."]
        assert await heard(1, **{"last-event-id": both[0][0]}) == both[1:]


@pytest.mark.parametrize(
    ("who", "what", "code"),
    [
        ("tom", "removed", "ACCESS_CHANGED"),
        ("ines", "made private", "NOT_FOUND"),
        ("maya", "made private", "ACCESS_CHANGED"),
        ("ines", "signed out", "SESSION_ENDED"),
        ("ines", "expired", "SESSION_ENDED"),
    ],
)
async def test_a_stream_whose_right_is_lost_ends_with_its_code_and_cursor_before_the_event(
    telling: Telling, live: Live, who: str, what: str, code: str
) -> None:
    town = telling.town
    request = await telling.settled()
    person = getattr(town, who)
    asked = {"query": ACTIVITY, "variables": {"requestId": request}}
    headers = {"accept": EVENTS, "authorization": f"Bearer {town.token(person)}"}
    async with (
        serving(town.app) as url,
        httpx.AsyncClient(base_url=url, timeout=PATIENCE) as client,
        client.stream("POST", "/graphql", json=asked, headers=headers) as answer,
    ):
        chunks = answer.aiter_text()
        assert await anext(chunks) == ":\n\n"
        async with asyncio.timeout(PATIENCE):
            while True:
                if live.members.topics:
                    break
                await asyncio.sleep(0.01)
        after = cursor((await history.newest())[0])
        if what == "removed":
            place = town.id_of(town.springfield)
            await town.done(town.rosa, "removeMember", organizationId=place, personId=town.id_of(person))
        elif what == "made private":
            await town.done(town.tom, "setRequestVisibility", requestId=request, hidden=True)
        elif what == "signed out":
            await town.done(person, "signOut")
        else:
            await Session.filter(person_id=person.id).update(expires_at=clock.now() - timedelta(seconds=1))
        await town.done(town.mark, "addComment", requestId=request, body="Not for everybody.")
        await telling.heard()
        news, complete, rest = "".join([chunk async for chunk in chunks]).split("\n\n")
    assert (complete, rest) == ("event: complete\ndata:", "")
    (error,) = json.loads(news.removeprefix("event: next\ndata: "))["errors"]
    assert error["extensions"] == {"code": code, "cursor": after}
