"""Live over a real server and real sockets, where news for many goes the short way."""

from __future__ import annotations

import asyncio
import json
import socket
from contextlib import suppress
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosedError
from websockets.typing import Subprotocol

from curbcast.listening import SocketProtocol
from tests.live.test_subscriptions import ACTIVITY
from tests.serving import serving
from tests.telling import Telling, open_telling

LONG = "¡Sí! " * 600
TWICE = ACTIVITY.replace("comment { body }", "comment { body again: body }")


def joined(url: str, **options: Any) -> connect:
    return connect(
        f"ws{url.removeprefix('http')}/graphql", subprotocols=[Subprotocol("graphql-transport-ws")], **options
    )


async def follow(socket: ClientConnection, request: str, *names: str, document: str = ACTIVITY) -> None:
    """Subscribe, and wait until each is among the living: a ping is answered once what came before has begun."""
    await socket.send('{"type": "connection_init"}')
    assert json.loads(await socket.recv()) == {"type": "connection_ack"}
    for name in names:
        payload = {"query": document, "variables": {"requestId": request, "after": "Yzow"}}
        await socket.send(json.dumps({"type": "subscribe", "id": name, "payload": payload}))
        assert json.loads(await socket.recv())["id"] == name


async def test_every_client_of_a_server_hears_of_it_in_its_own_name(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled()
    async with serving(town.app) as url, joined(url) as one, joined(url) as other:
        await follow(one, request, "a", 'b"\\ñ', document=TWICE)
        await follow(other, request, "c" * 200, document=TWICE)
        for body in ("Short.", LONG, "🚧" * 9_000):  # the last one takes more than 65,536 bytes
            await town.done(town.tom, "addComment", requestId=request, body=body)
            await telling.heard()
            said = [json.loads(await each.recv()) for each in (one, one, other)]
            assert [each["id"] for each in said] == ["a", 'b"\\ñ', "c" * 200]
            assert [each["type"] for each in said] == ["next"] * 3
            heard = [each["payload"]["data"]["requestActivity"]["event"]["comment"] for each in said]
            assert heard == [{"body": body.strip(), "again": body.strip()}] * 3


async def test_a_client_that_takes_nothing_is_closed_and_comes_back_where_it_was(
    db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = SocketProtocol.connection_made

    def narrow(protocol: SocketProtocol, transport: asyncio.BaseTransport) -> None:
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        made(protocol, transport)

    monkeypatch.setattr(SocketProtocol, "connection_made", narrow)
    async with open_telling(live_queue=8) as telling:
        town = telling.town
        request = await telling.settled()
        near = socket.socket()
        near.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        async with serving(town.app) as url:
            near.connect(("127.0.0.1", int(url.rpartition(":")[2])))
            near.setblocking(False)
            async with joined(url, sock=near, max_queue=1) as slow:
                await follow(slow, request, "slow")
                said = 0
                while list(town.app.state.live.members):
                    await town.done(town.tom, "addComment", requestId=request, body=f"{said} {LONG}")
                    await telling.heard()
                    said += 1
                messages: list[dict[str, Any]] = []
                with suppress(ConnectionClosedError):
                    while True:
                        messages.append(json.loads(await slow.recv()))
            assert slow.close_code == 4508
            *news, end = messages
            assert (end["type"], end["payload"][0]["extensions"]["code"]) == ("error", "TOO_SLOW")
            assert news
            after = end["payload"][0]["extensions"]["cursor"]
            async with joined(url) as again:
                await again.send('{"type": "connection_init"}')
                await again.recv()
                payload = {"query": ACTIVITY, "variables": {"requestId": request, "after": after}}
                await again.send(json.dumps({"type": "subscribe", "id": "again", "payload": payload}))
                rest = [json.loads(await again.recv()) for _ in range(said - len(news))]
            bodies = [each["payload"]["data"]["requestActivity"]["event"]["comment"]["body"] for each in [*news, *rest]]
            assert bodies == [f"{number} {LONG}".strip() for number in range(said)]
