"""The least that a server of sockets can do: `websockets`, and one text to the first so many who came.

Whoever says a text has it answered and sent to the audience: `python -m bench.plain_broadcast PORT AUDIENCE`.
"""

from __future__ import annotations

import asyncio
import sys

import uvloop
from websockets.asyncio.server import ServerConnection, broadcast, serve
from websockets.typing import Subprotocol

from bench.sockets import PROTOCOL


async def _serve(port: int, audience: int) -> None:
    everybody: list[ServerConnection] = []

    async def serve_one(connection: ServerConnection) -> None:
        everybody.append(connection)
        async for text in connection:
            await connection.send("said")
            broadcast(everybody[:audience], text)

    async with serve(serve_one, "127.0.0.1", port, subprotocols=[Subprotocol(PROTOCOL)], compression=None):
        await asyncio.Future()


if __name__ == "__main__":
    uvloop.run(_serve(int(sys.argv[1]), int(sys.argv[2])))
