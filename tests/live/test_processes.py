"""Several API processes over one database and one Redis: what is done at one is heard at the other, whatever dies."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from api.ids import cursor
from bench.servers import Server, ask_valkey, free_port
from casework import history
from casework.database import close_database, open_database
from tests.live.test_served import joined
from tests.live.test_subscriptions import ACTIVITY
from tests.patience import PATIENCE
from tests.telling import open_telling
from tests.town import SECRET

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
COMMENT = """mutation ($id: ID!, $body: String!) {
  addComment(input: {requestId: $id, body: $body}) { userErrors { code } }
}"""
SEED, ROUNDS = 311, 24


class Process:
    """One `curbcast serve`, which can be killed and started again at the same address."""

    def __init__(self, environment: dict[str, str], folder: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._environment = {**os.environ, **environment}
        self._command = ["-m", "curbcast.cli", "serve", "--port", str(self.port), "--data-dir", str(folder)]
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        self._spawn()
        async with asyncio.timeout(PATIENCE), httpx.AsyncClient() as client:
            while True:
                assert self._process is not None
                assert self._process.poll() is None
                try:
                    await client.get(f"{self.url}/healthz")
                except httpx.TransportError:
                    await asyncio.sleep(0.05)
                else:
                    return

    def _spawn(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, *self._command], cwd=ROOT, env=self._environment, stdout=subprocess.DEVNULL
        )

    def kill(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None


class Follower:
    """Follows one request, and comes back after its last cursor whenever its line breaks."""

    def __init__(self, process: Process, request: str, after: str) -> None:
        self.heard: list[str] = []
        self._more = asyncio.Condition()
        self._process = process
        self._values = {"requestId": request, "after": after}
        self._socket: ClientConnection | None = None

    async def run(self) -> None:
        while True:
            try:
                async with joined(self._process.url) as self._socket:
                    await self._listen(self._socket)
            except (OSError, ConnectionClosed):
                await asyncio.sleep(0.02)

    async def _listen(self, socket: ClientConnection) -> None:
        await socket.send('{"type": "connection_init"}')
        await socket.recv()
        payload = {"query": ACTIVITY, "variables": self._values}
        await socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))
        async for text in socket:
            message = json.loads(text)
            assert message["type"] == "next", message
            found = message["payload"]["data"]["requestActivity"]
            self._values["after"] = found["cursor"]
            async with self._more:
                self.heard.append(found["event"]["comment"]["body"])
                self._more.notify_all()

    async def drop(self) -> None:
        if self._socket is not None:
            await self._socket.close()

    async def until(self, count: int) -> None:
        async with asyncio.timeout(PATIENCE), self._more:
            await self._more.wait_for(lambda: len(self.heard) >= count)


@asynccontextmanager
async def at_work(work: Any) -> AsyncIterator[None]:
    task = asyncio.create_task(work)
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_clients_of_two_processes_hear_the_same_whatever_is_flushed_cut_and_killed(
    postgres_database: str, valkey: Server, tmp_path: Path
) -> None:
    environment = {
        "DATABASE_URL": postgres_database,
        "REDIS_URL": valkey.url,
        "SMTP_URL": "smtp://127.0.0.1:9",
        "SECRET_KEY": SECRET,
        "LIVE_TICK_SECONDS": "0.3",
    }
    await open_database(postgres_database)
    async with open_telling() as telling:
        request = await telling.settled()
        after = cursor((await history.newest())[0])
        tom = {"authorization": f"Bearer {telling.town.token(telling.town.tom)}"}
    await close_database()
    one, other = Process(environment, tmp_path), Process(environment, tmp_path)
    stays, flaps = Follower(one, request, after), Follower(other, request, after)
    draw = random.Random(SEED)
    said: list[str] = []
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(httpx.AsyncClient(headers=tom, timeout=PATIENCE))

        async def say(process: Process) -> None:
            said.append(f"Word {len(said)}.")
            asked = {"query": COMMENT, "variables": {"id": request, "body": said[-1]}}
            answer = (await client.post(f"{process.url}/graphql", json=asked)).json()
            assert answer == {"data": {"addComment": {"userErrors": []}}}

        for process in (one, other):
            stack.callback(process.kill)
        await asyncio.gather(one.start(), other.start())
        for follower in (stays, flaps):
            await stack.enter_async_context(at_work(follower.run()))
        for process, follower in ((one, flaps), (other, stays)):  # said at one, heard at the other
            await say(process)
            await follower.until(len(said))
        for _ in range(ROUNDS):
            what = draw.choice(("speak", "speak", "flush", "deafen", "drop", "kill"))
            if what == "flush":
                ask_valkey(valkey.port, "FLUSHALL")
            elif what == "deafen":
                ask_valkey(valkey.port, "CLIENT KILL TYPE pubsub")
            elif what == "drop":
                await flaps.drop()
            elif what == "kill":
                other.kill()
                await say(one)
                await other.start()
            await say(draw.choice((one, other)))
        await stays.until(len(said))
        await flaps.until(len(said))
    assert stays.heard == flaps.heard == said
