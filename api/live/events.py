"""GraphQL over server-sent events, distinct connections mode: one operation, one stream.

    event: next          data: an answer      id: its cursor, which a browser's EventSource sends back as Last-Event-ID
    event: complete      the operation is over; a stream that just ends is one to be taken up again

Lines end with LF. What is wrong with the operation is told in the stream, as the protocol asks for.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.context import Context
from api.errors import Refused, formatted_error, masked
from api.execution import NotValid, Prepared
from api.live.connections import Connection, Errors
from api.live.live import Live
from api.live.members import Member
from casework.errors import CaseworkError

EVENT_STREAM = "text/event-stream"
_COMPLETE = "event: complete\ndata:\n\n"
_ALIVE_SECONDS = 15.0
_ALIVE = ":\n\n"


class EventStream(Connection):
    """One client's stream."""

    __slots__ = ("_is_over", "_something")

    def __init__(self, live: Live) -> None:
        super().__init__(live)
        self._something = asyncio.Event()
        self._is_over = False

    async def serve(self, operation: Coroutine[Any, Any, None], receive: Receive, send: Send) -> None:
        """Until the operation or this process ends, or the client is gone."""
        tasks = [asyncio.create_task(operation), asyncio.create_task(self._watch(receive))]
        try:
            await _send(send, _ALIVE)  # so that the client knows at once that it was let in
            while self._waiting or not self._is_over:
                while self._waiting:
                    await _send(send, self._take())
                self._something.clear()
                if not self._is_over:
                    try:
                        await asyncio.wait_for(self._something.wait(), _ALIVE_SECONDS)
                    except TimeoutError:
                        await _send(send, _ALIVE)
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        except OSError:
            return  # the client is gone
        finally:
            for task in tasks:
                task.cancel()
            self.gone()

    async def _watch(self, receive: Receive) -> None:
        """A client that is gone leaves nothing to say."""
        while (await receive())["type"] != "http.disconnect":
            pass
        self._waiting.clear()
        self.shut(None)

    async def operate(self, prepare: Callable[[], Prepared], context: Context, after: str | None) -> None:
        """One operation: to its end; a subscription, until it is among the living."""
        try:
            prepared = prepare()
            if prepared.is_subscription:
                await self._live.follow(prepared, context, self, "", after=after)
                return
            self._finish(await self._live.ground.engine.execute(prepared, context))
        except NotValid as invalid:
            self._finish({"errors": invalid.errors})
        except Refused as refused:
            self._finish({"errors": [refused.formatted(context.language)]})
        except CaseworkError as refused:
            self._finish({"errors": [formatted_error(refused, context.language)]})
        except Exception as error:
            self._finish({"errors": [masked(error, context.language)]})

    def _finish(self, answer: dict[str, Any]) -> None:
        self._is_over = True
        self._push(_next(json.dumps(answer)) + _COMPLETE)

    def _news(self, member: Member, payload: bytes) -> str:
        return f"id: {member.cursor}\n" + _next(payload.decode())

    def _ending(self, name: str, errors: Errors) -> str:
        self._is_over = True
        return _next(json.dumps({"errors": errors})) + _COMPLETE

    def _wake(self) -> None:
        self._something.set()

    def shut(self, why: CaseworkError | None) -> None:
        self._is_over = True
        self._wake()


def _next(payload: str) -> str:
    return f"event: next\ndata: {payload}\n\n"


async def _send(send: Send, text: str) -> None:
    await send({"type": "http.response.body", "body": text.encode(), "more_body": True})


class EventStreamResponse(Response):
    """The answer to one request: its operation's stream."""

    media_type = EVENT_STREAM

    def __init__(
        self, live: Live, prepare: Callable[[], Prepared], context: Context, *, after: str | None = None
    ) -> None:
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._live = live
        self._prepare = prepare
        self._context = context
        self._after = after

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        stream = EventStream(self._live)
        await stream.serve(stream.operate(self._prepare, self._context, self._after), receive, send)
