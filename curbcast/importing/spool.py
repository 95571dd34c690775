"""Acts put into time order, on disk: a file's rows are ordered by opening at best, and closes run for years after.

spool.add(life)            pass one, in the file's order
spool.batches(500, …)      pass two, in time order, however the file was sorted
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from casework.errors import Conflict
from curbcast.importing.lives import Act, Life, Verb

_START = datetime(1, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)


class Spool:
    """A private database in a temporary file, which is gone with the connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        connection.execute("CREATE TABLE act (at INTEGER, line INTEGER, key TEXT, verb TEXT, words TEXT)")
        connection.execute("CREATE TABLE seen (key TEXT PRIMARY KEY, line INTEGER, times INTEGER) WITHOUT ROWID")

    def add(self, life: Life, *, before: datetime | None = None) -> None:
        """Keep what happened `before` that moment. Raises Conflict where an earlier row has the same id."""
        key, line = life.acts[0].key, life.acts[0].line
        ((first, times),) = self._connection.execute(
            "INSERT INTO seen VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET times = times + 1 RETURNING line, times",
            (key, line),
        ).fetchall()
        if times > 1 and life.has_id:
            raise Conflict(f"The id is the same as on line {first}.", field="id")
        acts = life.acts if times == 1 else [replace(act, key=f"{key}:{times}") for act in life.acts]
        self._connection.executemany(
            "INSERT INTO act VALUES (?, ?, ?, ?, ?)",
            (
                (_ticks(act.at), act.line, act.key, act.verb.value, json.dumps(act.values))
                for act in acts
                if before is None or act.at < before
            ),
        )

    def count(self) -> int:
        """How many acts there are."""
        ((count,),) = self._connection.execute("SELECT count(*) FROM act").fetchall()
        return int(count)

    def batches(
        self, size: int, *, since: datetime | None = None, before: datetime | None = None
    ) -> Iterator[list[Act]]:
        """Acts in time order, those of one moment in the order in which they were added."""
        first = _ticks(since) if since is not None else -1
        last = _ticks(before) if before is not None else 2**62
        rows = self._connection.execute(
            "SELECT at, line, key, verb, words FROM act WHERE at >= ? AND at < ? ORDER BY at, rowid", (first, last)
        )
        while batch := rows.fetchmany(size):
            yield [
                Act(_START + at * _TICK, line, key, Verb(verb), json.loads(words))
                for at, line, key, verb, words in batch
            ]


def _ticks(moment: datetime) -> int:
    return (moment - _START) // _TICK


@contextmanager
def open_spool() -> Iterator[Spool]:
    connection = sqlite3.connect("", isolation_level=None)  # no name: a temporary file of SQLite's own
    try:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        yield Spool(connection)
    finally:
        connection.close()
