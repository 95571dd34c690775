"""The schema in the database is the one that the models describe."""

from __future__ import annotations

from tortoise import Tortoise

from casework.database import fetch, is_postgres


async def unique_indexes() -> set[str]:
    if is_postgres():
        rows = await fetch("SELECT indexname AS name FROM pg_indexes WHERE indexdef LIKE 'CREATE UNIQUE INDEX%'")
    else:
        rows = await fetch("SELECT name FROM sqlite_master WHERE type = 'index' AND sql LIKE 'CREATE UNIQUE INDEX%'")
    return {row["name"] for row in rows}


async def test_every_constraint_of_a_model_is_held_by_the_database(db: str) -> None:
    declared = {
        constraint.name
        for models in (Tortoise.apps or {}).values()
        for model in models.values()
        for constraint in model._meta.constraints
    }
    assert "member_present" in declared
    assert declared <= await unique_indexes()
