"""What all mutations have in common: their input's and payload's base, and the way from one to the other.

input ── answered(info, input, act) ── once ── casework.actions ──▶ Answer ──▶ payload
"""

import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from typing import Protocol

import strawberry

from api.context import Info
from api.errors import UserError, user_error
from api.rates import Verb
from api.transaction import Answer, Attempt, digest, once
from casework.access import Viewer
from casework.errors import CaseworkError

KEY_SHORTEST = 16


@strawberry.input(description="What every mutation's input has.")
class MutationInput:
    client_mutation_id: str | None = strawberry.field(
        default=None,
        description="Echoed in the payload. One of 16 characters or more makes the mutation safe to repeat: for "
        "24 hours the same id, from the same session and with the same input, gets the first answer, and nothing "
        "is done again.",
    )


@strawberry.type(description="What every mutation's payload has.")
class Payload:
    user_errors: list[UserError] = strawberry.field(
        description="Why nothing was changed; empty where it was. A mutation does all of its work or none."
    )
    client_mutation_id: str | None = strawberry.field(description="The input's own, echoed.")


class Row(Protocol):
    @property
    def id(self) -> int: ...


Act = Callable[[Viewer], Awaitable[Row | Sequence[Row]]]


async def answered(
    info: Info, input: MutationInput, act: Act, *, first: Callable[[], Awaitable[None]] | None = None
) -> Answer:
    """Do it once, in one transaction, and nudge the pipeline after the commit.

    `first` comes before the transaction and is done again by every repetition: counting how often somebody tries, and
    work on passwords, which takes too long to hold a transaction open for.
    """
    context = info.context
    if first is not None:
        try:
            await first()
        except CaseworkError as error:
            return Answer(errors=(error,))

    async def changed() -> list[int]:
        done = await act(context.viewer)
        return [row.id for row in done] if isinstance(done, Sequence) else [done.id]

    answer = await once(_attempt(info, input), changed)
    context.forget()
    if not answer.errors and not answer.is_replay:
        await context.committed()
    return answer


async def count(info: Info, verb: Verb, account: str | None = None) -> None:
    """Count a try of the viewer's, or about an account. Raises RateLimited."""
    await info.context.count(verb, account)


def user_errors(answer: Answer) -> list[UserError]:
    return [user_error(error) for error in answer.errors]


def _attempt(info: Info, input: MutationInput) -> Attempt:
    """The header names a whole document, so it counts for each of its fields by itself."""
    header = info.context.idempotency_key
    field, key = info.field_name, input.client_mutation_id
    if header is not None:
        field, key = f"{field} {digest(str(info.path.key))[:32]}", header
    elif key is not None and len(key) < KEY_SHORTEST:
        key = None
    body = {**asdict(input), "client_mutation_id": None}
    return Attempt(
        session=info.context.session,
        field=field,
        key=key,
        key_field="client_mutation_id" if header is None else None,
        body=_sealed(info.context.settings.secret_key, json.dumps(body, default=repr, sort_keys=True)),
    )


def _sealed(secret: str, body: str) -> str:
    """A bare hash of a body that holds a password would let whoever reads the database try passwords on it."""
    return hmac.new(secret.encode(), body.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
