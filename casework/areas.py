"""Watch areas: which of a million lie over a point, and what one would have matched.

    point ── box index of the database ──> few candidates ── exact test on WKB ──> areas_at
                                                             categories, keywords ──> areas_matching

PostgreSQL answers by GiST over the bounding boxes, SQLite by an R*Tree; `AREA_INDEX_SQL` makes either. Nothing is kept
in memory between two points.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tortoise import fields
from tortoise.migrations.constraints import UniqueConstraint
from tortoise.models import Model
from tortoise.queryset import QuerySet

from casework import clock
from casework.access import NOBODY, requests_seen_by
from casework.database import MomentField, OptionalMomentField, fetch, is_postgres
from casework.geometry import Shape, contains, covered
from casework.keywords import LONGEST, parse_keywords
from casework.people import Person
from casework.requests import ServiceRequest

TOO_MANY_A_WEEK = 35
LATELY = timedelta(days=30)
_WEEK = timedelta(days=7)
_PAGE = 2_000


class WatchArea(Model):
    """A shape on the ground that a person watches, from one event to another (exclusive at both ends).

    One around a centre keeps centre and radius as well, for whoever edits it. Deleted areas stay: the audience of an
    event is read as of that event (rule 7).
    """

    id = fields.IntField(primary_key=True)
    owner: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "casework.Person", related_name="watch_areas", on_delete=fields.OnDelete.CASCADE
    )
    owner_id: int
    name = fields.CharField(max_length=200)
    shape = fields.BinaryField()
    min_x = fields.FloatField()
    min_y = fields.FloatField()
    max_x = fields.FloatField()
    max_y = fields.FloatField()
    area_km2 = fields.FloatField()
    center_lat = fields.FloatField(null=True)
    center_lng = fields.FloatField(null=True)
    radius_m = fields.FloatField(null=True)
    category_ids: fields.Field[list[int]] = fields.JSONField(default=list)
    keywords = fields.CharField(max_length=LONGEST, default="")
    with_comments = fields.BooleanField(default=True)
    is_public = fields.BooleanField(default=False)
    since_event = fields.BigIntField()
    deleted_event = fields.BigIntField(null=True)
    created_at = MomentField()
    deleted_at = OptionalMomentField()

    class Meta:
        table = "watch_area"
        indexes = (("owner_id", "id"),)


class AreaFollow(Model):
    """A person follows somebody's public area, from one event to another (exclusive at both ends)."""

    id = fields.BigIntField(primary_key=True)
    area: fields.ForeignKeyRelation[WatchArea] = fields.ForeignKeyField(
        "casework.WatchArea", related_name="follows", on_delete=fields.OnDelete.CASCADE
    )
    area_id: int
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "casework.Person", related_name="area_follows", on_delete=fields.OnDelete.CASCADE
    )
    person_id: int
    since_event = fields.BigIntField()
    until_event = fields.BigIntField(null=True)
    created_at = MomentField()

    class Meta:
        table = "area_follow"
        indexes = (("area_id", "person_id"), ("person_id", "id"))
        constraints = (
            UniqueConstraint(
                fields=("area_id", "person_id"), name="area_follow_present", condition="until_event IS NULL"
            ),
        )


_BOX = "box(point(min_x, min_y), point(max_x, max_y))"

# Boxes of an R*Tree are kept as 32-bit floats, rounded outwards: never a candidate too few.
AREA_INDEX_SQL: dict[str, list[str]] = {
    "postgres": [f"CREATE INDEX watch_area_box ON watch_area USING gist ({_BOX})"],
    "sqlite": [
        "CREATE VIRTUAL TABLE watch_area_box USING rtree(id, min_x, max_x, min_y, max_y)",
        (
            "CREATE TRIGGER watch_area_box_insert AFTER INSERT ON watch_area BEGIN"
            " INSERT INTO watch_area_box VALUES (new.id, new.min_x, new.max_x, new.min_y, new.max_y); END"
        ),
        (
            "CREATE TRIGGER watch_area_box_update AFTER UPDATE OF id, min_x, max_x, min_y, max_y ON watch_area BEGIN"
            " UPDATE watch_area_box SET id = new.id, min_x = new.min_x, max_x = new.max_x, min_y = new.min_y,"
            " max_y = new.max_y WHERE id = old.id; END"
        ),
        (
            "CREATE TRIGGER watch_area_box_delete AFTER DELETE ON watch_area BEGIN"
            " DELETE FROM watch_area_box WHERE id = old.id; END"
        ),
    ],
}


@dataclass(frozen=True)
class AreaHit:
    """An area that lies over a point. `deleted` says that it is so by now, though it was alive as of the event."""

    id: int
    name: str
    owner_id: int
    category_ids: tuple[int, ...]
    keywords: str
    with_comments: bool
    deleted: bool


