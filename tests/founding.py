"""What many tests begin with is done once in each process; the rows that it left are put back for all the others.

    once("town", found) ── the first time   found() -> what it answers, and every row, are kept
                        └─ from then on     the rows are put back, and a copy of the answer is given

The open database must be empty but for what an earlier `once` of the same test put there. A test that has set its clock
founds its town itself: nothing in it may be younger than that.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from copy import deepcopy
from typing import Any, TypeVar, cast

import time_machine

from casework.database import connection, fetch, is_postgres

T = TypeVar("T")

# Tables that are empty are left out, here and there: most of them are.
_KEEP = """
DO $$
DECLARE
    thing text;
    filled boolean;
BEGIN
    CREATE SCHEMA {name};
    CREATE TABLE {name}.sequence AS
        SELECT oid::regclass::text AS thing, pg_sequence_last_value(oid) AS last FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'S';
    FOR thing IN
        SELECT relname FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'tortoise_migrations'
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', thing) INTO filled;
        IF filled THEN EXECUTE format('CREATE TABLE {name}.%I AS TABLE public.%I', thing, thing); END IF;
    END LOOP;
END $$
"""
_PUT_BACK = """
DO $$
DECLARE
    thing text;
    filled boolean;
BEGIN
    SET LOCAL session_replication_role = replica;  -- foreign keys look away
    FOR thing IN
        SELECT relname FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'tortoise_migrations'
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', thing) INTO filled;
        IF filled THEN EXECUTE format('DELETE FROM public.%I', thing); END IF;
        IF to_regclass(format('{name}.%I', thing)) IS NOT NULL THEN
            EXECUTE format('INSERT INTO public.%I SELECT * FROM {name}.%I', thing, thing);
        END IF;
    END LOOP;
    PERFORM setval(sequence.thing::regclass, last) FROM {name}.sequence WHERE last IS NOT NULL;
END $$
"""
_answers: dict[tuple[str, str], Any] = {}
_files: dict[str, sqlite3.Connection] = {}


async def once(name: str, found: Callable[[], Awaitable[T]]) -> T:
    """What `found` answers, and the database as it leaves it; `name` is a word."""
    if time_machine.escape_hatch.is_travelling():
        return await found()
    key = name, await _where()
    if key not in _answers:
        answer = await found()
        await _keep(name)
        _answers[key] = deepcopy(answer)
        return answer
    await _put_back(name)
    return cast(T, deepcopy(_answers[key]))


async def _where() -> str:
    """A PostgreSQL database keeps its rows itself."""
    return str((await fetch("SELECT current_database() AS name"))[0]["name"]) if is_postgres() else "sqlite"


async def _keep(name: str) -> None:
    if is_postgres():
        await connection().execute_script(_KEEP.format(name=name))
        return
    _files[name] = sqlite3.connect(":memory:")
    with closing(_file()) as file:
        file.backup(_files[name])


async def _put_back(name: str) -> None:
    if is_postgres():
        await connection().execute_script(_PUT_BACK.format(name=name))
        return
    with closing(_file()) as file:
        _files[name].backup(file)


def _file() -> sqlite3.Connection:
    client: Any = connection()
    return sqlite3.connect(client.filename)
