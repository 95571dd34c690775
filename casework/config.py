"""Settings from the environment. A bad value names itself and stops the start."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from enum import StrEnum
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

WARM_UP = (50, 100, 200, 400, 800, 1500, 3000, 5000, 8000, 12_000, 18_000, 25_000, 35_000, 50_000)
"""How many mails a new sender may send on each of its first days: twice as many as the day before, then half as many
more, as large providers advise."""


class Gallery(StrEnum):
    """Whom `/mail` is open to: whoever runs the process, on their own machine; staff who sign in; nobody."""

    OPERATOR = "operator"
    STAFF = "staff"
    OFF = "off"


OldKey = Annotated[str, Field(min_length=32)]


class Settings(BaseSettings):
    """One per process, made by the command line and handed down."""

    model_config = SettingsConfigDict(extra="ignore")

    database_url: str = "sqlite://var/curbcast.sqlite3"
    redis_url: str | None = None
    smtp_url: str | None = None
    public_url: str = "http://127.0.0.1:8000"
    secret_key: str = Field(min_length=32)
    old_secret_key: Annotated[tuple[OldKey, ...], NoDecode] = ()
    mail_from: str = "curbcast@localhost"
    bounce_address: str | None = None
    bounce_mailbox: str | None = None
    dkim_key_file: Path | None = None
    dkim_selector: str = Field(default="curbcast", pattern=r"^[A-Za-z0-9]([A-Za-z0-9.-]{0,61}[A-Za-z0-9])?$")
    dkim_domain: str | None = Field(default=None, pattern=r"^[A-Za-z0-9.-]{1,253}$")
    product_name: str = "Curbcast"
    environment: Literal["development", "production"] = "development"
    mail_gallery: Gallery | None = None
    data_dir: Path = Path("var")
    smtp_connections: int = Field(default=8, ge=1, le=256)
    smtp_connections_in_all: int | None = Field(default=None, ge=1)
    mails_per_connection: int = Field(default=1000, ge=1)
    mails_per_second: float | None = Field(default=None, gt=0)
    mail_back_off_seconds: float = Field(default=30.0, ge=0, le=1800)
    provider_limits: Path | None = None
    warm_up_start: date | None = None
    warm_up_ceilings: Annotated[tuple[Annotated[int, Field(ge=1)], ...], NoDecode] = WARM_UP
    unknown_mail: Literal["resend", "never"] = "resend"
    lease_seconds: int = Field(default=300, ge=120)
    relay_tick_seconds: float = Field(default=2.0, gt=0)
    live_tick_seconds: float = Field(default=2.0, gt=0)
    live_queue: int = Field(default=256, ge=8)
    mail_attempts: int = Field(default=24, ge=1)
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["text", "json"] = "text"
    metrics_token: str | None = Field(default=None, min_length=16)
    metrics_port: int | None = Field(default=None, ge=1, le=65535)
    metrics_host: str = "127.0.0.1"
    otel_exporter_otlp_endpoint: str | None = None
    keep_tickets_days: int = Field(default=30, ge=1)
    keep_sessions_days: int = Field(default=30, ge=1)
    keep_attempts_days: int = Field(default=365, ge=1)
    keep_notifications_days: int | None = Field(default=None, ge=60)
    cors_origins: Annotated[tuple[str, ...], NoDecode] = ()
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = ("127.0.0.1", "::1")
    graphiql: bool = True
    trusted_documents: Path | None = None
    public_cache_seconds: int = Field(default=0, ge=0)
    introspection: bool = True
    photo_store: str | None = None
    photo_store_endpoint: str | None = None
    photo_store_region: str | None = None
    photo_store_key: str | None = None
    photo_store_secret: str | None = None
    max_photo_bytes: int = Field(default=15_000_000, ge=1000)
    max_photo_pixels: int = Field(default=50_000_000, ge=1000, le=89_000_000)  # where Pillow begins to warn
    max_request_bytes: int = Field(default=1_000_000, ge=1000)
    max_query_tokens: int = Field(default=2000, ge=100)
    max_query_depth: int = Field(default=15, ge=5)
    max_query_aliases: int = Field(default=30, ge=0)
    max_query_directives: int = Field(default=30, ge=0)
    max_query_cost: int = Field(default=10_000, ge=100)

    @field_validator("public_url", "otel_exporter_otlp_endpoint")
    @classmethod
    def _absolute(cls, value: str | None) -> str | None:
        if value is None:
            return None
        if urlsplit(value).scheme not in ("http", "https") or not urlsplit(value).hostname:
            raise ValueError("must be an absolute web address such as https://requests.example.org")
        return value.rstrip("/")

    @field_validator("cors_origins", "trusted_proxies", "warm_up_ceilings", mode="before")
    @classmethod
    def _list(cls, value: object) -> object:
        """Several, with commas between them."""
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("cors_origins")
    @classmethod
    def _origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        """Origins, or one asterisk for any."""
        for origin in value:
            if origin != "*" and (urlsplit(origin).scheme not in ("http", "https") or origin.rstrip("/") != origin):
                raise ValueError("must be origins such as https://app.example.org, with commas between them")
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        try:
            return tuple(str(ip_network(each)) if "/" in each else str(ip_address(each)) for each in value)
        except ValueError as error:
            raise ValueError("must be addresses or networks such as 10.0.0.7 or 10.1.0.0/16, with commas") from error

    @field_validator("old_secret_key", mode="before")
    @classmethod
    def _old_keys(cls, value: object) -> object:
        """One, or a JSON list of several: a key may hold any character."""
        if not isinstance(value, str):
            return value
        return json.loads(value) if value.startswith("[") else (value,) if value else ()

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str) -> str:
        if urlsplit(value).scheme not in ("postgres", "sqlite"):
            raise ValueError("must look like postgres://user:password@host:5432/name or sqlite:///path/to/file")
        return value

    @field_validator("redis_url")
    @classmethod
    def _redis(cls, value: str | None) -> str | None:
        if value is not None and urlsplit(value).scheme not in ("redis", "rediss", "unix"):
            raise ValueError("must look like redis://host:6379/0")
        return value

    @field_validator("bounce_address")
    @classmethod
    def _plain_address(cls, value: str | None) -> str | None:
        """Its local part is written before a plus and 48 more characters, of the 64 that there may be."""
        if value is not None and not re.fullmatch(r"[a-z0-9._-]{1,16}@[A-Za-z0-9.-]+", value):
            raise ValueError("must look like bounces@mail.example.org, with at most 16 characters before the @")
        return value

    @field_validator("bounce_mailbox")
    @classmethod
    def _mailbox(cls, value: str | None) -> str | None:
        if value is not None and urlsplit(value).scheme not in ("imap", "imaps", "maildir"):
            raise ValueError("must look like imaps://user:password@host/INBOX or maildir:///var/mail/bounces")
        return value

    @field_validator("photo_store")
    @classmethod
    def _photo_store(cls, value: str | None) -> str | None:
        parts = urlsplit(value or "file:///")
        if not {"s3": parts.netloc, "file": parts.path and not parts.netloc}.get(parts.scheme):
            raise ValueError("must look like s3://bucket/prefix or file:///srv/photos")
        return value

    @field_validator("photo_store_endpoint")
    @classmethod
    def _endpoint(cls, value: str | None) -> str | None:
        if value is not None and (urlsplit(value).scheme not in ("http", "https") or not urlsplit(value).hostname):
            raise ValueError("must be a web address such as https://s3.example.org")
        return value

    @field_validator("product_name", "mail_from")
    @classmethod
    def _one_line(cls, value: str) -> str:
        if not value.strip() or not value.isprintable():
            raise ValueError("must be one line of printable characters")
        return value.strip()

    @model_validator(mode="after")
    def _gallery_in_production(self) -> Self:
        if self.environment == "production" and self.mail_gallery is Gallery.OPERATOR:
            raise ValueError("MAIL_GALLERY: in production the gallery is for staff, or off")
        return self

    @property
    def secrets(self) -> tuple[str, ...]:
        """All by which a link may be signed; the first one signs."""
        return (self.secret_key, *self.old_secret_key)

    @property
    def lease(self) -> timedelta:
        return timedelta(seconds=self.lease_seconds)


def is_loopback(host: str) -> bool:
    """Whether a host, by name or number, is this machine seen from itself."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
