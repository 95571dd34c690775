"""Everything that is held about a person, for that person alone. Nothing of what others said or did is in it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import Enum
from typing import Any

from tortoise.expressions import Q
from tortoise.models import Model

from casework.access import Viewer
from casework.areas import AreaFollow, WatchArea
from casework.geometry import as_geojson
from casework.history import HistoryRow
from casework.moderation import Flag, PersonTrust
from casework.people import Member, Person, Session
from casework.requests import Comment, ServiceRequest
from casework.tokens import Ticket
from casework.watching import Follow, Mute, Vote

_OWN = ("id", "handle", "name", "address", "language", "time_zone", "confirmed_at", "created_at")
_REPORTED = (
    "id",
    "organization_id",
    "number",
    "summary",
    "description",
    "place",
    "latitude",
    "longitude",
    "photo_urls",
    "answers",
    "status",
    "is_anonymous",
    "created_at",
    "closed_at",
)
_WATCHED = (
    "id",
    "name",
    "center_lat",
    "center_lng",
    "radius_m",
    "area_km2",
    "category_ids",
    "keywords",
    "with_comments",
    "is_public",
    "created_at",
    "deleted_at",
)


async def everything_about(viewer: Viewer, person: Person) -> dict[str, Any]:
    """JSON types by noun. The sessions' tokens and the password are no information about a person, and stay.

    What they said and did inside an organization is its own once they have left it (rule 3).
    """
    mine = {"person_id": person.id}
    acts = HistoryRow.filter(Q(is_internal=False) | Q(organization_id__in=viewer.staffed), actor_id=person.id)
    said = Comment.filter(Q(is_internal=False) | Q(request__organization_id__in=viewer.staffed), author_id=person.id)
    return {
        "account": columns([person], _OWN)[0],
        "sessions": columns(
            await Session.filter(**mine).order_by("id"), ("label", "created_at", "used_at", "expires_at", "revoked_at")
        ),
        "memberships": columns(
            await Member.filter(**mine).order_by("id"), ("organization_id", "role", "created_at", "removed_at")
        ),
        "requests": columns(await ServiceRequest.filter(reporter_id=person.id).order_by("id"), _REPORTED),
        "comments": columns(
            await said.order_by("id"),
            ("id", "request_id", "body", "is_internal", "created_at"),
        ),
        "follows": columns(await Follow.filter(**mine).order_by("id"), ("request_id", "created_at")),
        "mutes": columns(await Mute.filter(**mine).order_by("id"), ("request_id", "created_at")),
        "votes": columns(await Vote.filter(**mine).order_by("id"), ("request_id", "created_at")),
        "watch_areas": await _areas_of(person),
        "area_follows": columns(await AreaFollow.filter(**mine).order_by("id"), ("area_id", "created_at")),
        "trust": columns(await PersonTrust.filter(**mine).order_by("id"), ("organization_id", "trust", "changed_at")),
        "flags": columns(
            await Flag.filter(**mine).order_by("id"), ("request_id", "comment_id", "reason", "created_at")
        ),
        "links": columns(
            await Ticket.filter(**mine).order_by("id"), ("purpose", "address", "created_at", "expires_at", "used_at")
        ),
        "acts": columns(await acts.order_by("id"), ("type", "request_id", "occurred_at")),
    }


async def _areas_of(person: Person) -> list[dict[str, Any]]:
    """Their areas with the shapes as GeoJSON, those that they deleted included."""
    areas = await WatchArea.filter(owner_id=person.id).order_by("id")
    return [
        {**known, "shape": as_geojson(area.shape)} for area, known in zip(areas, columns(areas, _WATCHED), strict=True)
    ]


def columns(rows: Iterable[Model], names: Iterable[str]) -> list[dict[str, Any]]:
    """These columns of some rows, as JSON types."""
    wanted = list(names)
    return [{name: _plain(getattr(row, name)) for name in wanted} for row in rows]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value
