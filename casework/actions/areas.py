"""Watch areas: drawing, changing, deleting and following them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from casework import text
from casework.access import Viewer
from casework.actions.steps import action
from casework.areas import AreaFollow, WatchArea
from casework.database import require_transaction
from casework.errors import Conflict, Forbidden, Invalid, NotFound, SignInRequired
from casework.events import (
    WatchAreaCreated,
    WatchAreaDeleted,
    WatchAreaFollowed,
    WatchAreaUnfollowed,
    WatchAreaUpdated,
)
from casework.geometry import Shape, circle, parse_area
from casework.keywords import parse_keywords
from casework.ledger import record
from casework.organizations import RequestCategory

AREAS_MAX = 100
"""How many areas one person may watch."""


def areas_seen_by(viewer: Viewer) -> QuerySet[WatchArea]:
    """The viewer's own areas, and public ones."""
    seen = Q(is_public=True)
    if viewer.person_id is not None:
        seen |= Q(owner_id=viewer.person_id)
    return WatchArea.filter(seen, deleted_event__isnull=True)


def areas_heard_of(viewer: Viewer) -> QuerySet[WatchArea]:
    """The viewer's own areas, and those that they follow."""
    person_id = viewer.person_id or 0
    followed = AreaFollow.filter(person_id=person_id, until_event__isnull=True).values_list("area_id", flat=True)
    return areas_seen_by(viewer).filter(Q(owner_id=person_id) | Q(id__in=Subquery(followed)))


def read_shape(
    geojson: Mapping[str, Any] | None, latitude: float | None, longitude: float | None, radius_m: float | None
) -> Shape:
    """A drawn area, or a circle around a centre; one of the two. InvalidArea or Invalid says what is wrong."""
    around = (latitude, longitude, radius_m)
    if geojson is not None:
        if any(each is not None for each in around):
            raise Invalid("Give a shape, or a centre and a radius, not both.", field="shape")
        return parse_area(geojson)
    where = text.coordinates(latitude, longitude)
    if where is None or radius_m is None:
        raise Invalid("Give a shape, or a centre (latitude, longitude) and radius_m.", field="shape")
    return circle(*where, radius_m)


@action
async def create_watch_area(
    viewer: Viewer,
    *,
    name: str,
    geojson: Mapping[str, Any] | None = None,
    latitude: float | None = None,
    longitude: float | None = None,
    radius_m: float | None = None,
    category_ids: Sequence[int] = (),
    keywords: str = "",
    with_comments: bool = True,
    public: bool = False,
) -> WatchArea:
    """Watch an area from now on: a GeoJSON polygon, or a circle. Raises InvalidArea, Invalid, Conflict or NotFound."""
    owner_id = _signed_in(viewer)
    if await WatchArea.filter(owner_id=owner_id, deleted_event__isnull=True).count() >= AREAS_MAX:
        raise Conflict("You watch %(many)s areas already; delete one first.", many=AREAS_MAX)
    shape = read_shape(geojson, latitude, longitude, radius_m)
    area = WatchArea(
        owner_id=owner_id,
        name=text.line(name, "name"),
        category_ids=await _categories(category_ids),
        keywords=_keywords(keywords),
        with_comments=with_comments,
        is_public=public,
        since_event=0,
        created_at=viewer.occasion().at,
    )
    _put_shape(area, shape, (latitude, longitude, radius_m) if geojson is None else (None, None, None))
    # The area counts for later events only, so it is saved with the id of the event that makes it.
    area.since_event = 2**62
    await area.save()
    row = await record(WatchAreaCreated(occasion=viewer.occasion(), area_id=area.id))
    area.since_event = row.id
    await area.save(update_fields=["since_event"])
    return area


@action
async def update_watch_area(
    viewer: Viewer,
    area_id: int,
    *,
    name: str | None = None,
    geojson: Mapping[str, Any] | None = None,
    latitude: float | None = None,
    longitude: float | None = None,
    radius_m: float | None = None,
    category_ids: Sequence[int] | None = None,
    keywords: str | None = None,
    with_comments: bool | None = None,
    public: bool | None = None,
) -> WatchArea:
    """Change one's own area; what is None stays. It counts from the next event on. Made private, nobody follows it."""
    area = await _lock_own(viewer, area_id)
    wanted: dict[str, Any] = {}
    if name is not None:
        wanted["name"] = text.line(name, "name")
    if category_ids is not None:
        wanted["category_ids"] = await _categories(category_ids)
    if keywords is not None:
        wanted["keywords"] = _keywords(keywords)
    if with_comments is not None:
        wanted["with_comments"] = with_comments
    if public is not None:
        wanted["is_public"] = public
    changed = [field for field, value in wanted.items() if getattr(area, field) != value]
    area.update_from_dict(wanted)
    if geojson is not None or latitude is not None or longitude is not None or radius_m is not None:
        shape = read_shape(geojson, latitude, longitude, radius_m)
        _put_shape(area, shape, (latitude, longitude, radius_m) if geojson is None else (None, None, None))
        changed.append("shape")
    if changed:
        await area.save()
        row = await record(WatchAreaUpdated(occasion=viewer.occasion(), area_id=area.id, changed=tuple(changed)))
        if not area.is_public:
            await AreaFollow.filter(area_id=area.id, until_event__isnull=True).update(until_event=row.id)
    return area


