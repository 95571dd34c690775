"""What an open database holds: its schema as a set of sentences, and rows that fit any schema.

    read_schema() -> Schema     facts     "column vote.id bigint not null", "unique index on person (handle)", …
                                columns   {"person": {"id": "integer", …}, …}
    fill(columns, number)       a row in every table; its values are made of the number, so that keys meet and differ
    rows_of_all(columns)        every row, of these columns

Names of indexes are left out: they say nothing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from casework.database import fetch, is_postgres, transaction

Columns = Mapping[str, Mapping[str, str]]
OURS = "tortoise_migrations"


@dataclass
class Schema:
    facts: set[str] = field(default_factory=set)
    columns: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))

    def add_column(self, table: str, name: str, type_: str, *, required: bool, default: str | None) -> None:
        self.columns[table][name] = type_
        said = f"column {table}.{name} {type_}"
        said += " not null" if required else ""
        self.facts.add(said + (f" default {default}" if default is not None else ""))


async def read_schema() -> Schema:
    return await (_of_postgres() if is_postgres() else _of_sqlite())


async def _of_postgres() -> Schema:
    schema = Schema()
    for row in await fetch(
        'SELECT c.relname AS "table", a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,'
        " a.attnotnull AS required, pg_get_expr(d.adbin, d.adrelid) AS default"
        " FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
        " LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum"
        " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname <> $1"
        " AND a.attnum > 0 AND NOT a.attisdropped",
        OURS,
    ):
        schema.add_column(row["table"], row["name"], row["type"], required=row["required"], default=row["default"])
    for row in await fetch(
        "SELECT indexdef AS sql FROM pg_indexes WHERE schemaname = 'public' AND tablename <> $1", OURS
    ):
        schema.facts.add(_index(row["sql"].replace("public.", "").replace(" USING btree", "")))
    for row in await fetch(
        'SELECT conrelid::regclass::text AS "table", pg_get_constraintdef(oid) AS said FROM pg_constraint'
        " WHERE contype IN ('f', 'c') AND connamespace = 'public'::regnamespace"
    ):
        schema.facts.add(f"{row['table']}: {row['said']}")
    return schema


async def _of_sqlite() -> Schema:
    schema = Schema()
    for row in await fetch("SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name <> $1", OURS):
        if row["type"] == "index" and row["sql"] is not None:
            schema.facts.add(_index(row["sql"]))
        elif row["type"] == "trigger":
            schema.facts.add(f"trigger {row['name']}")
        elif row["type"] == "table" and "VIRTUAL" in row["sql"]:
            schema.facts.add(f"virtual table {row['name']}")
        elif row["type"] == "table" and not row["name"].startswith(("sqlite_", "watch_area_box")):
            await _table_of_sqlite(schema, row["name"])
    return schema


async def _table_of_sqlite(schema: Schema, table: str) -> None:
    for row in await fetch(f"PRAGMA table_info('{table}')"):
        required = bool(row["notnull"] or row["pk"])
        schema.add_column(table, row["name"], row["type"].lower(), required=required, default=row["dflt_value"])
    for row in await fetch(f"PRAGMA foreign_key_list('{table}')"):
        said = f"FOREIGN KEY ({row['from']}) REFERENCES {row['table']}({row['to']}) ON DELETE {row['on_delete']}"
        schema.facts.add(f"{table}: {said}")
    for row in await fetch(f"PRAGMA index_list('{table}')"):
        if row["origin"] in ("u", "pk"):
            names = [each["name"] for each in await fetch(f"PRAGMA index_info('{row['name']}')")]
            schema.facts.add(f"unique index on {table} ({', '.join(names)})")


def _index(sql: str) -> str:
    found = re.fullmatch(r"CREATE (UNIQUE )?INDEX \S+ ON (\w+|\"\w+\")(.+?);?", sql.strip(), re.DOTALL)
    assert found is not None, sql
    unique, table, rest = found.groups()
    rest = " ".join(re.sub(r'["()]', " ", rest).split()).replace(" ,", ",")
    return f"{'unique ' if unique else ''}index on {table.strip(chr(34))} ({rest})"


_START = datetime(2026, 1, 1, tzinfo=UTC)


def _value(type_: str, number: int) -> Any:
    """One that fits the type; another one for another number, where there are as many."""
    if "json" in type_:
        return "[]"
    if type_.startswith("bool"):
        return False
    if type_.startswith("time"):
        return _START + timedelta(minutes=number)
    if type_ in ("bytea", "blob"):
        return b"x"
    return str(number) if "char" in type_ or type_ == "text" else number


async def fill(columns: Columns, number: int) -> None:
    """In one transaction: the keys of each row point to another table's row of the same number."""
    async with transaction():
        await fetch("SET LOCAL session_replication_role = replica" if is_postgres() else "PRAGMA defer_foreign_keys=ON")
        for table, types in columns.items():
            names = ", ".join(f'"{name}"' for name in types)
            marks = ", ".join(f"${n}" for n in range(1, len(types) + 1))
            values = [_value(type_, number) for type_ in types.values()]
            await fetch(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', *values)


async def rows_of_all(columns: Columns) -> dict[str, list[dict[str, Any]]]:
    found = {}
    for table, types in columns.items():
        names = ", ".join(f'"{name}"' for name in types)
        found[table] = await fetch(f'SELECT {names} FROM "{table}" ORDER BY 1, 2')
    return found
