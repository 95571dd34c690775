"""`curbcast mail bounce` and its like: mail that comes back, and the addresses that get none any more."""

from __future__ import annotations

import asyncio
import sys
from typing import Annotated

import typer

from api.pages.receipts import receipts_key
from casework import text
from casework.database import close_database, open_database, transaction
from curbcast.commands.people import run
from curbcast.settings import load_settings
from notifier.bounce_mailbox import fetch_reports
from notifier.provider_receipts import PROVIDERS
from notifier.receipts import Proven, take_in
from notifier.reports import READ_AT_MOST
from notifier.suppression import Suppression, lift

_TRY_AGAIN = 75
"""EX_TEMPFAIL: the mail server keeps the report and comes again."""

_CHUNK = 65_536


def add_to(app: typer.Typer) -> None:
    app.command("bounce")(bounce)
    app.command("suppressed")(suppressed)
    app.command("release")(release)
    app.command("webhooks")(webhooks)


def bounce(
    fetch: Annotated[bool, typer.Option("--fetch", help="Empty BOUNCE_MAILBOX instead of reading one report.")] = False,
) -> None:
    """Take in a delivery report or a complaint from standard input, as a mail server pipes it.

    What is no report, or not about a mail of ours, changes nothing and is no error. Where the database is away the
    answer is 75, so that the mail server tries again.
    """
    settings = load_settings()
    if fetch:
        run(_fetched())
        return
    raw = sys.stdin.buffer.read(READ_AT_MOST)
    while sys.stdin.buffer.read(_CHUNK):  # whoever pipes it wants to see all of it read
        pass

    async def take() -> Proven | None:
        await open_database(settings.database_url)
        try:
            return await take_in(settings, raw)
        finally:
            await close_database()

    try:
        proven = asyncio.run(take())
    except Exception as error:
        typer.secho(f"Not taken in, try again: {error}", fg="red", err=True)
        raise typer.Exit(_TRY_AGAIN) from error
    typer.echo(f"{proven.mail}: {proven.verdict.value}" if proven is not None else "Nothing about a mail of ours.")


async def _fetched() -> str:
    settings = load_settings()
    if settings.bounce_mailbox is None:
        raise typer.BadParameter("BOUNCE_MAILBOX is not set.", param_hint="--fetch")
    return f"{await fetch_reports(settings)} reports about mails of ours."


def webhooks() -> None:
    """Print where mail providers post what became of mails. These addresses are secrets."""
    settings = load_settings()
    for provider in PROVIDERS:
        key = receipts_key(settings, provider)
        if provider == "ours":
            typer.echo(f"signed\t{settings.public_url}/receipts\tkey {key}")
        else:
            typer.echo(f"{provider}\t{settings.public_url}/receipts/{provider}/{key}")


def suppressed() -> None:
    """List the addresses that get no mail, or none for now, with cause and date."""
    run(_listed())


async def _listed() -> str:
    rows = await Suppression.all().order_by("id")
    lines = [
        f"{row.address}\t{row.cause.value}\tsince {row.created_at:%Y-%m-%d}\t"
        + (f"until {row.until:%Y-%m-%d %H:%M} UTC" if row.until is not None else "for good")
        for row in rows
    ]
    return "\n".join(lines) or "Mail goes to every address."


def release(address: Annotated[str, typer.Argument(help="The address that is to get mail again")]) -> None:
    """Send mail to an address again, from now on."""
    run(_released(address))


async def _released(address: str) -> str:
    normalized = text.address(address, "address")
    async with transaction():
        lifted = await lift(normalized)
    return f"{normalized} gets mail again." if lifted else f"Nothing was in the way of {normalized}."
