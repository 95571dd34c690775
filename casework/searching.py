"""Finding requests. Whatever is asked for, only what the viewer may see is found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tortoise.expressions import Q, RawSQL, Subquery
from tortoise.queryset import QuerySet

from casework import text
from casework.access import Viewer, requests_seen_by
from casework.errors import Invalid, SignInRequired
from casework.moderation import Flag
from casework.reading import PERSONAL
from casework.requests import Comment, ServiceRequest, Status

_COLUMNS = {
    "organization_id": "organization_id",
    "numbers": "number__in",
    "statuses": "status__in",
    "category_ids": "category_id__in",
    "submitted_since": "created_at__gte",
    "submitted_until": "created_at__lte",
}
"""What is asked for -> the condition on a column."""


@dataclass(frozen=True)
class Box:
    """A bounding box in WGS 84 degrees; one whose west is east of its east crosses the 180th meridian."""

    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True)
class Search:
    """What to look for; None asks for nothing in particular, and all that is given must hold."""

    organization_id: int | None = None
    statuses: tuple[Status, ...] | None = None
    category_ids: tuple[int, ...] | None = None
    box: Box | None = None
    words: str | None = None
    assigned_to_me: bool = False
    mine: bool = False
    held: bool = False
    flagged: bool = False
    updated_since: datetime | None = None
    submitted_since: datetime | None = None
    submitted_until: datetime | None = None
    numbers: tuple[int, ...] | None = None


def find_requests(viewer: Viewer, search: Search) -> QuerySet[ServiceRequest]:
    """The matching requests, in no particular order. Raises Invalid, or SignInRequired for what is the viewer's own.

    `words` is looked for in summary, description and number, whatever its case.
    """
    if (search.mine or search.assigned_to_me) and viewer.person_id is None:
        raise SignInRequired("Sign in to see what is yours.")
    found = requests_seen_by(viewer).filter(**_plain(search))
    if search.box is not None:
        found = found.filter(_within(search.box))
    if search.words is not None and (words := text.line(search.words, "text", required=False)):
        found = found.filter(_says(words))
    if search.mine:
        found = found.filter(reporter_id=viewer.person_id)
    if search.held:
        found = found.filter(Q(held_at__isnull=False) | Q(id__in=Subquery(_held_comments(viewer))))
    if search.flagged:  # for staff alone to know, as who is assigned
        found = found.filter(id__in=Subquery(_flagged()), organization_id__in=viewer.staffed)
    if search.assigned_to_me:
        # Who is assigned is for staff alone to know, so elsewhere nobody is.
        found = found.filter(assignee_id=viewer.person_id, organization_id__in=viewer.staffed)
    if search.updated_since is not None:
        since = _aware(search.updated_since, "updated_since").astimezone(UTC)
        found = found.annotate(shown=_changed_since(viewer, since)).filter(shown=True, updated_at__gte=since)
    return found


def _held_comments(viewer: Viewer) -> Any:
    """The requests of the held comments that the viewer may see: staff's to release, and one's own."""
    mine = Q(request__organization_id__in=viewer.staffed)
    if viewer.person_id is not None:
        mine |= Q(author_id=viewer.person_id)
    return Comment.filter(mine, held_at__isnull=False).values_list("request_id", flat=True)


def _flagged() -> Any:
    return Flag.all().values_list("request_id", flat=True)


def _changed_since(viewer: Viewer, since: datetime) -> RawSQL:
    """Whether something happened of which the viewer may know: internal events are none but to staff (rule 3)."""
    staffed = ", ".join(map(str, viewer.staffed)) or "0"
    personal = ", ".join(map(repr, PERSONAL))
    return RawSQL(
        f'"service_request"."organization_id" IN ({staffed}) OR EXISTS (SELECT 1 FROM history AS h'
        ' WHERE h.request_id = "service_request"."id" AND NOT h.is_internal'
        f" AND h.type NOT IN ({personal}) AND h.occurred_at >= '{since.isoformat(' ')}')"
    )


def _plain(search: Search) -> dict[str, object]:
    """The conditions that a column answers by itself."""
    wanted: dict[str, object] = {}
    for name, condition in _COLUMNS.items():
        value = getattr(search, name)
        if isinstance(value, datetime):
            wanted[condition] = _aware(value, name)
        elif value is not None:
            wanted[condition] = list(value) if isinstance(value, tuple) else value
    return wanted


def _aware(moment: datetime, field: str) -> datetime:
    if moment.tzinfo is None:
        raise Invalid("%(field)s needs a time zone, as in 2027-07-01T09:00:00+02:00.", field=field)
    return moment


def _within(box: Box) -> Q:
    text.coordinates(box.south, box.west)
    text.coordinates(box.north, box.east)
    if box.south > box.north:
        raise Invalid("south must not be north of north.", field="south")
    inside = Q(latitude__gte=box.south, latitude__lte=box.north)
    if box.west <= box.east:
        return inside & Q(longitude__gte=box.west, longitude__lte=box.east)
    return inside & (Q(longitude__gte=box.west) | Q(longitude__lte=box.east))


def _says(words: str) -> Q:
    says = Q(summary__icontains=words) | Q(description__icontains=words)
    if (number := text.whole_number(words.removeprefix("#"))) is not None:
        says |= Q(number=number)
    return says
