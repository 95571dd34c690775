"""What is written on the outside of a mail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Envelope:
    """The headers of one mail, but for the subject, which the letter has.

    Addresses are ASCII (`local@domain`, the domain as IDNA). `message_id` and `references` (oldest first; the last is
    also In-Reply-To) are in angle brackets, `list_id` is a bare identifier such as `1042.marlow.curbcast.example`.
    `unsubscribe_url` is an address that RFC 8058's one click is posted to, or None for mail that can't be stopped.
    `delivery` is the token that ties a report on the mail to it. `date` is aware.
    """

    from_name: str
    from_address: str
    to_address: str
    to_name: str | None
    reply_to: str | None
    message_id: str
    references: tuple[str, ...]
    list_id: str
    unsubscribe_url: str | None
    kind: str
    reasons: tuple[str, ...]
    event_id: str
    delivery: str
    date: datetime
