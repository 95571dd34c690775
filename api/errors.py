"""What clients are told when something is refused or goes wrong.

what a user can cause      CaseworkError  ->  userErrors in a mutation's payload, a coded error in a query
what a client can cause    Refused        ->  a coded top-level error before anything runs
what is our fault          anything else  ->  INTERNAL_ERROR and an id; the text is in the log under that id

What a person is shown is in the viewer's language; what only a client's developer can mend is in English. Every code is
in docs/errors.md, which `python -m api.error_codes` writes.
"""

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import strawberry
import structlog
from graphql import GraphQLError

from api.context import Info
from casework.errors import CaseworkError, RateLimited
from casework.phrases import N_
from notifier.words import SOURCE_LANGUAGE, words_in

log = structlog.get_logger(__name__)

_SNAKE = re.compile(r"(?<![\w(])[a-z]+(?:_[a-z0-9]+)+(?!\w)")
_OURS = N_("Something went wrong on our side. Please try again; if it stays, tell us this id.")


@strawberry.type(description="Why a mutation did nothing, for the person who asked for it.")
class UserError:
    error: strawberry.Private[CaseworkError]
    code: str = strawberry.field(
        description="A stable code to switch on, such as NOT_FOUND, SIGN_IN_REQUIRED, INVALID or CONFLICT. All of them "
        "are in docs/errors.md; new ones may be added."
    )
    path: list[str] | None = strawberry.field(
        description='The field inside `input` that is to blame, as in `["requestIds", "0"]`; null where none is.'
    )
    retry_after: int | None = strawberry.field(
        default=None, description="In how many seconds to try again, where that is all that helps (RATE_LIMITED)."
    )

    @strawberry.field(description="What is wrong and what to do, in words to show, in the viewer's language.")
    def message(self, info: Info) -> str:
        return told(self.error, info.context.language)


class Refused(Exception):
    """A request that is not run. `status` is the HTTP status of a media type that has one for it.

    A message marked with N_ is one that a person may meet, and has its translations.
    """

    def __init__(self, code: str, message: str, *, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status

    def formatted(self, language: str = SOURCE_LANGUAGE) -> dict[str, Any]:
        return {"message": words_in(language).plain(self.message), "extensions": {"code": self.code}}


def user_error(error: CaseworkError) -> UserError:
    """The same refusal in the client's spelling: camelCase, and as a path."""
    return UserError(
        error=error,
        code=error.code,
        path=_path(error),
        retry_after=error.retry_after if isinstance(error, RateLimited) else None,
    )


def told(error: CaseworkError, language: str) -> str:
    """What to say of a refusal, with the fields' names as clients spell them."""
    values = {**error.phrase.values, **({"field": camel(error.field)} if error.field is not None else {})}
    return words_in(language).say(replace(error.phrase, values=values), spelled=_in_camel_case)


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def formatted(errors: Sequence[GraphQLError], code: str, language: str = SOURCE_LANGUAGE) -> list[dict[str, Any]]:
    """Errors of an answer as JSON. Messages of GraphQL itself stay readable and get `code`; our own are masked."""
    return [_formatted(error, code, language) for error in errors]


def masked(error: BaseException, language: str = SOURCE_LANGUAGE) -> dict[str, Any]:
    """The error that stands for an unexpected exception, which is logged under the id it carries."""
    number = secrets.token_hex(8)
    log.error("unexpected exception", error_id=number, exc_info=error)
    return {
        "message": f"{words_in(language).plain(_OURS)} ({number})",
        "extensions": {"code": "INTERNAL_ERROR", "id": number},
    }


def formatted_error(error: CaseworkError, language: str) -> dict[str, Any]:
    """A refusal as a top-level error, with the argument that is to blame, if one is."""
    extensions: dict[str, Any] = {"code": error.code}
    if (path := _path(error)) is not None:
        extensions["path"] = path
    if isinstance(error, RateLimited):
        extensions["retryAfter"] = error.retry_after
    return {"message": told(error, language), "extensions": extensions}


def _path(error: CaseworkError) -> list[str] | None:
    return [camel(part) for part in error.field.split(".")] if error.field is not None else None


def _formatted(error: GraphQLError, code: str, language: str) -> dict[str, Any]:
    plain: Mapping[str, Any] = error.formatted
    place = {key: plain[key] for key in ("locations", "path") if key in plain}
    cause = error.original_error
    if isinstance(cause, CaseworkError):
        return formatted_error(cause, language) | place
    # An error with a path comes from a resolver, and none of ours raises GraphQLError.
    if error.path is not None:
        return masked(cause or error, language) | place
    return {"message": error.message, **place, "extensions": {"code": code}}


def _in_camel_case(template: str) -> str:
    """Our own spelling of input fields becomes the client's, also in a translation."""
    return _SNAKE.sub(lambda name: camel(name[0]), template)
