"""A worker that dies in this process: at a named step nothing goes on, and what was not committed is gone.

async with crashing("digests.gather:_own", "before"):
    await telling.run()
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import wraps
from importlib import import_module
from typing import Any

import pytest

STEPS = [
    "casework.ledger:claim",
    "notifier.relay:_insert",
    "casework.ledger:settle",
    "notifier.leases:Queue.claim",
    "notifier.deliver:prepare",
    "notifier.leases:Queue.begin_attempts",
    "tests.telling:KeepingTransport.send",
    "notifier.leases:Queue.settle",
    "notifier.deliver:settle",
    "digests.gather:_make_issues",
    "digests.gather:_own",
    "digests.gather:_move",
    "digests.gather:gather",
    "digests.flush:prepare",
    "digests.flush:_drop",
    "digests.flush:_settle_lines",
    "digests.flush:settle",
]
"""Between any two writes of the pipeline, on both sides of each."""


class Killed(BaseException):
    """A worker's sudden end; nothing in the pipeline may catch it."""


@asynccontextmanager
async def crashing(step: str, when: str) -> AsyncIterator[None]:
    """Whoever comes to the step is killed `before` it or `after` it, with all that it had begun beside it."""
    module_name, _, path = step.partition(":")
    owner: Any = import_module(module_name)
    *parents, name = path.split(".")
    for parent in parents:
        owner = getattr(owner, parent)
    function = getattr(owner, name)

    dead = False

    @wraps(function)
    async def dying(*args: Any, **kwargs: Any) -> Any:
        nonlocal dead
        if when == "after" and not dead:
            await function(*args, **kwargs)
        if dead:
            await asyncio.Event().wait()  # beside the one that was killed first
        dead = True
        raise Killed

    before = asyncio.all_tasks()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(owner, name, dying)
        with suppress(Killed):
            yield
    orphans = asyncio.all_tasks() - before
    for task in orphans:
        task.cancel()
    await asyncio.gather(*orphans, return_exceptions=True)
