"""Opening the database, and the few things that PostgreSQL and SQLite spell differently.

Raw SQL is written with PostgreSQL's `$1` parameters and goes through `fetch`, which translates what SQLite needs.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal, overload

from tortoise import Tortoise, fields
from tortoise.backends.base.client import BaseDBAsyncClient, TransactionalDBClient, TransactionContext
from tortoise.backends.base.config_generator import expand_db_url
from tortoise.backends.base.executor import EXECUTOR_CACHE
from tortoise.connection import get_connection
from tortoise.transactions import in_transaction as tortoise_transaction

CASEWORK_MODELS = (
    "casework.organizations",
    "casework.people",
    "casework.tokens",
    "casework.requests",
    "casework.photos",
    "casework.assigning",
    "casework.work",
    "casework.watching",
    "casework.areas",
    "casework.history",
    "casework.moderation",
    "casework.api_keys",
    "casework.ledger",
)

_models: dict[str, Sequence[str]] = {"casework": CASEWORK_MODELS}


class MomentField(fields.DatetimeField[datetime]):
    """An aware datetime, kept in UTC so that SQLite's text order is time order. Naive datetimes are refused."""

    def to_db_value(self, value: Any, instance: Any) -> Any:
        return super().to_db_value(_in_utc(value, self.model_field_name), instance)


class OptionalMomentField(fields.DatetimeField[datetime | None]):
    """The same, or null."""

    def __init__(self, *, null: Literal[True] = True, **kwargs: Any) -> None:
        super().__init__(null=null, **kwargs)

    def to_db_value(self, value: Any, instance: Any) -> Any:
        return super().to_db_value(_in_utc(value, self.model_field_name), instance)


def _in_utc(value: Any, field: str) -> Any:
    if not isinstance(value, datetime):
        return value
    if value.tzinfo is None:
        raise ValueError(f"{field} was given a naive datetime: {value!r}")
    return value.astimezone(UTC)


def register_models(app: str, modules: Sequence[str]) -> None:
    """Add a package's models (its migrations live in `<app>.migrations`); called once, by curbcast.wiring."""
    _models[app] = tuple(modules)


def apps() -> dict[str, dict[str, Any]]:
    """Each package's models and migrations, as Tortoise wants to be told."""
    return {
        app: {"models": list(modules), "default_connection": "default", "migrations": f"{app}.migrations"}
        for app, modules in _models.items()
    }


def tortoise_config(url: str) -> dict[str, Any]:
    """The configuration of Tortoise and of its migrations for a database URL (postgres:// or sqlite://)."""
    return {
        "connections": {"default": _connection(url)},
        "apps": apps(),
        "use_tz": True,
        "timezone": "UTC",
    }


def _connection(url: str) -> dict[str, Any]:
    found: dict[str, Any] = expand_db_url(url)
    if found["engine"].endswith("asyncpg"):
        found["credentials"]["reset"] = _as_it_is
    return found


async def _as_it_is(connection: object) -> None:
    """How a connection goes back to the pool. Ours set nothing that outlives a transaction (an open one is rolled back
    before this), and asyncpg's own clean-up would be one more statement for each of ours."""


async def open_database(url: str) -> None:
    """Connect (lazily) to `url` for this process and every task in it."""
    # Tortoise remembers statements by the connection's name, in the dialect of the database that had it before.
    EXECUTOR_CACHE.clear()
    await Tortoise.init(config=tortoise_config(url), _enable_global_fallback=True)
    if not is_postgres():
        await connection().execute_script("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;")


async def close_database() -> None:
    await Tortoise.close_connections()


def connection() -> BaseDBAsyncClient:
    """The connection in use: the surrounding transaction's, where there is one."""
    return get_connection("default")


def is_postgres() -> bool:
    return connection().capabilities.dialect == "postgres"


def transaction() -> TransactionContext:
    """A transaction; within another one, a savepoint."""
    return tortoise_transaction("default")


def require_transaction() -> None:
    """Locks and ledger rows outside a transaction would silently guard nothing."""
    if not isinstance(connection(), TransactionalDBClient):
        raise RuntimeError("this must happen inside a transaction")


def any_of(parameter: str, type_: str = "bigint") -> str:
    """SQL for "is one of the list `parameter`", to be written after a column's name."""
    if is_postgres():
        return f"= ANY({parameter}::{type_}[])"
    return f"IN (SELECT value FROM json_each({parameter}))"


def rows_of(parameter: str, **columns: str) -> str:
    """SQL for a table made of a JSON list of objects: `FROM {rows_of("$1", id="bigint", state="text")} AS given`."""
    if is_postgres():
        # Through text: asyncpg would encode a jsonb parameter once more.
        types = ", ".join(f"{name} {type_}" for name, type_ in columns.items())
        return f"(SELECT * FROM jsonb_to_recordset({parameter}::text::jsonb) AS each({types}))"
    picked = ", ".join(f"json_extract(value, '$.{name}') AS {name}" for name in columns)
    return f"(SELECT {picked} FROM json_each({parameter}))"


def as_rows(rows: Sequence[Mapping[str, Any]]) -> str:
    """The value to give for the parameter of `rows_of`."""
    return json.dumps(list(rows), default=_for_sqlite, separators=(",", ":"))


async def fetch(sql: str, *values: Any) -> list[dict[str, Any]]:
    """Run one statement with `$1`-style parameters; rows as dicts. Lists go with `any_of`."""
    if is_postgres():
        return await connection().execute_query_dict(sql, list(values))
    return await connection().execute_query_dict(re.sub(r"\$(\d+)", r"?\1", sql), [_for_sqlite(v) for v in values])


def _for_sqlite(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(" ")
    if isinstance(value, (list, tuple)):
        return json.dumps(value)
    return value


@overload
def moment(value: datetime | str) -> datetime: ...
@overload
def moment(value: datetime | str | None) -> datetime | None: ...
def moment(value: datetime | str | None) -> datetime | None:
    """A raw column's time: PostgreSQL answers datetimes, SQLite the text they are kept as."""
    return datetime.fromisoformat(value) if isinstance(value, str) else value
