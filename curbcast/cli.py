"""`curbcast`: one command for whoever runs it. Each group of commands has a module of its own."""

from __future__ import annotations

import typer

from curbcast.commands import bench, bounces, digest, explaining, importing, mail, mending, people, schema, serving
from curbcast.logs import quieten
from curbcast.wiring import register_all_models

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__, pretty_exceptions_enable=False)

serving.add_to(app)
mending.add_to(app)
explaining.add_to(app)
people.add_to(app)
importing.add_to(app)
schema.add_to(app)
bench.add_to(app)
bounces.add_to(mail.app)
app.add_typer(mail.app, name="mail")
app.add_typer(digest.app, name="digest")


def main() -> None:
    quieten()
    register_all_models()
    app()


if __name__ == "__main__":
    main()
