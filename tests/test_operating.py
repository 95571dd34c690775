"""What docs/operating.md and deploy/systemd tell an operator to type, the program understands.

And a town that is backed up and restored as the page says goes on where it was.
"""

from __future__ import annotations

import asyncio
import re
import shlex
from asyncio.subprocess import DEVNULL, PIPE
from collections import Counter
from pathlib import Path
from typing import Any

import click
import pytest
from typer.main import get_command

from bench.servers import POSTGRES_PROGRAMS, Server, create_database
from casework.config import Settings
from casework.database import close_database, open_database
from casework.migrating import pending
from casework.requests import ServiceRequest
from curbcast.cli import app
from tests.telling import KeepingTransport, Telling, open_telling
from tests.town import settings

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/operating.md").read_text()
BLOCKS = re.findall(r"```\n(.*?)```", PAGE, re.DOTALL)
UNITS = {unit.stem: unit.read_text() for unit in sorted((ROOT / "deploy/systemd").glob("*.service"))}
KNOWN = {name.upper() for name in Settings.model_fields}
ELSEWHERE = {"SECRETS_DIR", "CURBCAST_DATA_DIR"}


def understood(words: list[str]) -> None:
    """Raises what the program would say of a command that it does not have."""
    command: Any = get_command(app)
    context = click.Context(command)
    while hasattr(command, "get_command"):
        name, *words = words
        command = command.get_command(context, name)
        assert command is not None, name
    command.make_context(command.name, words)


def _lines() -> list[str]:
    return [line.split("  #")[0].strip() for block in BLOCKS for line in block.splitlines()]


def test_each_command_of_the_page_is_one_that_the_program_has() -> None:
    commands = [shlex.split(line)[1:] for line in _lines() if line.startswith("curbcast ")]
    assert {words[0] for words in commands} >= {"migrate", "doctor", "explain", "create-organization"}
    commands += [
        shlex.split(inline)[1:] for inline in re.findall(r"`(curbcast [a-z-]+)`", PAGE) if "explain" not in inline
    ]
    for words in commands:
        understood(words)


def test_each_unit_runs_what_the_program_has_with_settings_that_it_takes() -> None:
    assert set(UNITS) == {"curbcast-api", "curbcast-notifier", "curbcast-digests"}
    for unit in UNITS.values():
        (command,) = re.findall(r"^ExecStart=(.+)$", unit, re.MULTILINE)
        program, *words = shlex.split(command)
        assert program == "/opt/curbcast/.venv/bin/curbcast"
        understood(words)
        (environment,) = re.findall(r"^Environment=(.+)$", unit, re.MULTILINE)
        assert {pair.partition("=")[0] for pair in shlex.split(environment)} - ELSEWHERE <= KNOWN
        secrets = re.findall(r"^LoadCredential=(\w+):/etc/curbcast/secrets/(\w+)$", unit, re.MULTILINE)
        assert [(name, name) for name in ("secret_key", "database_url", "smtp_url")] == secrets
    ports = re.findall(r"METRICS_PORT=(\d+)", "".join(UNITS.values()))
    assert len(set(ports)) == len(ports) == 2
    assert all(f":{port}" in PAGE for port in ports)


def test_the_services_of_the_page_are_the_units_and_its_environment_are_settings() -> None:
    named = {word for line in _lines() if line.startswith("systemctl") for word in line.split() if "curbcast-" in word}
    assert named == set(UNITS)
    given = (ROOT / "deploy/systemd/environment").read_text().splitlines()
    values = dict(line.split("=", 1) for line in given if line and not line.startswith("#"))
    assert set(values) <= KNOWN
    settings(**{name.lower(): value for name, value in values.items()})


async def _done(command: str, **instead: str) -> None:
    """A line of the page, with what differs on this machine put in its place."""
    for name, value in instead.items():
        command = command.replace(name, value)
    program, *words = shlex.split(command)
    process = await asyncio.create_subprocess_exec(
        str(POSTGRES_PROGRAMS / program), *words, stdin=DEVNULL, stdout=PIPE, stderr=PIPE
    )
    _, complaint = await process.communicate()
    assert process.returncode == 0, complaint.decode()


def _line(program: str) -> str:
    (found,) = [line for line in _lines() if line.startswith(f"{program} ")]
    return found


@pytest.mark.slow
async def test_a_restored_town_tells_what_waited_and_keeps_its_links(
    postgres_server: Server, postgres_database: str, tmp_path: Path
) -> None:
    dump = str(tmp_path / "curbcast.dump")
    await open_database(postgres_database)
    async with open_telling() as telling:
        request = await telling.settled()  # mailed before the copy
        await telling.town.done(telling.town.ines, "addComment", requestId=request, body="Me too.")
        copy = _line("pg_dump").replace('"$(cat /etc/curbcast/secrets/database_url)"', postgres_database)
        await _done(copy, **{"curbcast.dump": dump})
        waiting = Counter((mail.recipient, mail.message["Message-ID"]) for mail in await telling.run())
        await telling.town.report(telling.town.ines, summary="After the copy")
    await close_database()
    name = f"restored_{tmp_path.name}"[:60]
    restored = await create_database(postgres_server.url, name)
    target = "postgres://curbcast:PASSWORD@127.0.0.1:5432/restored"
    await _done(_line("pg_restore"), **{target: restored, "curbcast.dump": dump})
    await open_database(restored)
    assert await pending() == []
    again = Telling(telling.town, telling.settings, KeepingTransport())
    mails = await again.run()
    assert Counter((mail.recipient, mail.message["Message-ID"]) for mail in mails) == waiting
    assert {mail.recipient for mail in mails} == {"maya@example.org", "tom@example.org"}
    assert [each.summary for each in await ServiceRequest.all()] == ["A pothole on Elm Street"]
    await close_database()
