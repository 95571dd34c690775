"""A worker that dies where it is told to: `python worker.py DATABASE SMTP_URL HOURS [STEP WHEN]`, in its own process.

It tells and mails all that is due, HOURS after now, and exits. With a step such as `notifier.leases:Queue.settle` and
`before` or `after`, it kills itself (SIGKILL) when it first comes there.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import wraps
from importlib import import_module
from typing import Any

from casework import clock
from casework.actions import deadlines
from casework.config import Settings
from casework.database import close_database, open_database
from curbcast.wiring import register_all_models
from digests.flush import flush_due
from digests.gather import gather_due
from notifier import relay, rescue
from notifier.deliver import deliver_due
from notifier.transports import transport_for


def die_at(step: str, when: str) -> None:
    """Patch a function so that the process is killed before it begins or after it has returned."""
    module_name, _, path = step.partition(":")
    owner: Any = import_module(module_name)
    *parents, name = path.split(".")
    for parent in parents:
        owner = getattr(owner, parent)
    function: Callable[..., Awaitable[Any]] = getattr(owner, name)

    @wraps(function)
    async def dying(*args: Any, **kwargs: Any) -> Any:
        if when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = await function(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, name, dying)


async def work(database: str, smtp_url: str, hours: float) -> None:
    moved = timedelta(hours=hours)
    clock.now = lambda: datetime.now(UTC) + moved
    settings = Settings(secret_key="x" * 32, database_url=database, smtp_url=smtp_url)
    register_all_models()
    await open_database(database)
    transport = transport_for(settings)
    while await deadlines.ring_clocks():
        pass
    await relay.stamp()
    while await relay.tell_due(lease=settings.lease):
        pass
    await rescue.rescue_bulks()
    while await deliver_due(transport, settings):
        pass
    while await gather_due():
        pass
    while await flush_due(transport, settings):
        pass
    await transport.close()
    await close_database()


if __name__ == "__main__":
    if len(sys.argv) > 4:
        die_at(sys.argv[4], sys.argv[5])
    asyncio.run(work(sys.argv[1], sys.argv[2], float(sys.argv[3])))
