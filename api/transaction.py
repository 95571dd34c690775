"""One transaction per mutation field, and the same answer to a repeated one.

    once(attempt, act)
      begin ── claim (scope, field, key): a unique row
               ├─ new       savepoint: act ── fine       keep what it changed   ┐
               │                           └─ refused    roll back, keep why    ┤ commit
               └─ taken     replay what was kept, or CONFLICT for another body  ┘

The claim is the first statement of the transaction that it guards. So of two copies at once the second waits on the
unique index (SQLite: on the process's lock) until the first has committed, and then replays; and where the first one
died half-way its claim is gone with it, and the second runs. Kept are the ids of what was changed and the errors, not
the response: a retry may ask for other fields, and is shown the objects as they are now, by the viewer's present
rights. Answers are kept for 24 hours.

The scope is the session; a guest has none, so a guest's scope is the key with the body: who doesn't know both can't
read the answer. An attempt without a key just runs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tortoise import fields
from tortoise.migrations.constraints import UniqueConstraint
from tortoise.models import Model

from casework import clock
from casework.database import MomentField, fetch, transaction
from casework.errors import CaseworkError, Conflict
from casework.phrases import Phrase

KEPT = timedelta(hours=24)


class AnsweredMutation(Model):
    """What a mutation answered, by who sent it, the field and the client's key. All three are hashes or names."""

    id = fields.BigIntField(primary_key=True)
    scope = fields.CharField(max_length=64)
    field = fields.CharField(max_length=100)
    key = fields.CharField(max_length=64)
    body = fields.CharField(max_length=64)
    changed: fields.Field[list[int]] = fields.JSONField(default=list)
    errors: fields.Field[list[dict[str, Any]]] = fields.JSONField(default=list)
    created_at = MomentField()

    class Meta:
        app = "api"
        table = "answered_mutation"
        indexes = (("created_at",),)
        constraints = (UniqueConstraint(fields=("scope", "field", "key"), name="answered_once"),)


@dataclass(frozen=True)
class Attempt:
    """A mutation field as it was sent.

    `key` is None where the client does not ask for a single answer; `key_field` is the input field that held it.
    """

    session: str | None
    field: str
    key: str | None
    body: str
    key_field: str | None = None

    @property
    def scope(self) -> str:
        return self.session or digest(f"guest:{self.key}:{self.body}")


@dataclass(frozen=True)
class Answer:
    """What a mutation did: the ids of what it changed, or the errors for which it changed nothing."""

    changed: tuple[int, ...] = ()
    errors: tuple[CaseworkError, ...] = ()
    is_replay: bool = False


async def once(attempt: Attempt, act: Callable[[], Awaitable[Sequence[int]]]) -> Answer:
    """Run `act` in a transaction of its own; see the module. Anything but a CaseworkError rolls back all of it."""
    if attempt.key is None:
        return await _run(act)
    async with transaction():
        if not await _claim(attempt, digest(attempt.key)):
            return _replay(attempt, await AnsweredMutation.get(**_name(attempt)))
        answer = await _run(act)
        await AnsweredMutation.filter(**_name(attempt)).update(
            changed=list(answer.changed), errors=[_kept(error) for error in answer.errors]
        )
        return answer


async def forget_answers() -> int:
    """Delete the answers that are older than 24 hours; returns how many."""
    return await AnsweredMutation.filter(created_at__lte=clock.now() - KEPT).delete()


def digest(text: str) -> str:
    """SHA-256 of any string that JSON can hold, lone surrogates included."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


async def _run(act: Callable[[], Awaitable[Sequence[int]]]) -> Answer:
    try:
        async with transaction():
            return Answer(changed=tuple(await act()))
    except CaseworkError as error:
        return Answer(errors=(error,))


async def _claim(attempt: Attempt, key: str) -> bool:
    """Whether this attempt is the first with its key; waits for one that is under way."""
    now = clock.now()
    await AnsweredMutation.filter(**_name(attempt), created_at__lte=now - KEPT).delete()
    claimed = await fetch(
        "INSERT INTO answered_mutation (scope, field, key, body, changed, errors, created_at)"
        " VALUES ($1, $2, $3, $4, '[]', '[]', $5) ON CONFLICT (scope, field, key) DO NOTHING RETURNING id",
        attempt.scope,
        attempt.field,
        key,
        attempt.body,
        now,
    )
    return bool(claimed)


def _name(attempt: Attempt) -> dict[str, Any]:
    return {"scope": attempt.scope, "field": attempt.field, "key": digest(attempt.key or "")}


def _replay(attempt: Attempt, kept: AnsweredMutation) -> Answer:
    if kept.body != attempt.body:
        conflict = Conflict(
            "This key was used with other input in the last 24 hours. Use a new one.", field=attempt.key_field
        )
        return Answer(errors=(conflict,), is_replay=True)
    return Answer(tuple(kept.changed), tuple(_error(each) for each in kept.errors), is_replay=True)


def _kept(error: CaseworkError) -> dict[str, Any]:
    return {"code": error.code, "field": error.field, **_packed(Phrase(error.template, error.values))}


def _error(kept: dict[str, Any]) -> CaseworkError:
    phrase = _unpacked(kept)
    error = CaseworkError(phrase.template, field=kept["field"], **phrase.values)
    error.code = kept["code"]  # type: ignore[misc]  # of this one error only
    return error


def _packed(phrase: Phrase) -> dict[str, Any]:
    """A phrase as JSON: what was refused in one language may be read again in another."""
    values = {name: _packed(each) if isinstance(each, Phrase) else each for name, each in phrase.values.items()}
    return {"template": phrase.template, "values": values}


def _unpacked(kept: dict[str, Any]) -> Phrase:
    template, values = kept["template"], kept["values"]
    return Phrase(
        template, {name: _unpacked(each) if isinstance(each, dict) else each for name, each in values.items()}
    )
