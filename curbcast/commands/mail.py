"""`curbcast mail`: what readers will see, from the terminal."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from api.app import build_app
from api.pages.gallery import gallery_routes
from api.pages.gallery.showing import as_seen
from api.pages.html import STATIC
from casework.config import Settings
from casework.database import close_database, open_database
from casework.errors import CaseworkError
from casework.migrating import migrate
from casework.text import address as checked_address
from curbcast.listening import server_for
from curbcast.screenshots import SEEN, find_chromium, side_by_side, take
from curbcast.settings import load_settings
from notifier.assembly import TemplateProblem
from notifier.gate import faults
from notifier.kinds import CATALOGUE
from notifier.lint import problems
from notifier.odd_samples import PLAIN
from notifier.outcome import Outcome
from notifier.preview import BRANDS, addressed, all_combinations, preview, preview_names, samples_of
from notifier.templates import files as template_files
from notifier.transports import transport_for
from notifier.words import languages

app = typer.Typer(no_args_is_help=True, help="List, preview, check and try the mail templates.")

T = TypeVar("T")


@app.command("list")
def list_kinds() -> None:
    """Every kind of mail, what sets it off, and its default."""
    table = Table("kind", "what it is", "event", "default")
    for kind in CATALOGUE:
        table.add_row(kind.key, kind.label, ", ".join(event.__name__ for event in kind.events), kind.default.value)
    Console().print(table)


Kinds = Annotated[list[str] | None, typer.Argument(help="Only these kinds (default: all).")]
Language = Annotated[str, typer.Option(help="The reader's language.")]
Case = Annotated[str, typer.Option("--case", help="One of the kind's cases, such as `long`.")]
Brand = Annotated[str, typer.Option(help=f"One of {', '.join(BRANDS)}.")]


@app.command("preview")
def preview_all(
    kinds: Kinds = None,
    out: Annotated[Path, typer.Option(help="Where to write the files.")] = Path("var/mail-preview"),
    screenshot: Annotated[
        bool,
        typer.Option(
            "--screenshot", help="PNGs, too: desktop, phone, both dark, and all of them side by side. Needs Chromium."
        ),
    ] = False,
) -> None:
    """Write mails in every language as html, text and eml: `<kind>.<language>.html`."""
    wanted = _known(kinds)
    browser = find_chromium() if screenshot else None
    if screenshot and browser is None:
        raise typer.BadParameter("There is no Chromium on this machine.", param_hint="--screenshot")
    out.mkdir(parents=True, exist_ok=True)
    mails = [preview(name, language) for name in wanted for language in languages()]
    for mail in _told(mails, "Writing"):
        stem = f"{mail.kind}.{mail.language}"
        (out / f"{stem}.html").write_text(mail.rendered.html, encoding="utf-8")
        (out / f"{stem}.txt").write_text(mail.rendered.text, encoding="utf-8")
        (out / f"{stem}.eml").write_bytes(mail.eml)
        if browser is not None:
            pictures = {view: out / f"{stem}.{view}.png" for view in SEEN}
            for view, picture in pictures.items():
                take(browser, as_seen(mail, dark=view.endswith("dark")), picture, width=SEEN[view])
            side_by_side(list(pictures.values()), out / f"{stem}.png")
    typer.echo(f"{len(mails)} mails in {out}")


@app.command("send-test")
def send_test(
    kind: Annotated[str, typer.Argument(help="A kind, `bundle` or `digest`.")],
    to: Annotated[str, typer.Argument(help="The one address that gets it.")],
    language: Language = "en",
    case: Case = PLAIN,
    brand: Brand = "marlow",
) -> None:
    """Send one sample mail to one address, by SMTP_URL; without it, the mail is captured."""
    _known([kind])
    if language not in languages():
        raise typer.BadParameter(f"There is no catalogue for {language}.", param_hint="--language")
    if case not in (PLAIN, *samples_of(kind)):
        raise typer.BadParameter(f"{kind} has the cases {', '.join(samples_of(kind))}.", param_hint="--case")
    if brand not in BRANDS:
        raise typer.BadParameter(f"There are {', '.join(BRANDS)}.", param_hint="--brand")
    try:
        address = checked_address(to, "to")
    except CaseworkError as refused:
        raise typer.BadParameter(refused.message, param_hint="to") from refused
    settings = load_settings()
    outcome = asyncio.run(_send(settings, addressed(preview(kind, language, case, brand), address, settings), address))
    told = f"{address}: {outcome.state} {outcome.code or ''} {outcome.detail}".strip()
    if outcome.state != "sent":
        typer.secho(told, fg="red", err=True)
        raise typer.Exit(1)
    typer.echo(told)


async def _send(settings: Settings, message: bytes, address: str) -> Outcome:
    transport = transport_for(settings)
    try:
        return await transport.send(message, sender=settings.mail_from, recipient=address)
    finally:
        await transport.close()


@app.command("gallery")
def gallery(
    port: Annotated[int, typer.Option(envvar="PORT", help="The port to listen on, on this machine.")] = 8001,
    data_dir: Annotated[Path | None, typer.Option(envvar="CURBCAST_DATA_DIR", help="Where state is kept.")] = None,
) -> None:
    """Serve `/mail` alone: every mail side by side, shown anew when a template is saved."""
    settings = load_settings(data_dir=data_dir, public_url=f"http://127.0.0.1:{port}")
    asyncio.run(_serve(settings, port))


async def _serve(settings: Settings, port: int) -> None:
    await migrate(settings.database_url)
    await open_database(settings.database_url)
    transport = transport_for(settings)
    try:
        routes = [STATIC, *gallery_routes(settings, operator=True, transport=transport)]
        server = server_for(build_app(settings, extra_routes=routes), settings, host="127.0.0.1", port=port)
        typer.echo(f"Every mail: {settings.public_url}/mail  (Ctrl-C stops it)")
        await server.serve()
    finally:
        await transport.close()
        await close_database()


@app.command("lint")
def lint(
    kinds: Kinds = None,
) -> None:
    """Check every template's MJML, then every mail that can be made: each problem with its file and line, or mail."""
    wanted = _known(kinds)
    found = [str(problem) for file in template_files() for problem in problems(file)]
    mails = [each for each in all_combinations() if each[0] in wanted] if not found else []
    for each in _told(mails, "Checking"):
        found += _faults(*each)
    for problem in found:
        typer.secho(problem, fg="red", err=True)
    if found:
        raise typer.Exit(1)
    typer.echo(f"No problems found in {len(template_files())} templates and {len(mails)} mails.")


def _known(kinds: list[str] | None) -> list[str]:
    """The kinds that are asked for, all where none is."""
    if unknown := sorted(set(kinds or []) - set(preview_names())):
        raise typer.BadParameter(f"There is no kind {', '.join(unknown)}; see `curbcast mail list`.")
    return kinds or preview_names()


def _told(things: Sequence[T], doing: str) -> Iterable[T]:
    return track(things, description=doing, console=Console(stderr=True), transient=True)


def _faults(name: str, language: str, case: str, brand: str) -> list[str]:
    try:
        mail = preview(name, language, case, brand)
    except TemplateProblem as problem:
        return [f"{name} ({language}, {case}, {brand}): {problem}"]
    return [f"{mail.title}: {fault}" for fault in faults(mail)]
