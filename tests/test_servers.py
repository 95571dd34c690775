"""The tests' own ground: no way out of this machine, and no server that outlives who started it."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.servers import find_smtp_sink
from casework.actions.membership import create_organization
from casework.database import close_database, open_database
from casework.organizations import Organization
from tests.databases import Databases
from tests.loopback import NotLoopbackError, allowed
from tests.patience import PATIENCE

ROOT = Path(__file__).parents[1]
STARTER = """
import sys
from bench import servers
with getattr(servers, sys.argv[1])() as server:
    print(server.process.pid, flush=True)
    sys.stdin.read()
"""


@pytest.mark.parametrize("host", ["192.0.2.1", "mail.example.org", "::ffff:192.0.2.1", "0.0.0.0"])
async def test_nothing_but_this_machine_can_be_reached(host: str) -> None:
    with socket.socket() as plain, pytest.raises(NotLoopbackError):
        plain.connect((host, 25))
    with pytest.raises(NotLoopbackError):
        await asyncio.open_connection(host, 25)
    assert not allowed(host)
    assert allowed("127.0.0.1")


@pytest.mark.slow
async def test_the_schema_is_in_place_and_each_test_starts_with_no_rows(
    postgres_database: str, databases: Databases
) -> None:
    await open_database(postgres_database)
    first = await create_organization(slug="springfield", name="Springfield")
    await databases.postgres()
    assert await Organization.all().count() == 0
    again = await create_organization(slug="springfield", name="Springfield")
    assert again.id == first.id == 1
    await close_database()


@pytest.fixture
def litter() -> Iterator[Path]:
    """For what a killed process cannot clear away. Not in `tmp_path`, which PostgreSQL's user may not enter."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")
@pytest.mark.parametrize("name", [pytest.param("postgres", marks=pytest.mark.slow), "valkey", "smtp_sink"])
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_server_ends_with_the_process_that_started_it(name: str, end: signal.Signals, litter: Path) -> None:
    if name == "smtp_sink" and find_smtp_sink() is None:
        pytest.skip("smtp-sink is not installed (Debian: apt-get install postfix)")
    with subprocess.Popen(
        [sys.executable, "-c", STARTER, name], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, env={**os.environ, "TMPDIR": str(litter)},
    ) as starter:  # fmt: skip
        assert starter.stdout is not None
        server = os.pidfd_open(int(starter.stdout.readline()))
        try:
            starter.send_signal(end)
            ended, _, _ = select.select([server], [], [], PATIENCE)
            assert ended == [server]
        finally:
            os.close(server)
            starter.kill()
