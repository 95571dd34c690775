"""Migrations one after the other, with rows in the tables: nothing is lost on the way, and the end is what models say.

During an upgrade the code of before runs on the schema of after, until its processes are restarted. So a migration only
adds, and what it adds asks nothing of those who don't know of it: docs/operating.md tells how something is taken away.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from tortoise import Tortoise

from bench.servers import create_database
from casework.database import close_database, fetch, open_database
from casework.migrating import migrate, pending, steps_done
from curbcast.wiring import register_all_models
from tests.databases import Databases
from tests.schema import Schema, fill, read_schema, rows_of_all

FIRST_SCHEMA = "0002_partial_indexes"
"""The first schema came in two steps, and no code ran between them."""

TAKEN_AWAY: dict[str, set[str]] = {}
"""By migration, the facts that it ends, as `tests.schema` says them: nothing in the release before uses them."""


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.slow)])
async def empty(request: pytest.FixtureRequest, databases: Databases, tmp_path: Path) -> AsyncIterator[list[str]]:
    """Two databases without a schema."""
    register_all_models()
    names = [f"{tmp_path.name[-40:]}_{n}" for n in (1, 2)]
    if request.param == "sqlite":
        yield [f"sqlite://{tmp_path / name}.sqlite3" for name in names]
    else:
        yield [await create_database(databases.server().url, name) for name in names]
    await close_database()


def _without(schema: Schema, gone: set[str]) -> dict[str, dict[str, str]]:
    """The columns of before that are still there."""
    words = {fact.split()[1] for fact in gone if fact.startswith("column ")}
    kept = {
        table: {name: type_ for name, type_ in types.items() if f"{table}.{name}" not in words}
        for table, types in schema.columns.items()
    }
    return {table: types for table, types in kept.items() if types}


def _narrows(fact: str, before: Schema) -> bool:
    """Whether a new fact forbids what the code of before may write."""
    if not fact.startswith("unique index on "):
        return False
    table, _, names = fact.removeprefix("unique index on ").removesuffix(")").partition(" (")
    indexed = {name.strip() for name in names.partition(" WHERE ")[0].split(",")}
    return indexed <= set(before.columns.get(table, {}))


async def test_each_migration_keeps_every_row_and_lets_the_code_of_before_go_on(empty: list[str]) -> None:
    before, number, done = Schema(), 0, 0
    kept: dict[str, list[dict[str, Any]]] = {}
    async for name in steps_done(empty[0]):
        done += 1
        gone = TAKEN_AWAY.get(name, set())
        after = await read_schema()
        assert before.facts - after.facts == gone, name
        if FIRST_SCHEMA not in name:
            assert {fact for fact in after.facts - before.facts if _narrows(fact, before)} == set(), name
        used = _without(before, gone)
        still = {table: [{key: row[key] for key in used[table]} for row in kept[table]] for table in used}
        assert await rows_of_all(used) == still, name
        await fill(used, number := number + 1)  # as the code of before writes
        await fill(after.columns, number := number + 1)
        before, kept = after, await rows_of_all(after.columns)
    assert done > 15


async def test_the_schema_by_migrations_is_the_schema_by_models(empty: list[str]) -> None:
    await migrate(empty[0])
    await open_database(empty[0])
    assert await pending() == []
    migrated = await read_schema()
    await close_database()

    await open_database(empty[1])
    await Tortoise.generate_schemas(safe=False)
    for models in (Tortoise.apps or {}).values():
        for model in models.values():
            for each in model._meta.constraints:  # which Tortoise leaves out of CREATE TABLE
                where = f" WHERE {each.condition}" if each.condition else ""
                fields = ", ".join(each.fields)
                await fetch(f'CREATE UNIQUE INDEX "{each.name}" ON "{model._meta.db_table}" ({fields}){where}')
    described = await read_schema()

    assert described.facts - migrated.facts == set()
    # What models can't express: indexes over the few rows that wait for something, and the index of areas.
    beyond = {fact for fact in migrated.facts - described.facts if not fact.startswith(("index on ", "trigger "))}
    assert beyond <= {"virtual table watch_area_box"}
