"""What a caller can do wrong. Every class has a stable code that clients may switch on.

    CaseworkError
    ├─ NotFound, Forbidden, SignInRequired, Unconfirmed        who you are
    ├─ WrongCredentials, BadLink, RateLimited                  whether to let you in
    ├─ Invalid, TooLong, InvalidArea                           what you typed
    └─ IllegalMove, Restricted, Conflict, CannotMerge,         what the request or the organization allows now
       LastOwner, Held

`field` is the input field in snake_case, or None; the GraphQL edge turns it into the path of a `userError`.
"""

from __future__ import annotations

from typing import ClassVar


class CaseworkError(Exception):
    """Base of every refusal. `message` is for people and says what to do."""

    code: ClassVar[str] = "ERROR"

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class NotFound(CaseworkError):
    """There is no such thing, or none that this viewer may know of: the two are never told apart."""

    code = "NOT_FOUND"


class Forbidden(CaseworkError):
    code = "FORBIDDEN"


class SignInRequired(CaseworkError):
    code = "SIGN_IN_REQUIRED"


class Unconfirmed(CaseworkError):
    code = "UNCONFIRMED"


class WrongCredentials(CaseworkError):
    """Address and password don't go together; which of the two is wrong is never told."""

    code = "WRONG_CREDENTIALS"


class BadLink(CaseworkError):
    """A token from a mail that was not made by us for this, was used already, or is too old."""

    code = "BAD_LINK"


class RateLimited(CaseworkError):
    """Too often; it may be tried again after `retry_after` seconds."""

    code = "RATE_LIMITED"

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Invalid(CaseworkError):
    code = "INVALID"


class TooLong(Invalid):
    code = "TOO_LONG"


class InvalidArea(Invalid):
    """A drawn shape that means nothing certain; the message says at which point."""

    code = "INVALID_AREA"

    def __init__(self, message: str, *, field: str | None = "shape") -> None:
        super().__init__(message, field=field)


class IllegalMove(CaseworkError):
    code = "ILLEGAL_MOVE"


class Restricted(CaseworkError):
    code = "RESTRICTED"


class Conflict(CaseworkError):
    code = "CONFLICT"


class CannotMerge(CaseworkError):
    code = "CANNOT_MERGE"


class LastOwner(CaseworkError):
    """An organization always has an owner."""

    code = "LAST_OWNER"


class Held(CaseworkError):
    """Content that waits for staff to release it."""

    code = "HELD"