@dataclass(frozen=True)
class Preview:
    """What an area would have matched: how many requests, and how many in each 7 days, oldest first."""

    count: int
    per_week: list[int]

    @property
    def busiest(self) -> int:
        """How many requests the week with the most of them brought."""
        return max(self.per_week)

    @property
    def is_too_broad(self) -> bool:
        """Whether some week would have brought more mails than people read one by one: a digest is better then."""
        return self.busiest > TOO_MANY_A_WEEK


async def areas_at(longitude: float, latitude: float, *, as_of_event: int) -> list[AreaHit]:
    """The areas over a point (border included) that were made before an event and not deleted before it, by id."""
    rows = await fetch(
        "SELECT id, name, owner_id, category_ids, keywords, with_comments, deleted_event, shape"
        f" FROM {_CANDIDATES['postgres' if is_postgres() else 'sqlite']}"
        " AND since_event < $3 AND (deleted_event IS NULL OR deleted_event > $3)",
        longitude,
        latitude,
        as_of_event,
    )
    hits = (_hit(row) for row in rows if contains(row["shape"], longitude, latitude))
    return sorted(hits, key=lambda hit: hit.id)


async def areas_matching(request: ServiceRequest, as_of_event: int) -> list[AreaHit]:
    """The areas over a request that also want its category and its words. None for a request without a place.

    Whether the request may be told of at all (rule 4) is for the caller to know, who needs the reason.
    """
    if request.longitude is None or request.latitude is None:
        return []
    hits = await areas_at(request.longitude, request.latitude, as_of_event=as_of_event)
    return [hit for hit in hits if _wants(request, hit.category_ids, hit.keywords)]


def area_matches(area: WatchArea, request: ServiceRequest) -> bool:
    """Whether a request lies in one area, border included, and is what that area wants."""
    if request.longitude is None or request.latitude is None:
        return False
    if not contains(bytes(area.shape), request.longitude, request.latitude):
        return False
    return _wants(request, area.category_ids, area.keywords)


async def would_have_matched(shape: Shape, category_ids: Iterable[int], keywords: str, *, since: datetime) -> Preview:
    """What an area would have matched among the public requests created from `since` to now.

    Weeks are counted back from now, so the first may be a short one. Raises Invalid naming `keywords`.
    """
    listened, wanted, now = parse_keywords(keywords), tuple(category_ids), clock.now()
    per_week = [0] * max(1, -((since - now) // _WEEK))
    last = 0
    while True:
        page = await _public_requests(shape, wanted, since, now, last).values_list(*_PREVIEWED)
        inside = covered(shape.wkb, [(longitude, latitude) for _, longitude, latitude, *_ in page])
        for (_, _, _, created_at, *texts), is_inside in zip(page, inside, strict=True):
            if is_inside and listened.match(*texts):
                weeks_ago = (now - created_at) // _WEEK
                per_week[max(0, len(per_week) - 1 - weeks_ago)] += 1
        if len(page) < _PAGE:
            return Preview(sum(per_week), per_week)
        last = page[-1][0]


async def matched_lately(area: WatchArea, *, since: datetime | None = None) -> Preview:
    """The same of an area that is saved, since 30 days before now unless said otherwise."""
    shape = Shape(bytes(area.shape), area.min_x, area.min_y, area.max_x, area.max_y, area.area_km2)
    return await would_have_matched(shape, area.category_ids, area.keywords, since=since or clock.now() - LATELY)


def _public_requests(
    shape: Shape, category_ids: tuple[int, ...], since: datetime, until: datetime, after: int
) -> QuerySet[ServiceRequest]:
    """A page of those in the bounding box, by id."""
    found = requests_seen_by(NOBODY).filter(
        id__gt=after,
        created_at__gte=since,
        created_at__lte=until,
        longitude__gte=shape.min_x,
        longitude__lte=shape.max_x,
        latitude__gte=shape.min_y,
        latitude__lte=shape.max_y,
    )
    if category_ids:
        found = found.filter(category_id__in=category_ids)
    return found.order_by("id").limit(_PAGE)


_PREVIEWED = ("id", "longitude", "latitude", "created_at", "summary", "description")

_CANDIDATES = {
    "postgres": f"watch_area WHERE {_BOX} @> box(point($1, $2), point($1, $2))",
    "sqlite": "watch_area JOIN (SELECT id AS boxed FROM watch_area_box WHERE min_x <= $1 AND max_x >= $1"
    " AND min_y <= $2 AND max_y >= $2) ON boxed = id WHERE true",
}


def _hit(row: dict[str, Any]) -> AreaHit:
    categories = row["category_ids"]
    return AreaHit(
        id=row["id"],
        name=row["name"],
        owner_id=row["owner_id"],
        category_ids=tuple(json.loads(categories) if isinstance(categories, str) else categories),
        keywords=row["keywords"],
        with_comments=bool(row["with_comments"]),
        deleted=row["deleted_event"] is not None,
    )


def _wants(request: ServiceRequest, category_ids: Collection[int], keywords: str) -> bool:
    if category_ids and request.category_id not in category_ids:
        return False
    return parse_keywords(keywords).match(request.summary, request.description)
