"""Statuses and the moves between them (rule 14). Pure: no database, no clock.

            acknowledge (staff)
     open ───────────────────────▶ acknowledged
      ▲ │ close (anyone)                │ close (staff)
reopen│ ▼                               │
     closed ◀───────────────────────────┘
      │ 7 quiet days, or merged into another (from any status)
      ▼
     archived: final
"""

from __future__ import annotations

from enum import StrEnum

from casework.errors import IllegalMove, Restricted
from casework.organizations import Restriction
from casework.phrases import N_, Phrase
from casework.requests import Status


class Part(StrEnum):
    """What somebody is to one request."""

    STAFF = "staff"
    REQUESTER = "requester"
    RESIDENT = "resident"


class Move(StrEnum):
    ACKNOWLEDGE = "acknowledge"
    CLOSE = "close"
    REOPEN = "reopen"


_ANYONE = frozenset(Part)
_STAFF = frozenset({Part.STAFF})

MOVES: dict[tuple[Status, Move], tuple[Status, frozenset[Part]]] = {
    (Status.OPEN, Move.ACKNOWLEDGE): (Status.ACKNOWLEDGED, _STAFF),
    (Status.OPEN, Move.CLOSE): (Status.CLOSED, _ANYONE),
    (Status.ACKNOWLEDGED, Move.CLOSE): (Status.CLOSED, _STAFF),
    (Status.CLOSED, Move.REOPEN): (Status.OPEN, _ANYONE),
}


def after(status: Status, move: Move, part: Part, restriction: Restriction) -> Status:
    """The status that a move leads to. IllegalMove where there is none, Restricted where the category forbids it."""
    found = MOVES.get((status, move))
    if found is None:
        raise IllegalMove(_IMPOSSIBLE[move], status=_STATUSES[status])
    target, parts = found
    if part not in parts:
        raise IllegalMove(_NOT_FOR_RESIDENTS[move], status=_STATUSES[status])
    if part is not Part.STAFF:
        _check_restriction(status, move, restriction)
    return target


def check_may_comment(status: Status, part: Part, restriction: Restriction) -> None:
    """Whether a comment is welcome now; raises as `after` does."""
    if status is Status.ARCHIVED:
        raise IllegalMove("This request is archived; report a new one instead.")
    check_may_act(status, part, restriction)


def check_may_act(status: Status, part: Part, restriction: Restriction) -> None:
    """Whether anything that is no move is welcome now. Raises Restricted."""
    if part is not Part.STAFF:
        _check_restriction(status, None, restriction)


def _check_restriction(status: Status, move: Move | None, restriction: Restriction) -> None:
    forbidden = {
        Restriction.NONE: False,
        Restriction.NO_REOPENS: move is Move.REOPEN,
        Restriction.NO_STATUS_CHANGES: move is not None,
        Restriction.NOTHING_ON_CLOSED: status is Status.CLOSED,
        Restriction.NOTHING: True,
    }
    if forbidden[restriction]:
        raise Restricted(RESTRICTION_TEXTS[restriction])


RESTRICTION_TEXTS = {
    Restriction.NONE: "",
    Restriction.NO_REOPENS: N_("Requests of this category can't be reopened; report a new one instead."),
    Restriction.NO_STATUS_CHANGES: N_("Only staff change the status of requests of this category."),
    Restriction.NOTHING_ON_CLOSED: N_("Closed requests of this category take no comments and no changes."),
    Restriction.NOTHING: N_("Only staff act on requests of this category."),
}

_STATUSES = {
    Status.OPEN: Phrase("open"),
    Status.ACKNOWLEDGED: Phrase("acknowledged"),
    Status.CLOSED: Phrase("closed"),
    Status.ARCHIVED: Phrase("archived"),
}

_IMPOSSIBLE = {
    Move.ACKNOWLEDGE: N_("A request that is %(status)s can't be acknowledged."),
    Move.CLOSE: N_("A request that is %(status)s can't be closed."),
    Move.REOPEN: N_("A request that is %(status)s can't be reopened."),
}

_NOT_FOR_RESIDENTS = {
    Move.ACKNOWLEDGE: N_("Only staff can do this: a request that is %(status)s can't be acknowledged by a resident."),
    Move.CLOSE: N_("Only staff can do this: a request that is %(status)s can't be closed by a resident."),
    Move.REOPEN: N_("Only staff can do this: a request that is %(status)s can't be reopened by a resident."),
}
