"""graphql-transport-ws: subscriptions, and any other operation, over one WebSocket.

    connection_init ──▶ connection_ack       then subscribe ──▶ next … ──▶ complete | error       by the client's ids
    ping ──▶ pong, with the same payload

What breaks the protocol closes the socket with its code (4400 and on); what is wrong with one operation ends that
operation alone. Between two messages a socket has one waiting task and a line that is empty. News is written at once
where the server offers that (WRITE_TEXT), and goes in line where it doesn't, or where the client is slow.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any

from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope, Send

from api.auth import viewer_from
from api.errors import Refused, formatted_error, masked
from api.execution import Call, NotValid
from api.ground import read_json
from api.language import accepted_language
from api.live.connections import Connection, Errors
from api.live.endings import Close, TooSlow, too_many_subscriptions
from api.live.live import Live
from api.live.members import Member
from casework.errors import CaseworkError

PROTOCOL = "graphql-transport-ws"
_INIT_SECONDS = 10.0
_OPERATIONS_MAX = 100
_NAME_LONGEST = 200
_REASON_LONGEST = 100
_NEXT = b'{"id":%b,"type":"next","payload":'

WriteText = Callable[[bytes], bool]
"""Writes one text now, whole, or not at all; says which. A server's short way, which it may offer in the scope."""

WRITE_TEXT = "curbcast.write_text"


