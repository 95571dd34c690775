"""An API in its own process: `python api_process.py DATABASE [hold]`. It says where it is, and serves until killed.

With `hold` it does what a mutation asks for, says `half-way`, and never comes to the commit.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence

from api import transaction
from api.app import build_app
from casework.database import open_database
from curbcast.logs import quieten
from curbcast.wiring import register_all_models
from tests.serving import serving
from tests.town import settings


def hold_half_way() -> None:
    done = transaction._run

    async def held(act: Callable[[], Awaitable[Sequence[int]]]) -> transaction.Answer:
        await done(act)
        print("half-way", flush=True)
        return await asyncio.Future()

    transaction._run = held


async def serve(database: str) -> None:
    register_all_models()
    await open_database(database)
    config = settings(database_url=database)
    quieten()  # to stderr; stdout says where it is
    async with serving(build_app(config)) as url:
        print(url, flush=True)
        await asyncio.Future()


if __name__ == "__main__":
    if "hold" in sys.argv[2:]:
        hold_half_way()
    asyncio.run(serve(sys.argv[1]))
