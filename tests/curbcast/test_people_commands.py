"""What an operator sets up: the first owner, from which everybody else is invited."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from curbcast.cli import app


@pytest.fixture
def cli(sqlite_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("DATABASE_URL", sqlite_database)
    monkeypatch.setenv("CURBCAST_DATA_DIR", str(tmp_path))
    return CliRunner()


def test_the_first_owner_comes_from_the_command_line(cli: CliRunner) -> None:
    assert cli.invoke(app, ["create-person", "rosa", "Rosa Diaz", "rosa@example.org"]).output == "person rosa created\n"
    made = cli.invoke(app, ["create-organization", "springfield", "Town of Springfield", "--owner", "rosa"])
    assert made.output == "organization springfield created, owned by rosa\n"
    again = cli.invoke(app, ["create-organization", "springfield", "Town of Springfield"])
    assert (again.exit_code, "springfield" in again.output) == (1, True)
    nobody = cli.invoke(app, ["create-organization", "ogdenville", "Ogdenville", "--owner", "nobody"])
    assert nobody.exit_code == 2
