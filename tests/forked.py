"""Scripts as processes of their own that need not import everything first: each is forked from one that did.

await ended(Path("worker.py"), "postgres://…", "24")  ->  0, or -9 for one that was killed
"""

from __future__ import annotations

import asyncio
import multiprocessing
import runpy
import sys
from pathlib import Path

import pytest

from casework.database import apps
from curbcast.wiring import register_all_models

_HEAVY = ("curbcast.one_process", "notifier.transports")
_server = multiprocessing.get_context("forkserver")


async def ended(script: Path, *arguments: str) -> int:
    """How a script that is called with these arguments ends: its exit code, or minus the signal that ended it."""
    register_all_models()
    _server.set_forkserver_preload([*_HEAVY, *(module for app in apps().values() for module in app["models"])])
    process = _server.Process(target=runpy.run_path, args=(str(script),), kwargs={"run_name": "__main__"})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", [str(script), *arguments])  # which a new process takes over
        process.start()
    try:
        await asyncio.to_thread(process.join)
    finally:
        process.kill()
    assert process.exitcode is not None
    return process.exitcode
