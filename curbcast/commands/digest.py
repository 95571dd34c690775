"""`curbcast digest`: what would go to somebody, and what is due now."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from casework.people import Person
from curbcast.commands.people import run
from curbcast.settings import load_settings
from digests.flush import ALL_MAIL
from digests.jobs import send_due
from digests.now import next_digest_at, preview_digest
from notifier.doorbell import Doorbell
from notifier.pace import SharedPace
from notifier.transports import transport_for

app = typer.Typer(no_args_is_help=True, help="Preview a digest, or send those that are due.")


@app.command("preview")
def preview(
    handle: Annotated[str, typer.Argument(help="The reader's handle")],
    html: Annotated[bool, typer.Option("--html", help="The HTML part instead of the text.")] = False,
) -> None:
    """Print the digest that would go to a person now. Sends nothing and changes nothing."""
    run(_preview(handle, html))


async def _preview(handle: str, html: bool) -> str:
    person = await Person.get_or_none(handle=handle, closed_at__isnull=True)
    if person is None:
        raise typer.BadParameter(f"There is no person {handle}.", param_hint="handle")
    rendered = await preview_digest(person, load_settings())
    if rendered is not None:
        return rendered.html if html else f"Subject: {rendered.subject}\n\n{rendered.text}".rstrip("\n")
    at = await next_digest_at(person)
    return f"Nothing waits for {handle}." + (f" Their next digest would go at {at.isoformat()}." if at else "")


@app.command("run")
def run_due() -> None:
    """Gather and send what is due, until nothing is. Safe at any moment, also beside a running worker."""
    run(_run_due())


async def _run_due() -> str:
    settings = load_settings()
    transport = transport_for(settings)
    doorbell = Doorbell(settings.redis_url) if settings.redis_url is not None else None
    try:
        with Console(stderr=True).status("Sending digests"):
            sent = await send_due(transport, settings, pace=SharedPace(settings, doorbell, transport, ALL_MAIL))
            return f"{sent} digests were due."
    finally:
        await transport.close()
        if doorbell is not None:
            await doorbell.close()
