"""A client of graphql-transport-ws in this process: straight to the application, without a network.

async with listening(town.app, token) as socket:
    activity = await socket.subscribe(ACTIVITY, requestId=request)
    …
    await town.heard()                          what has happened is stamped, told and sent
    assert activity.taken() == [{"requestActivity": …}]
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.types import ASGIApp, Message

from tests.patience import PATIENCE

PROTOCOL = "graphql-transport-ws"


@dataclass
class Subscription:
    """What came for one subscription; `errors` and `is_over` once it ended."""

    name: str
    news: list[dict[str, Any]] = field(default_factory=list)
    errors: list[dict[str, Any]] | None = None
    is_over: bool = False

    def taken(self) -> list[dict[str, Any]]:
        """The data that came since the last look."""
        found, self.news = self.news, []
        return found

    @property
    def code(self) -> str | None:
        """The code with which it was ended."""
        return str(self.errors[0]["extensions"]["code"]) if self.errors else None

    @property
    def cursor(self) -> str:
        """Where to go on, by the error that ended it."""
        assert self.errors is not None
        return str(self.errors[0]["extensions"]["cursor"])


class Socket:
    """One socket. While `is_stuck` it takes nothing, as a client on a dead line."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        protocols: tuple[str, ...] = (PROTOCOL,),
        header: str | None = None,
        language: str | None = None,
    ) -> None:
        self.close: tuple[int, str] | None = None
        self.protocol: str | None = None
        self.said: list[dict[str, Any]] = []
        self.subscriptions: dict[str, Subscription] = {}
        self._is_cut = False
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._changed = asyncio.Condition()
        self._incoming: asyncio.Queue[Message] = asyncio.Queue()
        self._incoming.put_nowait({"type": "websocket.connect"})
        given = (("authorization", header), ("accept-language", language))
        headers = [(name.encode(), value.encode()) for name, value in given if value is not None]
        scope = {
            "type": "websocket",
            "path": "/graphql",
            "raw_path": b"/graphql",
            "root_path": "",
            "query_string": b"",
            "headers": headers,
            "client": ("127.0.0.1", 1),
            "subprotocols": list(protocols),
            "state": {},
        }
        self._serving = asyncio.ensure_future(app(scope, self._incoming.get, self._take))

    async def _take(self, message: Message) -> None:
        await self._flowing.wait()
        if self._is_cut:
            raise OSError("nobody is there")
        async with self._changed:
            if message["type"] == "websocket.accept":
                self.protocol = message.get("subprotocol")
            elif message["type"] == "websocket.close":
                self.close = message["code"], message.get("reason", "")
                self._incoming.put_nowait({"type": "websocket.disconnect", "code": message["code"]})
            else:
                self._read(json.loads(message["text"]))
            self._changed.notify_all()

    def _read(self, said: dict[str, Any]) -> None:
        self.said.append(said)
        subscription = self.subscriptions.get(said.get("id", ""))
        if subscription is None:
            return
        if said["type"] == "next":
            assert "errors" not in said["payload"], said["payload"]
            subscription.news.append(said["payload"]["data"])
        elif said["type"] == "error":
            subscription.errors, subscription.is_over = said["payload"], True
        elif said["type"] == "complete":
            subscription.is_over = True

    def stick(self) -> None:
        self._flowing.clear()

    def flow(self) -> None:
        self._flowing.set()

    def send(self, message: Any) -> None:
        """Any message, as JSON; a string goes as it is."""
        text = message if isinstance(message, str) else json.dumps(message)
        self._incoming.put_nowait({"type": "websocket.receive", "text": text})

    async def until(self, condition: Any) -> None:
        """Wait until something that came has made this true."""
        async with asyncio.timeout(PATIENCE), self._changed:
            await self._changed.wait_for(condition)

    async def init(self, token: str | None = None) -> None:
        payload = {"authorization": f"Bearer {token}"} if token is not None else None
        self.send({"type": "connection_init", "payload": payload})
        await self.until(lambda: self.said or self.close)

    async def subscribe(self, document: str, /, **variables: Any) -> Subscription:
        """Subscribe, and wait until it is among the living, or has ended."""
        subscription = Subscription(str(len(self.subscriptions) + 1))
        self.subscriptions[subscription.name] = subscription
        payload = {"query": document, "variables": variables}
        self.send({"id": subscription.name, "type": "subscribe", "payload": payload})
        await self.settled()
        return subscription

    async def settled(self) -> None:
        """All that was sent has been worked on: a ping comes back once the operations before it have begun."""
        self.send({"type": "ping", "payload": {"n": len(self.said)}})
        before = len(self.said)
        await self.until(lambda: self.close or any(each["type"] == "pong" for each in self.said[before:]))
        for task in [each for each in asyncio.all_tasks() if "_operate" in repr(each.get_coro())]:
            await asyncio.wait([task], timeout=PATIENCE)
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    async def cut(self) -> None:
        """The line breaks, and what was on its way is lost."""
        self._is_cut = True
        await self.gone()

    async def gone(self) -> None:
        """The client leaves."""
        self.flow()
        self._incoming.put_nowait({"type": "websocket.disconnect", "code": 1006})
        await self._serving


@asynccontextmanager
async def listening(app: ASGIApp, token: str | None = None, *, language: str | None = None) -> AsyncIterator[Socket]:
    """A socket that is initialised, and gone after the block."""
    socket = Socket(app, language=language)
    await socket.init(token)
    assert socket.said == [{"type": "connection_ack"}]
    yield socket
    await socket.gone()
