"""Why a stream ends that its client did not end. Each has a code, and its error carries the cursor to come back with.

NOT_FOUND, ACCESS_CHANGED, TOO_SLOW, INTERNAL_ERROR      end one subscription; the socket stays, but for TOO_SLOW
SESSION_ENDED, RESTARTING                                end all, and close the socket
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any

from casework.errors import CaseworkError, NotFound


class Close(IntEnum):
    """Close codes of a socket: those of graphql-transport-ws, the web's own 1012, and one of ours."""

    RESTARTING = 1012
    BAD_MESSAGE = 4400
    UNAUTHORIZED = 4401
    BAD_SUBPROTOCOL = 4406
    INIT_TIMEOUT = 4408
    DUPLICATE_ID = 4409
    TOO_MANY_INITS = 4429
    TOO_SLOW = 4508


class AccessChanged(CaseworkError):
    """The viewer's roles, language or part in the request are not what they were when the stream began."""

    code = "ACCESS_CHANGED"


class SessionEnded(CaseworkError):
    """The session was signed out, revoked or has expired."""

    code = "SESSION_ENDED"


class TooSlow(CaseworkError):
    """More was waiting for this client than is kept."""

    code = "TOO_SLOW"


class Restarting(CaseworkError):
    """The server is about to end; another takes over."""

    code = "RESTARTING"


class TooManySubscriptions(CaseworkError):
    """More operations at once than one connection may have."""

    code = "TOO_MANY_SUBSCRIPTIONS"


def gone() -> CaseworkError:
    return NotFound("There is nothing here that you may follow, or not any more.")


def access_changed() -> CaseworkError:
    return AccessChanged("What you may see has changed. Subscribe again, after the cursor.")


def session_ended() -> CaseworkError:
    return SessionEnded("The session has ended. Sign in again.")


def too_slow() -> CaseworkError:
    return TooSlow("Too much is waiting for this client. Connect again, after the cursor.")


def restarting() -> CaseworkError:
    return Restarting("This server is about to end. Connect again, after the cursor.")


def too_many_subscriptions() -> CaseworkError:
    return TooManySubscriptions("Too many operations on one connection; end some of them first.")


def with_cursor(error: dict[str, Any], cursor: str) -> dict[str, Any]:
    """A formatted error that also says where to go on."""
    return {**error, "extensions": {**error["extensions"], "cursor": cursor}}
