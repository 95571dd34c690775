"""Empty databases with the schema in place, quickly: migrated once a run, then copied (SQLite) or emptied (PostgreSQL).

Databases(folder, server) ── sqlite(name)  -> "sqlite:///…/name.sqlite3"    a copy of the migrated file
                          └─ postgres()    -> "postgres://…/curbcast"       emptied: no rows, ids start at 1
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg

from bench.servers import Server, create_database
from casework.migrating import migrate
from curbcast.wiring import register_all_models

# Deleting from the few tables that have rows takes a tenth of the time of TRUNCATE. A test that left a transaction
# open is told so by the lock time-out instead of hanging the next one.
_EMPTY = """
DO $$
DECLARE
    thing text;
    filled boolean;
BEGIN
    SET LOCAL session_replication_role = replica;  -- foreign keys look away
    SET LOCAL lock_timeout = '5s';
    FOR thing IN
        SELECT oid::regclass::text FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'tortoise_migrations'
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %s)', thing) INTO filled;
        IF filled THEN EXECUTE format('DELETE FROM %s', thing); END IF;
    END LOOP;
    PERFORM setval(oid::regclass, 1, false) FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'S';
END $$
"""


@dataclass
class Databases:
    """The databases of one test run, in `folder` and on the server that `server` starts or has started."""

    folder: Path
    server: Callable[[], Server]
    _postgres_url: str | None = field(default=None, init=False)

    async def sqlite(self, name: str) -> str:
        """A new SQLite database of that name, with the schema and no rows."""
        model, copy = self.folder / "model.sqlite3", self.folder / f"{name}.sqlite3"
        if not model.exists():
            register_all_models()
            await migrate(f"sqlite://{model}")
        shutil.copyfile(model, copy)
        return f"sqlite://{copy}"

    async def postgres(self) -> str:
        """The PostgreSQL database of this run, with the schema and no rows. One test at a time uses it."""
        if self._postgres_url is None:
            register_all_models()
            url = await create_database(self.server().url, "curbcast")
            await migrate(url)
            self._postgres_url = url
        connection = await asyncpg.connect(self._postgres_url)
        try:
            await connection.execute(_EMPTY)
        finally:
            await connection.close()
        return self._postgres_url
