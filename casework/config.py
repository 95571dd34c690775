"""Settings from the environment. A bad value names itself and stops the start."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """One per process, made by the command line and handed down."""

    model_config = SettingsConfigDict(extra="ignore", secrets_dir=None)

    database_url: str = "sqlite://var/curbcast.sqlite3"
    redis_url: str | None = None
    smtp_url: str | None = None
    public_url: str = "http://127.0.0.1:8000"
    secret_key: str = Field(min_length=32)
    mail_from: str = "curbcast@localhost"
    product_name: str = "Curbcast"
    environment: Literal["development", "production"] = "development"
    data_dir: Path = Path("var")
    smtp_connections: int = Field(default=8, ge=1, le=256)
    mails_per_connection: int = Field(default=1000, ge=1)
    unknown_mail: Literal["resend", "never"] = "resend"
    lease_seconds: int = Field(default=120, ge=5)
    relay_tick_seconds: float = Field(default=2.0, gt=0)
    mail_attempts: int = Field(default=12, ge=1)

    @field_validator("public_url")
    @classmethod
    def _absolute(cls, value: str) -> str:
        if urlsplit(value).scheme not in ("http", "https") or not urlsplit(value).hostname:
            raise ValueError("must be an absolute web address such as https://requests.example.org")
        return value.rstrip("/")

    @field_validator("product_name", "mail_from")
    @classmethod
    def _one_line(cls, value: str) -> str:
        if not value.strip() or not value.isprintable():
            raise ValueError("must be one line of printable characters")
        return value.strip()

    @property
    def lease(self) -> timedelta:
        return timedelta(seconds=self.lease_seconds)
