"""`curbcast import-requests`: a town's history, or a replay of it."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from casework.config import Settings
from casework.database import close_database, open_database
from casework.errors import CaseworkError
from casework.migrating import migrate
from curbcast.importing.progress import shown
from curbcast.importing.run import import_requests
from curbcast.importing.sums import Sums
from curbcast.importing.telling import tell_all
from curbcast.settings import load_settings
from digests.flush import ALL_MAIL
from notifier.doorbell import Doorbell
from notifier.pace import SharedPace
from notifier.transports import transport_for


def add_to(app: typer.Typer) -> None:
    app.command("import-requests")(import_file)


def import_file(
    file: Annotated[Path, typer.Argument(help="CSV, JSON or JSON Lines, each also gzipped.")],
    organization: Annotated[str, typer.Option(help="The organization's slug; made where it is missing.")],
    columns: Annotated[
        list[str] | None, typer.Option("--map", help="ours=theirs, where a column isn't known by itself. Repeat it.")
    ] = None,
    notify: Annotated[bool, typer.Option(help="Send the mails that these events call for.")] = False,
    as_of: Annotated[
        str | None, typer.Option(help="Import what happened before this moment, such as 2011-08-28T06:00:00-04:00.")
    ] = None,
    speed: Annotated[
        float | None, typer.Option(help="Play what comes after at this many times real time (3600: an hour a second).")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="End with one line of JSON that has the sums.")] = False,
    data_dir: Annotated[Path | None, typer.Option(envvar="CURBCAST_DATA_DIR", help="Where state is kept.")] = None,
) -> None:
    """Import requests with their lives. Nobody is notified unless you say so. Running it again doubles nothing."""
    settings = load_settings(data_dir=data_dir)
    try:
        sums = asyncio.run(_import(settings, file, organization, _pairs(columns or []), notify, _moment(as_of), speed))
    except CaseworkError as refusal:
        typer.secho(f"{refusal.field or 'error'}: {refusal.message}", fg="red", err=True)
        raise typer.Exit(1) from refusal
    typer.echo(
        f"{sums.rows:,} rows: {sums.imported:,} imported, {sums.rejected:,} rejected;"
        f" {sums.requests:,} new requests, {sums.events:,} events, {sums.mails:,} mails."
    )
    for kind, outcomes in sums.outcomes.items():
        typer.echo(f"  {kind}: " + ", ".join(f"{count:,} {outcome}" for outcome, count in outcomes.items()))
    if as_json:
        typer.echo(sums.to_json())


async def _import(
    settings: Settings,
    file: Path,
    organization: str,
    columns: dict[str, str],
    notify: bool,
    as_of: datetime | None,
    speed: float | None,
) -> Sums:
    await migrate(settings.database_url)
    await open_database(settings.database_url)
    transport = transport_for(settings)
    doorbell = Doorbell(settings.redis_url) if settings.redis_url is not None else None
    pace = SharedPace(settings, doorbell, transport, ALL_MAIL)
    try:
        with shown(file.name, Console(stderr=True)) as report:
            return await import_requests(
                file,
                organization=organization,
                column_map=columns,
                notify=notify,
                tell=lambda: tell_all(transport, settings, pace),
                as_of=as_of,
                speed=speed,
                report=report,
            )
    finally:
        await transport.close()
        if doorbell is not None:
            await doorbell.close()
        await close_database()


def _pairs(columns: list[str]) -> dict[str, str]:
    pairs = {}
    for each in columns:
        ours, equals, theirs = each.partition("=")
        if not equals:
            raise typer.BadParameter(f"{each!r} should look like ours=theirs.", param_hint="--map")
        pairs[ours.strip()] = theirs.strip()
    return pairs


def _moment(value: str | None) -> datetime | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise typer.BadParameter(f"{value!r} is no moment such as 2011-08-28T06:00:00-04:00.") from error
    if moment.tzinfo is None:
        raise typer.BadParameter(f"{value!r} needs a time zone, as in 2011-08-28T06:00:00-04:00.")
    return moment
