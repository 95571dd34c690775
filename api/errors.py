"""What clients are told when something is refused or goes wrong.

what a user can cause      CaseworkError  ->  userErrors in a mutation's payload, a coded error in a query
what a client can cause    Refused        ->  a coded top-level error before anything runs
what is our fault          anything else  ->  INTERNAL_ERROR and an id; the text is in the log under that id
"""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

import strawberry
import structlog
from graphql import GraphQLError

from casework.errors import CaseworkError, RateLimited

log = structlog.get_logger(__name__)


@strawberry.type(description="Why a mutation did nothing, for the person who asked for it.")
class UserError:
    code: str = strawberry.field(
        description="A stable code to switch on: NOT_FOUND, FORBIDDEN, SIGN_IN_REQUIRED, UNCONFIRMED, INVALID, "
        "TOO_LONG, ILLEGAL_MOVE, RESTRICTED, CONFLICT, CANNOT_MERGE, HELD, LAST_OWNER, WRONG_CREDENTIALS, BAD_LINK or "
        "RATE_LIMITED."
    )
    message: str = strawberry.field(description="What is wrong and what to do, in words to show.")
    path: list[str] | None = strawberry.field(
        description='The field inside `input` that is to blame, as in `["requestIds", "0"]`; null where none is.'
    )
    retry_after: int | None = strawberry.field(
        default=None, description="In how many seconds to try again, where that is all that helps (RATE_LIMITED)."
    )


class Refused(Exception):
    """A request that is not run. `status` is the HTTP status of a media type that has one for it."""

    def __init__(self, code: str, message: str, *, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status

    def formatted(self) -> dict[str, Any]:
        return {"message": self.message, "extensions": {"code": self.code}}


def user_error(error: CaseworkError) -> UserError:
    """The same refusal in the client's spelling: camelCase, and as a path."""
    if isinstance(error, RateLimited):
        return UserError(code=error.code, message=error.message, path=None, retry_after=error.retry_after)
    if error.field is None:
        return UserError(code=error.code, message=error.message, path=None)
    return UserError(code=error.code, message=_message(error), path=[camel(part) for part in error.field.split(".")])


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def formatted(errors: Sequence[GraphQLError], code: str) -> list[dict[str, Any]]:
    """Errors of an answer as JSON. Messages of GraphQL itself stay readable and get `code`; our own are masked."""
    return [_formatted(error, code) for error in errors]


def masked(error: BaseException) -> dict[str, Any]:
    """The error that stands for an unexpected exception, which is logged under the id it carries."""
    number = secrets.token_hex(8)
    log.error("unexpected exception", error_id=number, exc_info=error)
    message = "Something went wrong on our side. Please try again; if it stays, tell us this id."
    return {"message": f"{message} ({number})", "extensions": {"code": "INTERNAL_ERROR", "id": number}}


def formatted_error(error: CaseworkError) -> dict[str, Any]:
    """A refusal as a top-level error."""
    extensions: dict[str, Any] = {"code": error.code}
    if isinstance(error, RateLimited):
        extensions["retryAfter"] = error.retry_after
    return {"message": _message(error), "extensions": extensions}


def _formatted(error: GraphQLError, code: str) -> dict[str, Any]:
    plain: Mapping[str, Any] = error.formatted
    place = {key: plain[key] for key in ("locations", "path") if key in plain}
    cause = error.original_error
    if isinstance(cause, CaseworkError):
        return formatted_error(cause) | place
    # An error with a path comes from a resolver, and none of ours raises GraphQLError.
    if error.path is not None:
        return masked(cause or error) | place
    return {"message": error.message, **place, "extensions": {"code": code}}


def _message(error: CaseworkError) -> str:
    if error.field is None:
        return error.message
    return error.message.replace(error.field, camel(error.field))
