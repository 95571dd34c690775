"""`curbcast schema`: the committed SDL."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import api
from api.schema import print_sdl

SDL = Path(api.__file__).parent / "schema.graphql"


def add_to(app: typer.Typer) -> None:
    app.command("schema")(schema)


def schema(
    check: Annotated[bool, typer.Option("--check", help="Compare with the committed file; change nothing.")] = False,
    write: Annotated[bool, typer.Option("--write", help="Write the committed file.")] = False,
) -> None:
    """Print the GraphQL schema, or hold the committed one against the code."""
    sdl = print_sdl()
    if write:
        SDL.write_text(sdl)
    elif not check:
        typer.echo(sdl, nl=False)
    elif not SDL.exists() or SDL.read_text() != sdl:
        typer.secho("api/schema.graphql is not what the code says; run `curbcast schema --write`.", fg="red", err=True)
        raise typer.Exit(1)
