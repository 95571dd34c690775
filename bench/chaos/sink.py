"""An SMTP server that writes down what it takes responsibility for, and misbehaves.

A mail is in the spool before its 250 leaves, so the spool is what the readers have, whenever this process is killed.
Trouble comes at each command with the weather's probability:

    4xx · 5xx · 421 and hang up · silence · cut without an answer · cut in the middle of DATA · cut instead of the 250

A 5xx carries a number that is written down too, so that each mail that failed can show whose fault it was.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
from pathlib import Path

from bench.chaos.weather import Weather

_SILENCE_SECONDS = 20.0


class Spool:
    """Appended to, one JSON line at a time, and never rewritten."""

    def __init__(self, file: Path) -> None:
        self._file = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def write(self, **entry: object) -> None:
        os.write(self._file, json.dumps(entry).encode() + b"\n")


def read_spool(file: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


class _HungUp(Exception):
    pass


class _Talk:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, sink: Sink) -> None:
        self._reader, self._writer, self._sink = reader, writer, sink
        self._recipient = ""

    async def run(self) -> None:
        try:
            await self._say("220 sink.test ESMTP") if not await self._suffers("CONNECT") else None
            while line := await self._reader.readline():
                await self._answer(line.decode("utf-8", "replace").strip())
        except (_HungUp, ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self._writer.transport.abort()

    async def _answer(self, line: str) -> None:
        verb = line[:4].upper()
        if verb == "QUIT":
            await self._say("221 Bye")
            raise _HungUp
        if await self._suffers(verb):
            return
        if verb == "EHLO":
            await self._say("250-sink.test\r\n250-8BITMIME\r\n250 SMTPUTF8")
        elif verb == "DATA":
            await self._take()
        else:
            if verb == "RCPT":
                self._recipient = line.partition("<")[2].partition(">")[0]
            await self._say("250 2.0.0 Ok")

    async def _take(self) -> None:
        await self._say("354 Go on")
        if self._sink.misbehaves():
            await self._reader.readline()
            raise _HungUp  # cut in the middle of DATA
        body = await self._reader.readuntil(b"\r\n.\r\n")
        if await self._suffers("BODY"):
            return
        self._sink.spool.write(took=self._recipient, mail=body.decode("utf-8", "replace"))
        if self._sink.misbehaves():
            raise _HungUp  # the one window: taken, and no 250
        await self._say("250 2.0.0 Taken")

    async def _suffers(self, moment: str) -> bool:
        """Whether something is wrong at this moment; then it was dealt with."""
        if not self._sink.misbehaves():
            return False
        how = self._sink.draw.choice(("4xx", "4xx", "5xx", "421", "silence", "cut"))
        if how == "silence":
            await asyncio.sleep(_SILENCE_SECONDS)
            raise _HungUp
        if how == "cut" or (how == "5xx" and moment in ("CONNECT", "EHLO", "RSET", "NOOP")):
            raise _HungUp
        if how == "421":
            await self._say("421 4.3.2 Closing")
            raise _HungUp
        if how == "5xx":
            number = f"refusal-{os.getpid()}-{self._sink.draw.getrandbits(40)}"
            self._sink.spool.write(refused=number)
            await self._say(f"554 5.7.1 {number}")
            return True
        await self._say("451 4.3.0 Later")
        if moment == "CONNECT":
            raise _HungUp
        return True

    async def _say(self, reply: str) -> None:
        self._writer.write(reply.encode() + b"\r\n")
        await self._writer.drain()


class Sink:
    def __init__(self, folder: Path, seed: int) -> None:
        self.spool = Spool(folder / "spool")
        self.weather = Weather(folder / "weather")
        self.draw = random.Random(seed)

    def misbehaves(self) -> bool:
        return self.draw.random() < self.weather.faults

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _Talk(reader, writer, self).run()


async def serve(folder: Path, port: int, seed: int) -> None:
    sink = Sink(folder, seed)
    server = await asyncio.start_server(sink.talk, "127.0.0.1", port, limit=2**22)
    async with server:
        await server.serve_forever()
