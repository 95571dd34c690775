"""`curbcast bench`: the benchmarks of `bench/`, which come with a checkout and not with an installation."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

_FOLDER = Path(__file__).parents[2] / "bench"


def add_to(app: typer.Typer) -> None:
    app.command("bench")(bench)


def bench(name: Annotated[str | None, typer.Argument(help="Which one; all of them if left out.")] = None) -> None:
    """Measure ours beside something else; prints a table and ends with one line of JSON."""
    known = sorted(path.stem for path in _FOLDER.glob("*.py") if "def main(" in path.read_text())
    if name is not None and name not in known:
        typer.secho(f"There is no benchmark {name}; there are {', '.join(known)}.", fg="red", err=True)
        raise typer.Exit(2)
    for each in [name] if name else known:
        import_module(f"bench.{each}").main()
