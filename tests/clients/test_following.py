"""The libraries that people use, against a running server: they ask, act, and come back when their line breaks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import httpx
import pytest
from gql import Client, GraphQLRequest, gql
from gql.transport.exceptions import TransportError
from gql.transport.websockets import WebsocketsTransport
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send
from websockets.exceptions import InvalidStatus

from casework.database import close_database, open_database
from tests.live.test_subscriptions import ACTIVITY
from tests.nodejs import Node
from tests.patience import PATIENCE
from tests.serving import serving
from tests.telling import Telling, open_telling

pytestmark = pytest.mark.slow

LIBRARIES = ("graphql-ws", "graphql-sse", "apollo", "urql", "urql over server-sent events")
SAID = ["One.", "Two, to nobody.", "Three."]


class Lines:
    """While they are broken, no stream is let in; what is short goes on."""

    def __init__(self, app: ASGIApp) -> None:
        self.are_broken = False
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        accept = dict(scope["headers"]).get(b"accept", b"") if scope["type"] == "http" else b""
        if self.are_broken and scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1013})
        elif self.are_broken and accept.startswith(b"text/event-stream"):
            await PlainTextResponse("not now", 503)(scope, receive, send)
        else:
            await self._app(scope, receive, send)


@asynccontextmanager
async def served(telling: Telling) -> AsyncIterator[str]:
    """The town's API, told of what happens at once. At /streams: who follows (GET), break (POST), mend (PUT)."""
    live, lines = telling.town.app.state.live, Lines(telling.town.app)

    async def streams(request: Request) -> JSONResponse:
        if request.method != "GET":
            lines.are_broken = request.method == "POST"
        for connection in list(live.connections) if lines.are_broken else ():
            connection.shut(None)
        return JSONResponse([member.name for group in live.members for member in group.members])

    app = Starlette(routes=[Route("/streams", streams, methods=["GET", "POST", "PUT"]), Mount("/", lines)])
    app.state.live = live

    async def tell() -> None:
        while True:
            await telling.heard()
            await asyncio.sleep(0.02)

    async with serving(app) as url:
        telling_now = asyncio.create_task(tell())
        try:
            yield url
        finally:
            telling_now.cancel()
            await asyncio.gather(telling_now, return_exceptions=True)


@pytest.fixture
async def telling(sqlite_database: str) -> AsyncIterator[Telling]:
    await open_database(sqlite_database)
    async with open_telling() as telling:
        yield telling
    await close_database()


@pytest.mark.parametrize("library", LIBRARIES)
async def test_a_library_for_javascript_asks_acts_and_misses_nothing_on_a_bad_line(
    node: Node, telling: Telling, library: str
) -> None:
    town = telling.town
    request = await telling.settled()
    async with served(telling) as url:
        found = await node.run("following.mjs", library, url, town.token(town.ines) or "", request)
    assert found == {"handle": "ines", "heard": SAID}


COMMENT = """mutation ($id: ID!, $body: String!) {
  addComment(input: {requestId: $id, body: $body}) { comment { body } userErrors { code } }
}"""


async def test_so_does_gql_for_python(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled()
    heard: asyncio.Queue[str] = asyncio.Queue()
    values = {"requestId": request, "after": None}

    def client(url: str) -> Client:
        init = {"authorization": f"Bearer {town.token(town.ines)}"}
        return Client(transport=WebsocketsTransport(url=f"ws{url.removeprefix('http')}/graphql", init_payload=init))

    async def follow(url: str) -> None:
        while True:
            with suppress(TransportError, OSError, InvalidStatus):
                async with client(url) as session:
                    async for news in session.subscribe(gql_with(ACTIVITY, **values)):
                        values["after"] = news["requestActivity"]["cursor"]
                        heard.put_nowait(news["requestActivity"]["event"]["comment"]["body"])
            await asyncio.sleep(0.02)

    async with served(telling) as url, httpx.AsyncClient(base_url=url) as plain:
        following = asyncio.create_task(follow(url))
        async with asyncio.timeout(PATIENCE):
            while True:
                if (await plain.get("/streams")).json():
                    break
                await asyncio.sleep(0.02)
            async with client(url) as session:
                assert await session.execute(gql("{ viewer { handle } }")) == {"viewer": {"handle": "ines"}}
                done = await session.execute(gql_with(COMMENT, id=request, body=SAID[0]))
                assert done == {"addComment": {"comment": {"body": SAID[0]}, "userErrors": []}}
            assert await heard.get() == SAID[0]
            await plain.post("/streams")
            await town.done(town.tom, "addComment", requestId=request, body=SAID[1])
            await plain.put("/streams")
            assert await heard.get() == SAID[1]
            await town.done(town.tom, "addComment", requestId=request, body=SAID[2])
            assert await heard.get() == SAID[2]
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)


def gql_with(document: str, **variables: Any) -> GraphQLRequest:
    return GraphQLRequest(document, variable_values=variables)
