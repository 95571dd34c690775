"""An import that kills its own process before it closes the n-th request: killed_import.py DATABASE FILE N"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any

from casework.actions import handling
from casework.database import open_database
from curbcast.importing import run
from curbcast.wiring import register_all_models

AT_ONCE = 7


async def main(database: str, file: str, n: int) -> None:
    register_all_models()
    await open_database(database)
    close, closings = handling.close, 0

    async def close_or_die(*args: Any, **kwargs: Any) -> Any:
        nonlocal closings
        closings += 1
        if closings == n:
            os.kill(os.getpid(), signal.SIGKILL)
        return await close(*args, **kwargs)

    handling.close = close_or_die
    run.AT_ONCE = AT_ONCE
    await run.import_requests(Path(file), organization="oldtown")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
