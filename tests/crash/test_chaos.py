"""A short run of `make chaos`: fifty kills under load, and everybody is told, once."""

from __future__ import annotations

import asyncio
import re
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
async def test_fifty_kills_lose_nobody_and_tell_nobody_twice(postgres_database: str) -> None:
    options = ["--kills", "50", "--seed", "1", "--pause", "0.1", "--database", postgres_database]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.chaos", *options, cwd=ROOT, stdout=PIPE, stderr=PIPE
    )
    said, complaint = (each.decode() for each in await process.communicate())
    assert process.returncode == 0, said + complaint
    assert said.startswith("50 kills in ")
    assert re.fullmatch(r"lost 0, twice 0, unknown \d+", said.splitlines()[-1])
