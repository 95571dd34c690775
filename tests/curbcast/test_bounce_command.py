"""`curbcast mail bounce`: what a mail server pipes in, and what an operator sees and does about it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from casework.database import close_database, open_database
from tests.notifier.test_reports import report, sent
from tests.telling import open_telling
from tests.town import SECRET


def mail(database: str, folder: Path, *arguments: str, piped: bytes = b"") -> tuple[int, str]:
    settings = {"DATABASE_URL": database, "SECRET_KEY": SECRET, "CURBCAST_DATA_DIR": str(folder)}
    done = subprocess.run(
        [sys.executable, "-m", "curbcast.cli", "mail", *arguments],
        env={**os.environ, **settings},
        input=piped,
        capture_output=True,
        timeout=60,
        check=False,
    )
    lines = [line for line in done.stdout.decode().splitlines() if "[info" not in line]
    return done.returncode, "\n".join(lines)


@pytest.mark.slow
async def test_a_piped_report_suppresses_and_an_operator_releases(sqlite_database: str, tmp_path: Path) -> None:
    await open_database(sqlite_database)
    async with open_telling() as telling:
        mayas, _ = await sent(telling)
    await close_database()
    raw = report("postfix_unknown", mayas)
    code, said = mail(sqlite_database, tmp_path, "bounce", piped=raw + b"x" * 3_000_000)
    assert (code, said.endswith(": dead")) == (0, True)
    assert mail(sqlite_database, tmp_path, "bounce", piped=b"Subject: Lunch?\n\nToday?") == (
        0,
        "Nothing about a mail of ours.",
    )
    assert mail(sqlite_database, tmp_path, "suppressed")[1].split("\t")[:2] == ["maya@example.org", "bounced"]
    assert mail(sqlite_database, tmp_path, "release", "Maya@Example.org") == (0, "maya@example.org gets mail again.")
    assert mail(sqlite_database, tmp_path, "suppressed") == (0, "Mail goes to every address.")
    assert mail(f"sqlite://{tmp_path}/no/such/folder.sqlite3", tmp_path, "bounce", piped=raw)[0] == 75
