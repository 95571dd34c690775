"""What every event has in common, and how events become rows and rows events again.

Event ── organization, occasion (who, when, in which bulk)
└─ RequestEvent ── the request, and the facts that decide who hears of it, as they were at that moment
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import TypeAdapter

if TYPE_CHECKING:
    from casework.history import HistoryRow


@dataclass(frozen=True)
class Occasion:
    """Who does something, when, and as part of what. `actor_id` is None for guests and for the clock."""

    at: datetime
    actor_id: int | None = None
    bulk: str | None = None
    imported: bool = False


@dataclass(frozen=True, kw_only=True)
class Event:
    """`is_urgent` events are told before all others: somebody waits for the mail before they can go on."""

    is_internal: ClassVar[bool] = False
    is_urgent: ClassVar[bool] = False

    occasion: Occasion
    organization_id: int | None
    request_id: int | None = None
    by_staff: bool = False


@dataclass(frozen=True, kw_only=True)
class RequestEvent(Event):
    """Something on a request.

    `assignee_id` is the one after the action, `displaced_id` whom automatic assignment replaced (rule 15).
    """

    category_id: int
    assignee_id: int | None
    displaced_id: int | None = None
    reporter_id: int | None
    reporter_address: str | None = None


_COLUMNS = {field.name for field in fields(Event)}


@cache
def event_types() -> dict[str, type[Event]]:
    """Every concrete event by name."""
    import_module("casework.events")  # they register themselves by being there

    def below(parent: type[Event]) -> list[type[Event]]:
        children = parent.__subclasses__()
        return [parent] if not children else [leaf for child in children for leaf in below(child)]

    return {leaf.__name__: leaf for leaf in below(Event)}


@cache
def _adapter(name: str) -> TypeAdapter[Event]:
    return TypeAdapter(event_types()[name])


def to_data(event: Event) -> dict[str, object]:
    """The fields that have no column of their own, as JSON types."""
    everything = _adapter(type(event).__name__).dump_python(event, mode="json")
    return {name: value for name, value in everything.items() if name not in _COLUMNS}


def from_row(row: HistoryRow) -> Event:
    """The event that a history row records. KeyError for a type that this version does not know."""
    occasion = Occasion(at=row.occurred_at, actor_id=row.actor_id, bulk=row.bulk)
    values: dict[str, Any] = {
        **row.data,
        "occasion": occasion,
        "organization_id": row.organization_id,
        "request_id": row.request_id,
        "by_staff": row.by_staff,
    }
    return _adapter(row.type).validate_python(values)
