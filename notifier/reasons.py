"""Why somebody hears of something (reasons), and why they don't (skips). Both are kept in the ledger as plain text."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """In order of strength: of several reasons, the first picks the kind of mail (rule 2)."""

    ACCOUNT = "account"
    MENTIONED = "mentioned"
    ASSIGNEE = "assignee"
    WAS_ASSIGNEE = "was_assignee"
    STAFF_SUBSCRIBER = "staff_subscriber"
    ROUTE_ADDRESS = "route_address"
    ESCALATE_ADDRESS = "escalate_address"
    REPORTER = "reporter"
    FOLLOWER = "follower"
    WATCH_AREA = "watch_area"
    CONFIRMATION = "confirmation"

    @property
    def strength(self) -> int:
        """0 is the strongest."""
        return _ORDER[self]


_ORDER = {reason: place for place, reason in enumerate(Reason)}

TYPED_ADDRESS = frozenset({Reason.ROUTE_ADDRESS, Reason.ESCALATE_ADDRESS})
"""Staff for their events, whoever owns the address (rule 2)."""

OF_MEMBERS = frozenset({Reason.MENTIONED, Reason.ASSIGNEE, Reason.WAS_ASSIGNEE})
"""What only members have and all of their colleagues know. Everybody else is counted, and named to nobody."""

RESIDENT_REASONS = frozenset({Reason.REPORTER, Reason.FOLLOWER, Reason.WATCH_AREA})
"""What a mute silences (rule 8)."""


class Skip(StrEnum):
    """Why a mail isn't sent; of several, the first in this order is the one recorded (rule 12)."""

    ACTOR = "actor"
    NOT_STAFF = "not_staff"
    PRIVATE = "private"
    UNCONFIRMED = "unconfirmed"
    MUTED = "muted"
    PREFERENCE_OFF = "preference_off"
    AREA_OFF = "area_off"
    COMMENTS_OFF = "comments_off"
    SWITCHED_OFF = "switched_off"
    SUPPRESSED = "suppressed"
    NOT_FOLLOWING = "not_following"
    AREA_DELETED = "area_deleted"
    ACCOUNT_CLOSED = "account_closed"
    NO_LONGER_TRUE = "no_longer_true"
