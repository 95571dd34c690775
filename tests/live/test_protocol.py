"""graphql-transport-ws as it is written down: what closes the socket, and what ends one operation alone."""

from __future__ import annotations

from typing import Any

import pytest

from api.live import sockets
from tests.listening import Socket, listening
from tests.live.test_subscriptions import ACTIVITY
from tests.telling import Telling

INIT = {"type": "connection_init"}
ASK = {"type": "subscribe", "id": "1", "payload": {"query": "{ viewer { name } }"}}


@pytest.mark.parametrize(
    ("messages", "code"),
    [
        ([ASK], 4401),
        ([INIT, INIT], 4429),
        (["{"], 4400),
        (["[]"], 4400),
        ([{"type": "nonsense"}], 4400),
        ([{"type": "connection_init", "payload": 5}], 4400),
        ([{"type": "connection_init", "payload": {"authorization": 5}}], 4400),
        ([{"type": "connection_init", "payload": {"authorization": "Bearer wrong"}}], 4401),
        ([{"type": "ping", "payload": 5}], 4400),
        ([INIT, {"type": "complete"}], 4400),
        ([INIT, {"type": "subscribe", "payload": {"query": "{ a }"}}], 4400),
        ([INIT, {"type": "subscribe", "id": "1"}], 4400),
        ([INIT, {"type": "subscribe", "id": "1", "payload": None}], 4400),
        ([INIT, {"type": "subscribe", "id": "1", "payload": "{ a }"}], 4400),
        ([INIT, {"type": "subscribe", "id": "1", "payload": {}}], 4400),
        ([INIT, {"type": "subscribe", "id": "1", "payload": {"query": 5}}], 4400),
        ([INIT, {"type": "subscribe", "id": "1", "payload": {"query": "{ a }", "variables": 5}}], 4400),
        ([INIT, {"type": "subscribe", "id": "1", "payload": {"query": "{ a }", "operationName": 5}}], 4400),
    ],
)
async def test_what_breaks_the_protocol_closes_the_socket(telling: Telling, messages: list[Any], code: int) -> None:
    socket = Socket(telling.town.app)
    for message in messages:
        socket.send(message)
    await socket.until(lambda: socket.close)
    assert socket.close is not None
    assert socket.close[0] == code
    await socket.gone()


async def test_only_graphql_transport_ws_is_spoken(telling: Telling) -> None:
    for offered in ((), ("graphql-ws",), ("soap", "graphql-ws")):
        socket = Socket(telling.town.app, protocols=offered)
        await socket.until(lambda socket=socket: socket.close)
        assert (socket.protocol, socket.close and socket.close[0]) == (None, 4406)
        await socket.gone()
    socket = Socket(telling.town.app, protocols=("graphql-ws", "graphql-transport-ws"))
    await socket.init()
    assert socket.protocol == "graphql-transport-ws"
    await socket.gone()


async def test_whoever_does_not_introduce_themselves_in_time_is_let_go(
    telling: Telling, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "_INIT_SECONDS", 0.01)
    socket = Socket(telling.town.app)
    socket.send({"type": "ping"})
    await socket.until(lambda: socket.close)
    assert socket.close is not None
    assert socket.close[0] == 4408
    await socket.gone()


async def test_a_pong_echoes_its_ping(telling: Telling) -> None:
    socket = Socket(telling.town.app)
    socket.send({"type": "ping", "payload": {"n": 1}})
    socket.send({"type": "pong"})
    socket.send({"type": "ping"})
    await socket.until(lambda: len(socket.said) == 2)
    assert socket.said == [{"type": "pong", "payload": {"n": 1}}, {"type": "pong"}]
    await socket.gone()


async def test_what_is_wrong_with_one_operation_ends_that_one_alone(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled()
    async with listening(town.app) as socket:
        activity = await socket.subscribe(ACTIVITY, requestId=request)
        assert (await socket.subscribe("subscription {")).code == "SYNTAX_ERROR"
        assert (await socket.subscribe("subscription { nothing }")).code == "NOT_VALID"
        assert (await socket.subscribe(ACTIVITY)).code == "BAD_VARIABLES"
        both = "subscription { a: viewerNotifications { cursor } b: viewerNotifications { cursor } }"
        assert (await socket.subscribe(both)).code == "NOT_VALID"
        root = f'{{ requestActivity(requestId: "{request}") {{ cursor }} }}'
        in_a_fragment = f"subscription {{ ...F }} fragment F on Subscription {root}"
        followed = await socket.subscribe(in_a_fragment)
        await town.done(town.tom, "addComment", requestId=request, body="Hello.")
        await telling.heard()
        assert (len(activity.taken()), len(followed.taken())) == (1, 1)
        assert socket.close is None


async def test_what_a_client_completes_is_told_no_more_and_its_id_is_free_again(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled()
    async with listening(town.app) as socket:
        activity = await socket.subscribe(ACTIVITY, requestId=request)
        socket.send({"type": "complete", "id": activity.name})
        await socket.settled()
        await town.done(town.tom, "addComment", requestId=request, body="Hello.")
        await telling.heard()
        assert (activity.taken(), activity.errors) == ([], None)
        again = {"query": ACTIVITY, "variables": {"requestId": request}}
        for _ in range(2):
            socket.send({"type": "subscribe", "id": activity.name, "payload": again})
            await socket.settled()
        assert socket.close is not None
        assert socket.close[0] == 4409


async def test_queries_are_answered_over_a_socket_too(telling: Telling) -> None:
    town = telling.town
    async with listening(town.app, town.token(town.tom)) as socket:
        asked = await socket.subscribe("{ viewer { handle } }")
        assert (asked.taken(), asked.is_over) == ([{"viewer": {"handle": "tom"}}], True)


async def test_one_connection_has_only_so_many_operations(telling: Telling, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "_OPERATIONS_MAX", 2)
    request = await telling.settled()
    async with listening(telling.town.app) as socket:
        codes = [(await socket.subscribe(ACTIVITY, requestId=request)).code for _ in range(3)]
        assert codes == [None, None, "TOO_MANY_SUBSCRIPTIONS"]