class _BadMessage(Exception):
    """The client broke the protocol."""

    def __init__(self, code: Close, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Socket(Connection):
    """One accepted socket. Who asks is asked anew for each operation: a socket may outlive a session or a role."""

    __slots__ = (
        "_accepted_language",
        "_authorization",
        "_client",
        "_closing",
        "_deadline",
        "_draining",
        "_is_open",
        "_send",
        "_tasks",
        "_write",
    )

    def __init__(
        self, live: Live, send: Send, client: str, accepted_language: str, write: WriteText | None = None
    ) -> None:
        super().__init__(live)
        self._send = send
        self._write = write
        self._client = client
        self._accepted_language = accepted_language
        self._authorization: str | None = None
        self._is_open = False
        self._draining: asyncio.Task[None] | None = None
        self._closing: tuple[Close, str] | None = None
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._deadline: asyncio.TimerHandle | None = asyncio.get_running_loop().call_later(
            _INIT_SECONDS, self._later_close, Close.INIT_TIMEOUT, "Connection initialisation timeout"
        )

    async def serve(self, receive: Receive, header: str | None) -> None:
        """Until the client is gone, or the socket closed. `header` is the handshake's Authorization."""
        try:
            while (message := await receive())["type"] == "websocket.receive":
                try:
                    await self._handle(_message(message), header)
                except _BadMessage as bad:
                    self._waiting.clear()
                    self._later_close(bad.code, bad.reason)
        finally:
            self._in_time()
            self.gone()
            for task in list(self._tasks.values()):
                task.cancel()

    async def _handle(self, message: Mapping[str, Any], header: str | None) -> None:
        type_ = message.get("type")
        if type_ == "connection_init":
            await self._open(message.get("payload"), header)
        elif type_ == "ping":
            self._push(json.dumps({"type": "pong", **_payload_of(message)}))
        elif type_ == "pong":
            _payload_of(message)
        elif type_ == "subscribe":
            self._subscribe(message)
        elif type_ == "complete" and isinstance(message.get("id"), str):
            self._complete(message["id"])
        else:
            raise _BadMessage(Close.BAD_MESSAGE, "Invalid message")

    async def _open(self, payload: Any, header: str | None) -> None:
        if self._is_open:
            raise _BadMessage(Close.TOO_MANY_INITS, "Too many initialisation requests")
        if payload is not None and not isinstance(payload, dict):
            raise _BadMessage(Close.BAD_MESSAGE, "Invalid connection_init: payload must be an object")
        given = next((value for name, value in (payload or {}).items() if name.lower() == "authorization"), header)
        if given is not None and not isinstance(given, str):
            raise _BadMessage(Close.BAD_MESSAGE, "Invalid connection_init: authorization must be a string")
        try:
            await viewer_from(given or None)
        except Refused as refused:
            raise _BadMessage(Close.UNAUTHORIZED, refused.code) from refused
        self._authorization = given or None
        self._is_open = True
        self._in_time()
        self._push('{"type":"connection_ack"}')

    def _in_time(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _subscribe(self, message: Mapping[str, Any]) -> None:
        name, payload = message.get("id"), message.get("payload")
        if not self._is_open:
            raise _BadMessage(Close.UNAUTHORIZED, "Unauthorized")
        if not isinstance(name, str) or not 0 < len(name) <= _NAME_LONGEST:
            raise _BadMessage(Close.BAD_MESSAGE, "Invalid subscribe: id must be a string")
        if not isinstance(payload, dict):
            raise _BadMessage(Close.BAD_MESSAGE, "Invalid subscribe: payload must be an object")
        if name in self.members or name in self._tasks:
            raise _BadMessage(Close.DUPLICATE_ID, f"Subscriber for {name} already exists"[:_REASON_LONGEST])
        try:
            if len(self.members.keys() | self._tasks.keys()) >= _OPERATIONS_MAX:
                raise too_many_subscriptions()
            call = self._live.ground.call(payload)
        except Refused as refused:
            if refused.code == "BAD_REQUEST":
                reason = f"Invalid subscribe: {refused.message}"[:_REASON_LONGEST]
                raise _BadMessage(Close.BAD_MESSAGE, reason) from refused
            self._push(self._ending(name, [refused.formatted(self._accepted_language)]))
        except CaseworkError as refused:
            self._push(self._ending(name, [formatted_error(refused, self._accepted_language)]))
        else:
            self._tasks[name] = asyncio.create_task(self._operate(name, call))

    async def _operate(self, name: str, call: Call) -> None:
        """One operation: to its end; a subscription, until it is among the living."""
        ground, language = self._live.ground, self._accepted_language
        try:
            viewer, session = await viewer_from(self._authorization)
            context = ground.context(viewer, session, client=self._client, accepted_language=language)
            language = context.language
            prepared = ground.prepare(call)
            if prepared.is_subscription:
                await self._live.follow(prepared, context, self, name)
            else:
                answer = await ground.engine.execute(prepared, context)
                self._push(_next(name, json.dumps(answer)))
                self._push(json.dumps({"id": name, "type": "complete"}))
        except NotValid as invalid:
            self._push(self._ending(name, invalid.errors))
        except Refused as refused:
            self._push(self._ending(name, [refused.formatted(language)]))
        except CaseworkError as refused:
            self._push(self._ending(name, [formatted_error(refused, language)]))
        except Exception as error:
            self._push(self._ending(name, [masked(error, language)]))
        finally:
            self._tasks.pop(name, None)

    def _complete(self, name: str) -> None:
        """Of an operation that has ended already, nothing is to be said."""
        if (task := self._tasks.get(name)) is not None:
            task.cancel()
        if (member := self.members.pop(name, None)) is not None:
            self._live.leave(member)

    def _at_once(self, member: Member, payload: bytes) -> bool:
        if self._write is None or self._draining is not None or self._closing is not None:
            return False
        if not member.head:
            member.head = _NEXT % json.dumps(member.name).encode()
        return self._write(member.head + payload + b"}")

    def _news(self, member: Member, payload: bytes) -> str:
        return _next(member.name, payload.decode())

    def _ending(self, name: str, errors: Errors) -> str:
        return json.dumps({"id": name, "type": "error", "payload": errors})

    def _wake(self) -> None:
        if self._draining is None:
            self._draining = asyncio.create_task(self._drain())

    async def _drain(self) -> None:
        try:
            while self._waiting:
                await self._send({"type": "websocket.send", "text": self._take()})
            if self._closing is not None:
                code, reason = self._closing
                await self._send({"type": "websocket.close", "code": int(code), "reason": reason})
        except (OSError, RuntimeError):
            self._waiting.clear()  # the client is gone; `serve` hears of it too
        finally:
            self._draining = None

    def shut(self, why: CaseworkError | None) -> None:
        if why is None:
            self._later_close(Close.RESTARTING, "Service restart")
        else:
            self._later_close(Close.TOO_SLOW if isinstance(why, TooSlow) else Close.UNAUTHORIZED, why.code)

    def _later_close(self, code: Close, reason: str) -> None:
        """Close once the line has left; from now on nothing else is put in it."""
        if self._closing is None:
            self._closing = code, reason
            self._wake()


def _next(name: str, payload: str) -> str:
    return f'{{"id":{json.dumps(name)},"type":"next","payload":{payload}}}'


def _message(message: Message) -> Mapping[str, Any]:
    text = message.get("text")
    try:
        found = read_json(text) if text is not None else None
    except Refused:
        found = None
    if not isinstance(found, dict):
        raise _BadMessage(Close.BAD_MESSAGE, "Invalid message: not a JSON object")
    return found


def _payload_of(message: Mapping[str, Any]) -> dict[str, Any]:
    payload = message.get("payload")
    if payload is not None and not isinstance(payload, dict):
        raise _BadMessage(Close.BAD_MESSAGE, "Invalid message: payload must be an object")
    return {"payload": payload} if payload is not None else {}


class SocketEndpoint:
    """Accepts sockets that speak graphql-transport-ws, and no others."""

    def __init__(self, live: Live) -> None:
        self._live = live

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()  # the handshake
        if PROTOCOL not in scope["subprotocols"]:
            await send({"type": "websocket.accept"})
            await send({"type": "websocket.close", "code": int(Close.BAD_SUBPROTOCOL), "reason": "Speak " + PROTOCOL})
            return
        await send({"type": "websocket.accept", "subprotocol": PROTOCOL})
        headers = Headers(scope=scope)
        client = scope["client"][0] if scope.get("client") else ""
        write = scope.get("extensions", {}).get(WRITE_TEXT)
        socket = Socket(self._live, send, client, accepted_language(headers.get("accept-language")), write)
        await socket.serve(receive, headers.get("authorization"))
