"""Settings for a command, or a clear word about what is wrong with them.

an option  >  the environment (SECRET_KEY=…)  >  a secret's file (/run/secrets/secret_key)  >  the default
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any

import typer
from pydantic import ValidationError
from pydantic_settings import SettingsError

from casework.config import Settings
from notifier.dkim_signature import Signer
from notifier.providers import Providers
from notifier.smtp import SmtpServer


def load_settings(**given: Any) -> Settings:
    """The process's settings; an option that is None was left out. A bad value names itself and ends the command.

    In development, a secret is made on first use and kept in the data directory, so that links in old mails go on
    working. Production must set its own.
    """
    values = {name: value for name, value in given.items() if value is not None}
    data_dir = Path(values.get("data_dir") or os.environ.get("CURBCAST_DATA_DIR") or "var")
    values["data_dir"] = data_dir
    secrets_dir = _secrets_dir()
    if "database_url" not in values and not _is_set("database_url", secrets_dir):
        data_dir.mkdir(parents=True, exist_ok=True)
        values["database_url"] = f"sqlite://{data_dir.resolve()}/curbcast.sqlite3"
    if not _is_set("secret_key", secrets_dir) and os.environ.get("ENVIRONMENT") != "production":
        values["secret_key"] = _own_secret(data_dir)
    try:
        settings = Settings(_secrets_dir=secrets_dir, **values)
        if settings.smtp_url is not None:
            SmtpServer.parse(settings.smtp_url)
        Signer.of(settings)
        Providers.read(settings.provider_limits)
        return settings
    except ValidationError as error:
        for problem in error.errors():
            typer.secho(f"{'.'.join(map(str, problem['loc'])).upper()}: {problem['msg']}", fg="red", err=True)
        raise typer.Exit(2) from error
    except SettingsError as error:
        typer.secho(f"A secret cannot be read: {error.__cause__}", fg="red", err=True)
        raise typer.Exit(2) from error
    except ValueError as error:  # what is wrong with what a setting leads to; it names the setting
        typer.secho(str(error), fg="red", err=True)
        raise typer.Exit(2) from error


def _secrets_dir() -> Path | None:
    """The folder in which Docker and others mount secrets, one file for each setting; None where there is none."""
    folder = Path(os.environ.get("SECRETS_DIR", "/run/secrets"))
    return folder if folder.is_dir() else None


def _is_set(name: str, secrets_dir: Path | None) -> bool:
    return name.upper() in os.environ or (secrets_dir is not None and (secrets_dir / name).is_file())


def _own_secret(data_dir: Path) -> str:
    file = data_dir / "secret"
    if not file.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(48))
    return file.read_text()
