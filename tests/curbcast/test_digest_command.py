"""`curbcast digest`: what would go to somebody, and sending what is due, from the terminal."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from casework import clock
from casework.database import close_database, fetch, open_database
from curbcast.cli import app
from digests.issues import Issue
from notifier.held import choose
from notifier.notifications import State
from notifier.preferences import Cadence
from tests.telling import open_telling
from tests.town import SECRET


def curbcast(database: str, folder: Path, *arguments: str) -> Result:
    """Run a command in a loop of its own, as in a process of its own but without the time that takes to start."""
    settings = {"DATABASE_URL": database, "SECRET_KEY": SECRET, "CURBCAST_DATA_DIR": str(folder)}
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(CliRunner().invoke, app, arguments, env=settings).result()


def mails_to(name: str, folder: Path) -> list[bytes]:
    """What was captured for an address that begins so."""
    return [path.read_bytes() for path in folder.rglob(f"*{name}@*") if path.is_file()]


@pytest.fixture
async def waiting(database: str) -> str:
    """The URL of a database in which a closing waits for Maya's digest."""
    await open_database(database)
    async with open_telling() as telling:
        town = telling.town
        await choose(f"person:{town.maya.id}", "request_closed", Cadence.DAILY)
        request = await telling.settled(categoryId=town.id_of(town.lights), summary="Lamp 7 is dark")
        await telling.after(town.tom, "closeRequest", requestId=request, comment="New bulb.")
    await close_database()
    return database


async def test_a_preview_prints_the_mail_and_sends_nothing(waiting: str, tmp_path: Path) -> None:
    done = curbcast(waiting, tmp_path, "digest", "preview", "maya")
    assert done.exit_code == 0, done.stderr
    assert done.stdout.startswith("Subject: Tom Baker closed this request: Lamp 7 is dark (#1)\n\nHello Maya Ortiz,\n")
    assert curbcast(waiting, tmp_path, "digest", "preview", "maya", "--html").stdout.endswith("</html>\n")
    nothing = curbcast(waiting, tmp_path, "digest", "preview", "ines")
    assert nothing.stdout.startswith("Nothing waits for ines.")
    nobody = curbcast(waiting, tmp_path, "digest", "preview", "nobody")
    assert nobody.exit_code != 0
    assert "There is no person nobody." in nobody.stderr
    assert mails_to("maya", tmp_path) == []


async def test_a_run_sends_what_is_due_and_only_once(waiting: str, tmp_path: Path) -> None:
    assert curbcast(waiting, tmp_path, "digest", "run").stdout == "0 digests were due.\n"
    await open_database(waiting)
    past = clock.now() - timedelta(minutes=1)
    await fetch("UPDATE notification SET held_until = $1 WHERE held_until IS NOT NULL", past)
    await close_database()
    for expected in ("1 digests were due.\n", "0 digests were due.\n"):
        done = curbcast(waiting, tmp_path, "digest", "run")
        assert (done.stdout, done.exit_code) == (expected, 0), done.stderr
    (mail,) = mails_to("maya", tmp_path)
    assert b"X-Curbcast-Kind: digest" in mail
    await open_database(waiting)
    assert (await Issue.get()).state is State.SENT
    await close_database()
