"""`curbcast mail`: what readers will see, from the terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from notifier.kinds import CATALOGUE
from notifier.lint import problems
from notifier.preview import previews
from notifier.templates import kinds as template_names

app = typer.Typer(no_args_is_help=True, help="List, preview and check the mail templates.")


@app.command("list")
def list_kinds() -> None:
    """Every kind of mail, what sets it off, and its default."""
    table = Table("kind", "what it is", "event", "default")
    for kind in CATALOGUE:
        table.add_row(kind.key, kind.label, ", ".join(event.__name__ for event in kind.events), kind.default.value)
    Console().print(table)


@app.command("preview")
def preview_all(
    out: Annotated[Path, typer.Option(help="Where to write the files.")] = Path("var/mail-preview"),
) -> None:
    """Write every kind in every language as html, text and eml: `<kind>.<language>.html`."""
    out.mkdir(parents=True, exist_ok=True)
    written = 0
    for mail in track(list(previews()), description="Rendering", console=Console(stderr=True), transient=True):
        stem = out / f"{mail.kind}.{mail.language}"
        stem.with_name(f"{stem.name}.html").write_text(mail.rendered.html)
        stem.with_name(f"{stem.name}.txt").write_text(mail.rendered.text)
        stem.with_name(f"{stem.name}.eml").write_bytes(mail.eml)
        written += 1
    typer.echo(f"{written} mails in {out}")


@app.command("lint")
def lint() -> None:
    """Check every template's MJML; each problem with its file and line."""
    found = [problem for name in template_names() for problem in problems(f"{name}.mjml")]
    for problem in found:
        typer.secho(str(problem), fg="red", err=True)
    if found:
        raise typer.Exit(1)
    typer.echo("No problems found.")
