"""WebSocket clients that cost next to nothing, so that what is measured is the server.

client = await connect(url, [init, subscribe], heard=ears)      each word is said once the one before was answered
ears.expect(1000); client.say(…); await ears.all                `ears.last` is when the last of them came
"""

from __future__ import annotations

import asyncio
import base64
import os
import time
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

PROTOCOL = "graphql-transport-ws"
_TEXT, _CLOSE, _PING, _PONG = 1, 8, 9, 10
_PATIENCE_SECONDS = 60.0

Heard = Callable[[bytes], None]


class Client(asyncio.Protocol):
    """One socket. It is `ready` once the last of its opening words was answered."""

    def __init__(self, url: str, words: Sequence[str], heard: Heard) -> None:
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._url = urlsplit(url)
        self._words = list(reversed(words))
        self._heard = heard
        self._buffer = b""
        self._is_open = False
        self._write: Callable[[bytes], None]
        self.close: Callable[[], None]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._write, self.close = transport.write, transport.abort  # type: ignore[attr-defined]
        handshake = [
            f"GET {self._url.path} HTTP/1.1",
            f"Host: {self._url.netloc}",
            "Connection: Upgrade",
            "Upgrade: websocket",
            f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
            "Sec-WebSocket-Version: 13",
            f"Sec-WebSocket-Protocol: {PROTOCOL}",
        ]
        self._write("".join(f"{line}\r\n" for line in [*handshake, ""]).encode())

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._is_open:
            head, is_whole, rest = self._buffer.partition(b"\r\n\r\n")
            if not is_whole:
                return
            if not head.startswith(b"HTTP/1.1 101"):
                raise RuntimeError(f"the server said {head!r}")
            self._is_open, self._buffer = True, rest
            self._go_on()
        while (frame := self._frame()) is not None:
            opcode, payload = frame
            if opcode == _TEXT and self.ready.done():
                self._heard(payload)
            elif opcode == _TEXT:
                self._go_on()
            elif opcode == _PING:
                self._write(_masked(_PONG, payload))
            elif opcode == _CLOSE:
                raise RuntimeError(f"the server closed a socket: {payload!r}")

    def say(self, text: str) -> None:
        self._write(_masked(_TEXT, text.encode()))

    def _go_on(self) -> None:
        if self._words:
            self.say(self._words.pop())
        else:
            self.ready.set_result(None)

    def _frame(self) -> tuple[int, bytes] | None:
        """The next whole frame: a server's are not masked, and short messages come in one."""
        if len(self._buffer) < 2:
            return None
        size, start = self._buffer[1], 2
        if size >= 126:
            start = 4 if size == 126 else 10
            size = int.from_bytes(self._buffer[2:start])
        if len(self._buffer) < start + size:
            return None
        opcode, payload = self._buffer[0] & 15, self._buffer[start : start + size]
        self._buffer = self._buffer[start + size :]
        return opcode, payload


class Ears:
    """Counts what a crowd hears. `last` is when the last that was expected came, `text` what it was."""

    def __init__(self) -> None:
        self._left = 0
        self.text = b""
        self.last = 0.0
        self.all = asyncio.Event()

    def expect(self, count: int) -> None:
        self._left = count
        self.all.clear()

    def __call__(self, text: bytes) -> None:
        self._left -= 1
        if self._left == 0:
            self.text, self.last = text, time.perf_counter()
            self.all.set()

    async def heard(self) -> float:
        """Wait for all; when the last came. Raises TimeoutError where some never come."""
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await self.all.wait()
        return self.last


async def connect(url: str, words: Sequence[str], heard: Heard) -> Client:
    """An open socket whose opening words were answered."""
    host, _, port = urlsplit(url).netloc.partition(":")
    loop = asyncio.get_running_loop()
    _, client = await loop.create_connection(lambda: Client(url, words, heard), host, int(port))
    async with asyncio.timeout(_PATIENCE_SECONDS):
        await client.ready
    return client


def _masked(opcode: int, payload: bytes) -> bytes:
    """A frame under a mask of zeros: clients must mask, and the server's work is the same."""
    size = len(payload)
    head = bytes([0x80 | opcode, 0x80 | size]) if size < 126 else bytes([0x80 | opcode, 0xFE]) + size.to_bytes(2)
    return head + bytes(4) + payload
