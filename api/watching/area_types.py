"""Watch areas as a viewer sees them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import strawberry
from strawberry.scalars import JSON

from api.context import Info
from api.ids import global_id
from api.inbox.types import Cadence
from api.mutation import Payload
from api.node import Node
from casework import areas as rows
from casework.access import Viewer
from casework.actions.areas import read_shape
from casework.geometry import Shape, as_geojson
from notifier.words import words_in


@strawberry.type(description="A shape on the map whose requests somebody wants to hear of.")
class WatchArea(Node):
    row: strawberry.Private[rows.WatchArea]
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
    async def viewer_follows(self, info: Info) -> bool:
        return await info.context.loaders.area_follows.load(self.row.id)

    @strawberry.field(description="How soon the viewer hears of it; null where that follows from the kind of mail.")
    async def viewer_cadence(self, info: Info) -> Cadence | None:
        choice = await info.context.loaders.area_choices.load(self.row.id)
        return Cadence(choice.cadence.value) if choice is not None and choice.cadence is not None else None

    @strawberry.field(
        description="Whether the viewer hears of comments in it: as they chose, or as the area's `withComments` says."
    )
    async def viewer_comments(self, info: Info) -> bool:
        choice = await info.context.loaders.area_choices.load(self.row.id)
        return self.with_comments if choice is None or choice.comments is None else choice.comments


@strawberry.type(description="An area in which so much happens that single mails about it would be too many.")
class WatchAreaWarning:
    message: str = strawberry.field(description="What to tell the viewer, in their language.")
    per_week: int = strawberry.field(description="How many requests the busiest week of the last 30 days brought.")
    suggested_cadence: Cadence = strawberry.field(description="How soon to hear of such an area instead.")


def warning_of(preview: rows.Preview, language: str) -> WatchAreaWarning | None:
    """None for an area of which one can hear at once."""
    if not preview.is_too_broad:
        return None
    message = words_in(language).ngettext(
        "%(num)s request was reported here in the busiest week of the last 30 days. A digest tells of them in one mail;"
        " or watch fewer of them, by categories or keywords.",
        "%(num)s requests were reported here in the busiest week of the last 30 days. A digest tells of them in one"
        " mail; or watch fewer of them, by categories or keywords.",
        preview.busiest,
    )
    return WatchAreaWarning(message=message, per_week=preview.busiest, suggested_cadence=Cadence.DAILY)


@strawberry.type(description="What an area would have matched among the public requests of the last 30 days.")
class WatchAreaPreview:
    count: int = strawberry.field(description="How many requests.")
    per_week: list[int] = strawberry.field(description="How many in each 7 days, oldest first; the first may be short.")
    is_too_broad: bool = strawberry.field(
        description="Whether it is so many that a digest is better than single mails."
    )
    warning: WatchAreaWarning | None = strawberry.field(
        description="What to tell the viewer of an area that is too broad; null for any other."
    )
    area_km2: float = strawberry.field(description="How large it is, in square kilometres.")
    repairs: list[str] = strawberry.field(description="What was put right in the shape that was sent, in words.")


@dataclass(frozen=True)
class Drawn:
    """What a mutation was sent of a shape, to be read once more for whoever asks what was put right in it."""

    geojson: Any
    latitude: float | None
    longitude: float | None
    radius_m: float | None

    def shape(self) -> Shape | None:
        """None where no shape was sent."""
        if self == Drawn(None, None, None, None):
            return None
        return read_shape(self.geojson, self.latitude, self.longitude, self.radius_m)


@strawberry.type(description="What became of a watch area.")
class WatchAreaPayload(Payload):
    drawn: strawberry.Private[Drawn | None]
    watch_area: WatchArea | None = strawberry.field(description="The area as it is now; null where nothing changed.")

    @strawberry.field(
        description="What to tell the viewer of an area that they made or changed, where it is so broad that single"
        " mails about it would be too many; null otherwise."
    )
    async def warning(self, info: Info) -> WatchAreaWarning | None:
        if self.drawn is None or self.watch_area is None:
            return None
        return warning_of(await rows.matched_lately(self.watch_area.row), info.context.language)

    @strawberry.field(description="What was put right in the shape that was sent, in words of the viewer's language.")
    def repairs(self, info: Info) -> list[str]:
        shape = self.drawn.shape() if self.drawn is not None and self.watch_area is not None else None
        return repairs_of(shape, info.context.language) if shape is not None else []


def repairs_of(shape: Shape, language: str) -> list[str]:
    return [words_in(language).gettext(each) for each in shape.repairs]


def watch_area(row: rows.WatchArea, viewer: Viewer) -> WatchArea:
    return WatchArea(
        id=strawberry.ID(global_id("WatchArea", row.id)),
        row=row,
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