@action
async def delete_watch_area(viewer: Viewer, area_id: int) -> WatchArea:
    """Watch it no more. The owner's waiting lines are dropped; followers still get theirs (rule 8)."""
    return await delete_area(viewer, await _lock_own(viewer, area_id))


async def delete_area(viewer: Viewer, area: WatchArea) -> WatchArea:
    """The same for an area of theirs that the caller has locked."""
    row = await record(WatchAreaDeleted(occasion=viewer.occasion(), area_id=area.id))
    area.deleted_event, area.deleted_at = row.id, row.occurred_at
    await area.save(update_fields=["deleted_event", "deleted_at"])
    return area


@action
async def follow_watch_area(viewer: Viewer, area_id: int) -> WatchArea:
    """Hear of what happens in somebody's public area. Following twice changes nothing."""
    person_id = _signed_in(viewer)
    area = await _lock(viewer, area_id)
    if area.owner_id == person_id:
        raise Conflict("This area is your own; you hear of it already.", field="watch_area_id")
    if not await _present(area.id, person_id).exists():
        row = await record(WatchAreaFollowed(occasion=viewer.occasion(), area_id=area.id))
        await AreaFollow.create(area_id=area.id, person_id=person_id, since_event=row.id, created_at=row.occurred_at)
    return area


@action
async def unfollow_watch_area(viewer: Viewer, area_id: int) -> WatchArea:
    """Hear no more of it. Not following changes nothing."""
    person_id = _signed_in(viewer)
    area = await _lock(viewer, area_id)
    if await _present(area.id, person_id).exists():
        row = await record(WatchAreaUnfollowed(occasion=viewer.occasion(), area_id=area.id))
        await _present(area.id, person_id).update(until_event=row.id)
    return area


async def area_heard_of_by(viewer: Viewer, area_id: int) -> WatchArea:
    """An area that the viewer owns or follows, of which they may choose how soon they hear. Raises NotFound."""
    person_id = _signed_in(viewer)
    area = await areas_seen_by(viewer).get_or_none(id=area_id)
    if area is None or (area.owner_id != person_id and not await _present(area.id, person_id).exists()):
        raise NotFound("There is no such watch area of yours.", field="watch_area_id")
    return area


def _signed_in(viewer: Viewer) -> int:
    if viewer.person_id is None:
        raise SignInRequired("Sign in to watch areas.")
    return viewer.person_id


def _present(area_id: int, person_id: int) -> QuerySet[AreaFollow]:
    return AreaFollow.filter(area_id=area_id, person_id=person_id, until_event__isnull=True)


async def _lock(viewer: Viewer, area_id: int) -> WatchArea:
    require_transaction()
    await WatchArea.filter(id=area_id).select_for_update().only("id")
    area = await areas_seen_by(viewer).get_or_none(id=area_id)
    if area is None:
        raise NotFound("There is no such watch area.", field="watch_area_id")
    return area


async def _lock_own(viewer: Viewer, area_id: int) -> WatchArea:
    person_id = _signed_in(viewer)
    area = await _lock(viewer, area_id)
    if area.owner_id != person_id:
        raise Forbidden("Only its owner can change a watch area.", field="watch_area_id")
    return area


async def _categories(category_ids: Sequence[int]) -> list[int]:
    wanted = sorted(set(category_ids))
    found = await RequestCategory.filter(id__in=wanted, deleted_at__isnull=True).count() if wanted else 0
    if found != len(wanted):
        raise NotFound("One of the categories doesn't exist.", field="category_ids")
    return wanted


def _keywords(keywords: str) -> str:
    """As typed, once it is known to make sense."""
    parse_keywords(keywords)
    return keywords.strip()


def _put_shape(area: WatchArea, shape: Shape, around: tuple[float | None, float | None, float | None]) -> None:
    area.shape, area.area_km2 = shape.wkb, shape.area_km2
    area.min_x, area.min_y, area.max_x, area.max_y = shape.min_x, shape.min_y, shape.max_x, shape.max_y
    area.center_lat, area.center_lng, area.radius_m = around
