"""Claiming mail and settling what became of it, for anything that is mailed from rows: notifications and issues.

A claim moves `due` forward, which is the lease; when it runs out, the row is claimed again by whoever comes first.
A row that was being sent when its lease ran out and has an attempt without an outcome may have been mailed: that
attempt is `unknown`.

The end of the lease is also its proof: a worker that comes back from a long pause finds another `due` in the row than
the one it set, and what it meant to begin or to write about that row is dropped. It is somebody else's by now.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from casework.database import any_of, as_rows, fetch, is_postgres, require_transaction, rows_of, transaction
from notifier.notifications import State

_MOMENT = "timestamptz"


@dataclass(frozen=True)
class Settlement:
    """What became of one row. `due` is when to try again, or None when it is over or waits for something else.

    An attempt that was `not_begun` after all is taken back.
    """

    id: int
    state: State
    due: datetime | None = None
    attempt_id: int | None = None
    outcome: State | None = None
    code: int | None = None
    detail: str = ""
    skip: str | None = None
    held_until: datetime | None = None
    not_begun: bool = False

    @property
    def is_over(self) -> bool:
        return self.due is None and self.state is not State.HELD


@dataclass(frozen=True)
class Claimed:
    """Ids that are ours, and ids whose fate is unknown and that must not be sent again."""

    ours: list[int]
    given_up: list[int]


@dataclass(frozen=True)
class Queue:
    """A table of mail with `state` and `due`, and the table of its attempts, whose column `owner` refers to it.

    `urgent` is the condition for what no limit but the server's own holds up.
    """

    table: str
    attempts: str
    owner: str
    order: str
    urgent: str = "FALSE"

    async def count_due(self, now: datetime, most: int, *, urgent_only: bool = False) -> int:
        """How many rows are due; counting ends at `most`."""
        due = f"SELECT 1 FROM {self.table} WHERE due <= $1 AND {self._if(urgent_only)} LIMIT {int(most)}"
        return int((await fetch(f"SELECT count(*) AS many FROM ({due}) AS due", now))[0]["many"])

    async def count_attempts(self, since: datetime, most: int) -> int:
        """How many attempts were begun since then; of more than `most`, so many. They are numbered as they come."""
        latest = f"SELECT started_at FROM {self.attempts} ORDER BY id DESC LIMIT {int(most)}"
        rows = await fetch(f"SELECT count(*) AS many FROM ({latest}) AS latest WHERE started_at >= $1", since)
        return int(rows[0]["many"])

    def _if(self, urgent_only: bool) -> str:
        return self.urgent if urgent_only else "TRUE"

    async def claim(
        self, now: datetime, *, lease_until: datetime, limit: int, resend_unknown: bool, urgent_only: bool = False
    ) -> Claimed:
        """Up to `limit` due rows in order; ours until `lease_until`.

        Where unknown mail must not be resent, a row whose attempt turns out unknown is settled as such.
        """
        async with transaction():
            skip_locked = "FOR UPDATE SKIP LOCKED" if is_postgres() else ""
            found = await fetch(
                f"SELECT id, state FROM {self.table} WHERE due <= $1 AND {self._if(urgent_only)} ORDER BY {self.order}"
                f" LIMIT {int(limit)} {skip_locked}",
                now,
            )
            interrupted = [row["id"] for row in found if row["state"] == State.SENDING]
            unknown = await self._mark_unknown(interrupted, now) if interrupted else set()
            given_up = [] if resend_unknown else sorted(unknown)
            ours = [row["id"] for row in found if row["id"] not in set(given_up)]
            if ours:
                await fetch(
                    f"UPDATE {self.table} SET state = 'sending', due = $1 WHERE id {any_of('$2')}", lease_until, ours
                )
            if given_up:
                await fetch(
                    f"UPDATE {self.table} SET state = 'unknown', due = NULL, settled_at = $1 WHERE id {any_of('$2')}",
                    now,
                    given_up,
                )
            return Claimed(ours, given_up)

    async def _mark_unknown(self, ids: Sequence[int], now: datetime) -> set[int]:
        rows = await fetch(
            f"UPDATE {self.attempts} SET outcome = 'unknown', settled_at = $1 WHERE {self.owner} {any_of('$2')}"
            f" AND outcome IS NULL RETURNING {self.owner} AS id",
            now,
            list(ids),
        )
        return {row["id"] for row in rows}

    async def begin_attempts(self, ids: Sequence[int], now: datetime, *, lease_until: datetime) -> dict[int, int]:
        """One attempt row for each mail that is about to be sent and is still ours; attempt ids by row id."""
        async with transaction():
            rows = await fetch(
                f"INSERT INTO {self.attempts} ({self.owner}, started_at, detail)"
                f" SELECT id, $1, '' FROM {self.table} WHERE id {any_of('$2')} AND due = $3"
                f" RETURNING id, {self.owner} AS owner",
                now,
                list(ids),
                lease_until,
            )
            begun = [row["owner"] for row in rows]
            await fetch(f"UPDATE {self.table} SET attempts = attempts + 1 WHERE id {any_of('$1')}", begun)
        return {row["owner"]: row["id"] for row in rows}

    async def settle(
        self, settlements: Sequence[Settlement], now: datetime, *, lease_until: datetime
    ) -> list[Settlement]:
        """Write what became of some rows and of their attempts, as part of the caller's commit; returns those that
        were still ours to settle. A row that another one's mail carries has no lease of its own."""
        require_transaction()
        given = rows_of("$1", id="bigint", state="text", due=_MOMENT, settled_at=_MOMENT)
        rows = await fetch(
            f"UPDATE {self.table} SET state = given.state, due = given.due, settled_at = given.settled_at"
            f" FROM {given} AS given WHERE {self.table}.id = given.id AND ({self.table}.due = $2"
            f" OR {self.table}.due IS NULL AND {self.table}.state = 'pending') RETURNING {self.table}.id AS id",
            as_rows(
                [
                    {
                        "id": each.id,
                        "state": each.state.value,
                        "due": each.due,
                        "settled_at": now if each.is_over else None,
                    }
                    for each in settlements
                ]
            ),
            lease_until,
        )
        tried = [
            {
                "id": each.attempt_id,
                "outcome": each.outcome.value,
                "code": each.code,
                "detail": each.detail[:500],
                "settled_at": now,
            }
            for each in settlements
            if each.attempt_id is not None and each.outcome is not None
        ]
        if tried:
            given = rows_of("$1", id="bigint", outcome="text", code="smallint", detail="text", settled_at=_MOMENT)
            await fetch(
                f"UPDATE {self.attempts} SET outcome = given.outcome, code = given.code, detail = given.detail,"
                f" settled_at = given.settled_at FROM {given} AS given WHERE {self.attempts}.id = given.id"
                f" AND {self.attempts}.outcome IS NULL",
                as_rows(tried),
            )
        ours = {row["id"] for row in rows}
        taken_back = {each.id: each.attempt_id for each in settlements if each.not_begun and each.id in ours}
        if taken_back:
            await fetch(f"DELETE FROM {self.attempts} WHERE id {any_of('$1')}", list(taken_back.values()))
            await fetch(f"UPDATE {self.table} SET attempts = attempts - 1 WHERE id {any_of('$1')}", list(taken_back))
        return [each for each in settlements if each.id in ours]
