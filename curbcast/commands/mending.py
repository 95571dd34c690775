"""`curbcast migrate`, `doctor` and `prune`: what keeps an installation well."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console

from casework.database import close_database, open_database
from casework.migrating import migrate, plan
from curbcast.commands.serving import DataDir
from curbcast.doctor import Finding, State, examine
from curbcast.pruning import prune
from curbcast.settings import load_settings

_COLOURS = {State.FINE: "green", State.DOUBTFUL: "yellow", State.BAD: "red"}


def add_to(app: typer.Typer) -> None:
    app.command("migrate")(migrate_database)
    app.command("doctor")(doctor)
    app.command("prune")(prune_database)


def migrate_database(
    only_plan: Annotated[bool, typer.Option("--plan", help="Say what would be done, as SQL, and do nothing.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Bring the database's schema up to date. Several at once do it once."""
    settings = load_settings(data_dir=data_dir)
    if not only_plan:
        asyncio.run(migrate(settings.database_url, tell=lambda name: typer.echo(f"applying {name}")))
        typer.echo("The schema is up to date.")
        return
    steps = asyncio.run(plan(settings.database_url))
    for step in steps:
        typer.echo(f"-- {step.name}")
        for statement in step.statements:
            typer.echo(statement)
    typer.echo(f"-- {len(steps)} to apply" if steps else "-- The schema is up to date.")


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="One line of JSON for each finding.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Examine everything that an installation needs, and say what to do. Ends with 1 where something is bad."""
    findings = asyncio.run(_examine(data_dir, as_json))
    if any(finding.state is State.BAD for finding in findings):
        raise typer.Exit(1)


async def _examine(data_dir: DataDir, as_json: bool) -> list[Finding]:
    findings = []
    async for finding in examine(load_settings(data_dir=data_dir)):
        findings.append(finding)
        if as_json:
            typer.echo(json.dumps(asdict(finding)))
            continue
        mark = typer.style(f"{finding.state.value:>8}", fg=_COLOURS[finding.state])
        typer.echo(f"{mark}  {finding.what:<12} {finding.seen}")
        if finding.todo:
            typer.echo(f"{'':>24}{finding.todo}")
    return findings


def prune_database(data_dir: DataDir = None) -> None:
    """Delete what is kept no longer, by the KEEP_… settings. Safe at any moment; a worker does it every night."""
    for table, gone in asyncio.run(_prune(data_dir)).items():
        typer.echo(f"{table}: {gone} deleted")


async def _prune(data_dir: DataDir) -> dict[str, int]:
    settings = load_settings(data_dir=data_dir)
    await open_database(settings.database_url)
    try:
        with Console(stderr=True).status("Pruning") as status:
            return await prune(settings, tell=lambda table, gone: status.update(f"Pruning: {gone} of {table}"))
    finally:
        await close_database()
