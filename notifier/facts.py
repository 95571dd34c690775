"""What a mail is made of.

    Facts ── the same for everybody who is told of one event in one kind, language and brand
    ├─ OrganizationFacts    whose mail it is
    └─ RequestFacts         the request, as this audience may see it (masking is done before)
    Reader ── what differs from one recipient to the next

All text is cleaned when these are made (see `clean`): behind this door it is data without control characters.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from notifier import clean
from notifier.pictures import Picture

_HEX_COLOR = re.compile("#[0-9a-fA-F]{6}")
_WEB_ADDRESS = re.compile(r"https?://[^\s<>\"'\\^`{|}]+")
DEFAULT_COLOR = "#1d4f91"


class _Cleaned:
    """Cleans the named fields of a frozen dataclass as it is made; None stays None."""

    def _clean(self, lines: tuple[str, ...], texts: tuple[str, ...] = ()) -> None:
        for names, cleaning in ((lines, clean.line), (texts, clean.text)):
            for name in names:
                value = getattr(self, name)
                if value is not None:
                    object.__setattr__(self, name, cleaning(value))


@dataclass(frozen=True)
class OrganizationFacts(_Cleaned):
    """`time_zone` is an IANA name, `color` is #rrggbb, `logo_url` https; a `logo` comes with the mail. ValueError for
    another colour.

    Mail comes from `sender_name`, or from the organization's name, and answers go to `reply_to`, if anywhere.
    """

    name: str
    time_zone: str
    color: str = DEFAULT_COLOR
    logo_url: str | None = None
    logo: Picture | None = None
    postal_address: str | None = None
    sender_name: str | None = None
    reply_to: str | None = None

    @property
    def sender(self) -> str:
        return self.sender_name or self.name

    def __post_init__(self) -> None:
        if not _HEX_COLOR.fullmatch(self.color):
            raise ValueError(f"color must look like #1d4f91, not {self.color!r}")
        self._clean(("name", "postal_address", "sender_name", "reply_to"))


@dataclass(frozen=True)
class RequestFacts(_Cleaned):
    """One request as this audience may see it. `lat` and `lng` in degrees, `due_at` aware, `url` ours.

    `status` is one of open, acknowledged, closed, archived. A `photo_url` that is no web address is dropped.
    `photo_small_url` is the same picture for where there is little room, if it has one. `answers` are to what the
    category asked: (question, what was said).
    """

    number: int
    summary: str
    description: str
    category: str
    address: str | None
    lat: float | None
    lng: float | None
    status: str
    url: str
    photo_url: str | None = None
    photo_small_url: str | None = None
    reporter_name: str | None = None
    is_private: bool = False
    due_at: datetime | None = None
    answers: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        self._clean(("summary", "category", "address", "url", "reporter_name"), ("description",))
        answers = tuple((clean.line(question), clean.text(said)) for question, said in self.answers)
        object.__setattr__(self, "answers", answers)
        if self.photo_url is not None and not _WEB_ADDRESS.fullmatch(self.photo_url):
            object.__setattr__(self, "photo_url", None)


@dataclass(frozen=True)
class AreaFacts(_Cleaned):
    """A watch area as its confirmation tells of it.

    `matches` is how many requests it would have matched in the last 30 days.
    """

    name: str
    km2: float
    keywords: str
    categories: tuple[str, ...]
    with_comments: bool
    matches: int

    def __post_init__(self) -> None:
        self._clean(("name", "keywords"))


@dataclass(frozen=True)
class WorkOrderFacts(_Cleaned):
    """A work order as its assignee reads it. `due_at` is aware."""

    number: int
    summary: str
    description: str
    due_at: datetime | None = None

    def __post_init__(self) -> None:
        self._clean(("summary",), ("description",))


@dataclass(frozen=True)
class Facts(_Cleaned):
    """Everything that is the same for all recipients of one event in one kind, language and brand.

    `actor` is a display name, already masked; None is the system, or nobody who may be named. `occurred_at` is aware.
    `text` is the comment or status note in full, `text_photo` a photo that came with it (where it is, where a small one
    is), `opening` the organization's own first paragraph. `extra` is what only this kind has (its template says what).
    """

    kind: str
    language: str
    product: str
    organization: OrganizationFacts
    request: RequestFacts | None
    actor: str | None
    occurred_at: datetime
    text: str | None = None
    text_photo: tuple[str, str] | None = None
    opening: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._clean(("product", "actor"), ("text", "opening"))
        if self.extra:
            cleaned = {key: clean.line(value) if isinstance(value, str) else value for key, value in self.extra.items()}
            object.__setattr__(self, "extra", cleaned)


@dataclass(frozen=True)
class Reader:
    """What differs per recipient.

    `name` greets (None for a bare address). `reasons` are reason keys, strongest first; `reason_details` holds what a
    reason's sentence names, such as the areas' names of `watch_area`. `links` may hold `unsubscribe` or `stop_digest`,
    `preferences`, `mute` and `request` (instead of the request's own address). `text_only` readers get no HTML.
    """

    name: str | None
    reasons: tuple[str, ...] = ()
    reason_details: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    text_only: bool = False

    def __post_init__(self) -> None:
        if self.name is not None and not self.name.isprintable():
            object.__setattr__(self, "name", clean.line(self.name))
        if self.reason_details:
            details = {key: tuple(map(clean.line, names)) for key, names in self.reason_details.items()}
            object.__setattr__(self, "reason_details", details)


@dataclass(frozen=True)
class Line:
    """One event among several that are told as one mail; shown as its kind's `digest_line`.

    It remembers how it was rendered, so an event that many are told of is best made a Line once.
    """

    facts: Facts
    told: dict[Any, Any] = field(default_factory=dict, init=False, repr=False, compare=False)


@dataclass(frozen=True)
class Rendered:
    """A finished mail without its envelope. `text` has line feeds, `subject` and `preheader` are one line each."""

    subject: str
    html: str
    text: str
    preheader: str
