"""Processes of an installation, and what they take: memory and processor time, by /proc."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.servers import Server

_TICK = os.sysconf("SC_CLK_TCK")


def settings_of(folder: Path, *, database: str, valkey: Server, sink: Server) -> dict[str, str]:
    """The environment of an installation that keeps its state in `folder` and says only what is wrong."""
    return {
        "DATABASE_URL": database,
        "REDIS_URL": valkey.url,
        "SMTP_URL": f"{sink.url}?starttls=never",
        "SECRET_KEY": "x" * 40,
        "SECRETS_DIR": str(folder / "none"),
        "CURBCAST_DATA_DIR": str(folder / "var"),
        "LOG_LEVEL": "warning",
    }


@contextmanager
def running(name: str, arguments: list[str], environment: dict[str, str], folder: Path) -> Iterator[int]:
    """`curbcast` with these arguments, until the block ends; its process's id. What it says is in `folder`."""
    with (folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "curbcast.cli", *arguments],
            env={**os.environ, **environment},
            stdout=log,
            stderr=log,
        )
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait()


def resident_mb(pid: int) -> int:
    (line,) = [each for each in Path(f"/proc/{pid}/status").read_text().splitlines() if each.startswith("VmRSS")]
    return int(line.split()[1]) // 1024


def processor_seconds(pid: int) -> float:
    """Of a process, its children and those that have ended: PostgreSQL's connections are children."""
    below = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return _own_seconds(pid) + sum(_own_seconds(int(each)) for each in below)


def _own_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(each) for each in fields[11:15]) / _TICK
