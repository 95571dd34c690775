"""What a caller can do wrong. Every class has a stable code that clients may switch on.

    CaseworkError
    ├─ NotFound, Forbidden, SignInRequired, Unconfirmed        who you are
    ├─ WrongCredentials, BadLink, RateLimited                  whether to let you in
    ├─ Invalid, TooLong, BadPhoto, InvalidArea                 what you typed
    └─ IllegalMove, Restricted, Conflict, CannotMerge,         what the request or the organization allows now
       LastOwner, Held

`field` is the input field in snake_case, or None; the GraphQL edge turns it into the path of a `userError`. What is
said is a literal template with its values beside it, so that it can be said in the reader's language:

    TooLong("%(field)s has %(many)s characters; at most %(allowed)s are allowed.", field="body", many=9, allowed=5)
"""

from __future__ import annotations

from typing import ClassVar

from casework.phrases import Phrase


class CaseworkError(Exception):
    """Base of every refusal. `phrase` is for people and says what to do; `message` says it in English.

    The template may name the values, and the field as `%(field)s`.
    """

    code: ClassVar[str] = "ERROR"

    def __init__(self, template: str, *, field: str | None = None, **values: object) -> None:
        super().__init__(template)
        self.template = template
        self.field = field
        self.values = values

    @property
    def phrase(self) -> Phrase:
        return Phrase(self.template, {"field": self.field, **self.values} if self.field else self.values)

    @property
    def message(self) -> str:
        return str(self.phrase)

    def __str__(self) -> str:
        return self.message


class NotFound(CaseworkError):
    """There is no such thing, or none that this viewer may know of: the two are never told apart."""

    code = "NOT_FOUND"


class Forbidden(CaseworkError):
    """Who the viewer is does not allow it; nothing that they could change by trying again."""

    code = "FORBIDDEN"


class SignInRequired(CaseworkError):
    """It needs an account, and nobody is signed in."""

    code = "SIGN_IN_REQUIRED"


class Unconfirmed(CaseworkError):
    """It needs an account whose e-mail address is confirmed."""

    code = "UNCONFIRMED"


class WrongCredentials(CaseworkError):
    """Address and password don't go together; which of the two is wrong is never told."""

    code = "WRONG_CREDENTIALS"


class BadLink(CaseworkError):
    """A token from a mail that was not made by us for this, was used already, or is too old."""

    code = "BAD_LINK"


class RateLimited(CaseworkError):
    """Too often; it may be tried again after `retryAfter` seconds."""

    code = "RATE_LIMITED"

    def __init__(self, template: str, *, retry_after: int) -> None:
        super().__init__(template, seconds=retry_after)
        self.retry_after = retry_after


class Invalid(CaseworkError):
    """What was typed can't be taken; the message says why, the path where."""

    code = "INVALID"


class TooLong(Invalid):
    """A text has more characters than are kept; nothing is ever cut silently."""

    code = "TOO_LONG"


class BadPhoto(Invalid):
    """What was uploaded is no picture that is kept; the message says why."""

    code = "BAD_PHOTO"


class InvalidArea(Invalid):
    """A drawn shape that means nothing certain; the message says at which point."""

    code = "INVALID_AREA"

    def __init__(self, template: str, *, field: str | None = "shape", **values: object) -> None:
        super().__init__(template, field=field, **values)


class IllegalMove(CaseworkError):
    """The request's status does not allow it now; read the request again."""

    code = "ILLEGAL_MOVE"


class Restricted(CaseworkError):
    """The request's category keeps residents from doing this."""

    code = "RESTRICTED"


class Conflict(CaseworkError):
    """It is taken, or done already, or the same key was used for something else."""

    code = "CONFLICT"


class CannotMerge(CaseworkError):
    """These two requests can't become one."""

    code = "CANNOT_MERGE"


class LastOwner(CaseworkError):
    """An organization always has an owner."""

    code = "LAST_OWNER"


class Held(CaseworkError):
    """Content that waits for staff to release it."""

    code = "HELD"


def error_types() -> tuple[type[CaseworkError], ...]:
    """Every class of refusal, each after the one it is a kind of. Packages above may add to them."""
    found: list[type[CaseworkError]] = [CaseworkError]
    for each in found:
        found += each.__subclasses__()
    return tuple(found)
