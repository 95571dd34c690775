"""`curbcast mail`: what readers will see, from the terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from notifier.assembly import TemplateProblem
from notifier.gate import faults
from notifier.kinds import CATALOGUE
from notifier.lint import problems
from notifier.preview import all_combinations, preview, preview_names, previews
from notifier.templates import files as template_files

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
def lint(
    kinds: Annotated[list[str] | None, typer.Argument(help="Only these kinds (default: all).")] = None,
) -> None:
    """Check every template's MJML, then every mail that can be made: each problem with its file and line, or mail."""
    wanted = set(kinds or preview_names())
    if unknown := wanted - set(preview_names()):
        raise typer.BadParameter(f"There is no kind {', '.join(sorted(unknown))}; see `curbcast mail list`.")
    found = [str(problem) for file in template_files() for problem in problems(file)]
    mails = [each for each in all_combinations() if each[0] in wanted] if not found else []
    for each in track(mails, description="Checking", console=Console(stderr=True), transient=True):
        found += _faults(*each)
    for problem in found:
        typer.secho(problem, fg="red", err=True)
    if found:
        raise typer.Exit(1)
    typer.echo(f"No problems found in {len(template_files())} templates and {len(mails)} mails.")


def _faults(name: str, language: str, case: str, brand: str) -> list[str]:
    try:
        mail = preview(name, language, case, brand)
    except TemplateProblem as problem:
        return [f"{name} ({language}, {case}, {brand}): {problem}"]
    return [f"{mail.title}: {fault}" for fault in faults(mail)]
