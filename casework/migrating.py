"""Bringing the schema up to date, by one process at a time however many start.

    migrate(url) ── one step after the other: a lock, what is still to be done, the step and its record, one commit

A process that is killed leaves either a whole step or nothing. On SQLite the lock is the database's folder's.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import pkgutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from tortoise import Tortoise
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.migrations.executor import MigrationExecutor, MigrationTarget, PlanStep
from tortoise.migrations.graph import MigrationKey
from tortoise.migrations.migration import Migration
from tortoise.migrations.schema_generator.state import ModelState, State
from tortoise.migrations.schema_generator.state_apps import StateApps

from casework.database import apps, connection, fetch, is_postgres, tortoise_config, transaction

_MIGRATION_LOCK = 4_021_009


@dataclass(frozen=True)
class Step:
    """One migration and the statements that it consists of (what runs as code is a comment)."""

    name: str
    statements: tuple[str, ...]


async def migrate(url: str, *, tell: Callable[[str], object] = lambda name: None) -> list[str]:
    """Bring the schema of the database at `url` up to date, and `tell` each step's name before it begins; returns the
    names. It needs no open connection and leaves none."""
    return [name async for name in steps_done(url, tell=tell)]


async def steps_done(url: str, *, tell: Callable[[str], object] = lambda name: None) -> AsyncIterator[str]:
    """The same, a step's name at a time once it is done. Between two of them the database is open."""
    async with _unopened(url), _alone(url):
        executor = _Executor(connection(), apps())
        while (name := await _next_step(executor, tell)) is not None:
            yield name


async def plan(url: str) -> list[Step]:
    """What `migrate` would do, in order. Changes nothing."""
    async with _unopened(url):
        executor = _Executor(connection(), apps())
        steps = []
        todo = [step.migration for step in await executor.plan()]
        state = await executor._project_state(set(await executor.recorder.applied_migrations()))
        for each in todo:  # `collect_sql` knows no dependency on another package
            editor = executor._schema_editor(atomic=False, collect_sql=True)
            await each.apply(state, schema_editor=editor, collect_sql=True)
            steps.append(Step(f"{each.app_label}.{each.name}", tuple(editor.collected_sql)))
        return steps


async def pending() -> list[str]:
    """The migrations that the open database lacks, such as `casework.0004_told_position`."""
    try:
        rows = await fetch("SELECT app, name FROM tortoise_migrations")
    except Exception:  # each database says in its own way that it has no such table
        await fetch("SELECT 1 AS one")
        rows = []
    applied = {f"{row['app']}.{row['name']}" for row in rows}
    return [name for name in _known() if name not in applied]


def _known() -> list[str]:
    names = []
    for app, settings in apps().items():
        package = import_module(settings["migrations"])
        names += [f"{app}.{module.name}" for module in pkgutil.iter_modules(package.__path__)]
    return names


async def _next_step(executor: _Executor, tell: Callable[[str], object]) -> str | None:
    async with transaction():
        if is_postgres():
            await fetch("SELECT pg_advisory_xact_lock($1)", _MIGRATION_LOCK)
        executor.connection = executor.recorder.connection = connection()  # this transaction's
        # Asking a table that is not there would end the transaction.
        await executor.recorder.ensure_schema(executor._schema_editor(atomic=False))
        steps: list[PlanStep] = await executor.plan()
        if not steps:
            return None
        step = steps[0].migration
        tell(f"{step.app_label}.{step.name}")
        await executor.migrate([MigrationTarget(step.app_label, step.name)])
        executor.replayed.add(MigrationKey(step.app_label, step.name))
        return f"{step.app_label}.{step.name}"


class _Models(State):
    """The models as they stand. Before each operation they are copied, for the few that ask how they stood: most of a
    migration's time, unless what was copied is put together only then."""

    def clone(self) -> State:
        return _Before({key: each.clone() for key, each in self.models.items()}, self.apps)


class _Before(State):
    def __init__(self, models: dict[tuple[str, str], ModelState], since: StateApps) -> None:
        self.models = models
        self._since = since

    def __getattr__(self, name: str) -> Any:
        if name != "apps":
            raise AttributeError(name)
        self.apps = self._since.clone(model_states=self.models)
        return self.apps


class _Executor(MigrationExecutor):
    """Remembers the models as they stood before a step. Tortoise builds them anew from the first migration on each
    time it is asked for one step more, which made a new database take five times as long.

    `replayed` are the migrations that the remembered models have seen; another process may have done some of them.
    """

    def __init__(self, connection: BaseDBAsyncClient, apps_config: dict[str, dict[str, Any]]) -> None:
        super().__init__(connection, apps_config)
        self.replayed: set[MigrationKey] = set()
        self._models: _Models | None = None

    async def _project_state(self, applied: set[MigrationKey], *, upto: MigrationKey | None = None) -> State:
        if self._models is None:
            state = await super()._project_state(applied, upto=upto)
            self._models = _Models(state.models, state.apps)
        else:  # what another process did meanwhile
            for key in self._full_plan():
                migration = self.loader.graph.nodes[key]
                if key in applied - self.replayed and isinstance(migration, Migration):
                    await migration.apply(self._models, dry_run=True)
        self.replayed |= applied
        return self._models


@asynccontextmanager
async def _unopened(url: str) -> AsyncIterator[None]:
    await Tortoise.init(config=tortoise_config(url), init_connections=False, _enable_global_fallback=True)
    try:
        yield
    finally:
        await Tortoise.close_connections()


@asynccontextmanager
async def _alone(url: str) -> AsyncIterator[None]:
    """On SQLite, where a step alone does not keep another process from beginning the same one."""
    if is_postgres():
        yield
        return
    folder = os.open(Path(url.removeprefix("sqlite://")).parent, os.O_RDONLY)
    try:
        await asyncio.to_thread(fcntl.flock, folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)
