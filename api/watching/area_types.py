"""Watch areas as a viewer sees them."""

from datetime import datetime

import strawberry
from strawberry.scalars import JSON

from api.ids import global_id
from api.inbox.types import Cadence
from api.mutation import Payload
from api.node import Node
from casework import areas as rows
from casework.access import Viewer
from casework.geometry import as_geojson
from notifier.preferences import AreaChoice


@strawberry.type(description="A shape on the map whose requests somebody wants to hear of.")
class WatchArea(Node):
    row: strawberry.Private[rows.WatchArea]
    viewer_id: strawberry.Private[int | None]
    name: str = strawberry.field(description="What its owner calls it.")
    area_km2: float = strawberry.field(description="How large it is, in square kilometres.")
    latitude: float | None = strawberry.field(description="Degrees north of the centre, of an area around a centre.")
    longitude: float | None = strawberry.field(description="Degrees east of the centre, of an area around a centre.")
    radius_m: float | None = strawberry.field(description="Its radius in metres, of an area around a centre.")
    category_ids: list[strawberry.ID] = strawberry.field(description="Only requests of these categories; all if empty.")
    keywords: str = strawberry.field(description="Only requests with these words; all if empty.")
    with_comments: bool = strawberry.field(description="Whether comments are told of, unless somebody chose otherwise.")
    is_public: bool = strawberry.field(description="Whether others can see and follow it.")
    viewer_is_owner: bool = strawberry.field(description="Whether it is the viewer's own.")
    created_at: datetime = strawberry.field(description="When it was made.")

    @strawberry.field(description="The shape as a GeoJSON Polygon or MultiPolygon.")
    def shape(self) -> JSON:
        return JSON(as_geojson(self.row.shape))

    @strawberry.field(description="Whether the viewer follows it.")
    async def viewer_follows(self) -> bool:
        follows = rows.AreaFollow.filter(area_id=self.row.id, until_event__isnull=True)
        return self.viewer_id is not None and await follows.filter(person_id=self.viewer_id).exists()

    @strawberry.field(description="How soon the viewer hears of it; null where that follows from the kind of mail.")
    async def viewer_cadence(self) -> Cadence | None:
        choice = await AreaChoice.get_or_none(person_id=self.viewer_id or 0, area_id=self.row.id)
        return Cadence(choice.cadence.value) if choice is not None and choice.cadence is not None else None


@strawberry.type(description="What an area would have matched among the public requests of the last 30 days.")
class WatchAreaPreview:
    count: int = strawberry.field(description="How many requests.")
    per_week: list[int] = strawberry.field(description="How many in each 7 days, oldest first; the last may be short.")
    is_too_broad: bool = strawberry.field(
        description="Whether it is so many that a digest is better than single mails."
    )
    area_km2: float = strawberry.field(description="How large it is, in square kilometres.")
    repairs: list[str] = strawberry.field(description="What was put right in the shape that was sent, in words.")


@strawberry.type(description="What became of a watch area.")
class WatchAreaPayload(Payload):
    watch_area: WatchArea | None = strawberry.field(description="The area as it is now; null where nothing changed.")


def watch_area(row: rows.WatchArea, viewer: Viewer) -> WatchArea:
    return WatchArea(
        id=strawberry.ID(global_id("WatchArea", row.id)),
        row=row,
        viewer_id=viewer.person_id,
        name=row.name,
        area_km2=row.area_km2,
        latitude=row.center_lat,
        longitude=row.center_lng,
        radius_m=row.radius_m,
        category_ids=[strawberry.ID(global_id("RequestCategory", each)) for each in row.category_ids],
        keywords=row.keywords,
        with_comments=row.with_comments,
        is_public=row.is_public,
        viewer_is_owner=viewer.person_id == row.owner_id,
        created_at=row.created_at,
    )
