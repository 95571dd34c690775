"""Settings for a command: from the environment, or a clear word about what is wrong with it."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any

import typer
from pydantic import ValidationError

from casework.config import Settings
from notifier.smtp import SmtpServer


def load_settings(**given: Any) -> Settings:
    """The process's settings; options of the command line win. A bad value names itself and ends the command.

    In development, a secret is made on first use and kept in the data directory, so that links in old mails go on
    working. Production must set its own.
    """
    values = {name: value for name, value in given.items() if value is not None}
    data_dir = Path(values.get("data_dir") or os.environ.get("CURBCAST_DATA_DIR") or "var")
    values["data_dir"] = data_dir
    if "DATABASE_URL" not in os.environ and "database_url" not in values:
        data_dir.mkdir(parents=True, exist_ok=True)
        values["database_url"] = f"sqlite://{data_dir.resolve()}/curbcast.sqlite3"
    if "SECRET_KEY" not in os.environ and os.environ.get("ENVIRONMENT") != "production":
        values["secret_key"] = _own_secret(data_dir)
    try:
        settings = Settings(**values)
        if settings.smtp_url is not None:
            SmtpServer.parse(settings.smtp_url)
        return settings
    except ValidationError as error:
        for problem in error.errors():
            typer.secho(f"{'.'.join(map(str, problem['loc'])).upper()}: {problem['msg']}", fg="red", err=True)
        raise typer.Exit(2) from error
    except ValueError as error:  # what is wrong with SMTP_URL, which names itself
        typer.secho(str(error), fg="red", err=True)
        raise typer.Exit(2) from error


def _own_secret(data_dir: Path) -> str:
    file = data_dir / "secret"
    if not file.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(48))
    return file.read_text()
