"""Drawing, changing, following and finding watch areas."""

from typing import Annotated

import strawberry
from strawberry.scalars import JSON

from api.connections import AFTER, BEFORE, FIRST, LAST, Connection, connection, window
from api.context import Info
from api.ids import row_id
from api.inbox.types import Cadence
from api.inputs import category_rows, geojson_object
from api.mutation import Act, MutationInput, answered, count, user_errors
from api.rates import Verb
from api.watching.area_types import (
    Drawn,
    WatchArea,
    WatchAreaPayload,
    WatchAreaPreview,
    repairs_of,
    warning_of,
    watch_area,
)
from casework import areas as rows
from casework import clock
from casework.access import Viewer
from casework.actions import areas as actions
from casework.errors import Invalid, NotFound
from casework.reading import page
from notifier import preferences
from notifier.held import choose_area

SHAPE = "A GeoJSON Polygon or MultiPolygon; holes count. Or give a centre and a radius instead."
NORTH, EAST, METRES = "Degrees north of the centre.", "Degrees east of the centre.", "The radius in metres."
CATEGORIES = "Only requests of these categories; all if empty."
WORDS = 'Only requests with these words: any of them; `-word` excludes; `"a phrase"`. All if empty.'


@strawberry.input(description="An area to watch.")
class CreateWatchAreaInput(MutationInput):
    name: str = strawberry.field(description="What to call it: one line of at most 200 characters.")
    shape: JSON | None = strawberry.field(default=None, description=SHAPE)
    latitude: float | None = strawberry.field(default=None, description=NORTH)
    longitude: float | None = strawberry.field(default=None, description=EAST)
    radius_m: float | None = strawberry.field(default=None, description=METRES)
    category_ids: list[strawberry.ID] = strawberry.field(default_factory=list, description=CATEGORIES)
    keywords: str = strawberry.field(default="", description=WORDS)
    with_comments: bool = strawberry.field(default=True, description="Whether to hear of comments.")
    public: bool = strawberry.field(default=False, description="Whether others can see and follow it.")


@strawberry.input(description="A mutation on one watch area.")
class WatchAreaInput(MutationInput):
    watch_area_id: strawberry.ID = strawberry.field(description="The area's global id.")

    @property
    def number(self) -> int:
        """The area's row. Raises Invalid."""
        return row_id(self.watch_area_id, "WatchArea", "watch_area_id")


@strawberry.input(description="What to change in an area; what is left out or null stays as it is.")
class UpdateWatchAreaInput(WatchAreaInput):
    name: str | None = strawberry.field(default=None, description="What to call it.")
    shape: JSON | None = strawberry.field(default=None, description=SHAPE)
    latitude: float | None = strawberry.field(default=None, description=NORTH)
    longitude: float | None = strawberry.field(default=None, description=EAST)
    radius_m: float | None = strawberry.field(default=None, description=METRES)
    category_ids: list[strawberry.ID] | None = strawberry.field(default=None, description=CATEGORIES)
    keywords: str | None = strawberry.field(default=None, description=WORDS)
    with_comments: bool | None = strawberry.field(default=None, description="Whether to hear of comments.")
    public: bool | None = strawberry.field(default=None, description="Whether others can see and follow it.")


@strawberry.input(description="An area to watch no more.")
class DeleteWatchAreaInput(WatchAreaInput):
    pass


@strawberry.input(description="Somebody's public area to follow.")
class FollowWatchAreaInput(WatchAreaInput):
    pass


@strawberry.input(description="An area to follow no longer.")
class UnfollowWatchAreaInput(WatchAreaInput):
    pass


@strawberry.input(description="How soon to hear of one area; what is left out or null is the default.")
class UpdateWatchAreaPreferenceInput(WatchAreaInput):
    cadence: Cadence | None = strawberry.field(default=None, description="How soon, or not at all.")
    comments: bool | None = strawberry.field(default=None, description="Whether to hear of comments.")


async def _on_area(info: Info, input: MutationInput, act: Act, drawn: Drawn | None = None) -> WatchAreaPayload:
    answer = await answered(info, input, act)
    row = await rows.WatchArea.get_or_none(id=answer.changed[0]) if answer.changed else None
    return WatchAreaPayload(
        drawn=drawn,
        watch_area=watch_area(row, info.context.viewer) if row is not None else None,
        user_errors=user_errors(answer),
        client_mutation_id=input.client_mutation_id,
    )


def _drawn(input: CreateWatchAreaInput | UpdateWatchAreaInput) -> Drawn:
    return Drawn(input.shape, input.latitude, input.longitude, input.radius_m)


@strawberry.type
class WatchAreaMutations:
    @strawberry.mutation(description="Watch an area from now on. A confirmation says what it covers.")
    async def create_watch_area(self, info: Info, input: CreateWatchAreaInput) -> WatchAreaPayload:
        async def act(viewer: Viewer) -> rows.WatchArea:
            return await actions.create_watch_area(
                viewer,
                name=input.name,
                geojson=geojson_object(input.shape),
                latitude=input.latitude,
                longitude=input.longitude,
                radius_m=input.radius_m,
                category_ids=category_rows(input.category_ids),
                keywords=input.keywords,
                with_comments=input.with_comments,
                public=input.public,
            )

        return await _on_area(info, input, act, _drawn(input))

    @strawberry.mutation(
        description="Change one's own area. It counts from the next event on. Made private, nobody follows it any more."
    )
    async def update_watch_area(self, info: Info, input: UpdateWatchAreaInput) -> WatchAreaPayload:
        async def act(viewer: Viewer) -> rows.WatchArea:
            return await actions.update_watch_area(
                viewer,
                input.number,
                name=input.name,
                geojson=geojson_object(input.shape),
                latitude=input.latitude,
                longitude=input.longitude,
                radius_m=input.radius_m,
                category_ids=category_rows(input.category_ids) if input.category_ids is not None else None,
                keywords=input.keywords,
                with_comments=input.with_comments,
                public=input.public,
            )

        return await _on_area(info, input, act, _drawn(input))

    @strawberry.mutation(description="Watch an area no more. Its followers still get what waits for them.")
    async def delete_watch_area(self, info: Info, input: DeleteWatchAreaInput) -> WatchAreaPayload:
        return await _on_area(info, input, lambda viewer: actions.delete_watch_area(viewer, input.number))

    @strawberry.mutation(description="Hear of what happens in somebody's public area. Twice changes nothing.")
    async def follow_watch_area(self, info: Info, input: FollowWatchAreaInput) -> WatchAreaPayload:
        return await _on_area(info, input, lambda viewer: actions.follow_watch_area(viewer, input.number))

    @strawberry.mutation(description="Follow an area no longer.")
    async def unfollow_watch_area(self, info: Info, input: UnfollowWatchAreaInput) -> WatchAreaPayload:
        return await _on_area(info, input, lambda viewer: actions.unfollow_watch_area(viewer, input.number))

    @strawberry.mutation(description="Choose how soon to hear of one area, own or followed. What waits moves.")
    async def update_watch_area_preference(self, info: Info, input: UpdateWatchAreaPreferenceInput) -> WatchAreaPayload:
        async def act(viewer: Viewer) -> rows.WatchArea:
            area = await actions.area_heard_of_by(viewer, input.number)
            cadence = preferences.Cadence(str(input.cadence.value)) if input.cadence is not None else None
            await choose_area(viewer.person_id or 0, area.id, cadence, input.comments)
            return area

        payload = await _on_area(info, input, act)
        if payload.watch_area is not None and input.cadence is Cadence.IMMEDIATE:
            await info.context.digest_wanted()
        return payload


@strawberry.type
class WatchAreaQueries:
    @strawberry.field(name="watchArea", description="One area by its global id: one's own, or a public one.")
    async def watch_area_by_id(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="The area's global id.")]
    ) -> WatchArea | None:
        try:
            number = row_id(id, "WatchArea", "id")
        except (Invalid, NotFound):
            return None
        row = await actions.areas_seen_by(info.context.viewer).get_or_none(id=number)
        return watch_area(row, info.context.viewer) if row is not None else None

    @strawberry.field(description="The viewer's own areas and everybody's public ones.")
    async def watch_areas(
        self,
        info: Info,
        mine: Annotated[bool, strawberry.argument(description="Only the viewer's own.")] = False,
        first: Annotated[int | None, strawberry.argument(description=FIRST)] = None,
        after: Annotated[str | None, strawberry.argument(description=AFTER)] = None,
        last: Annotated[int | None, strawberry.argument(description=LAST)] = None,
        before: Annotated[str | None, strawberry.argument(description=BEFORE)] = None,
    ) -> Connection[WatchArea]:
        viewer = info.context.viewer
        seen = actions.areas_seen_by(viewer)
        if mine:
            seen = seen.filter(owner_id=viewer.person_id or 0)
        found = await page(seen, window(first, after, last, before))
        return connection(found, lambda row: watch_area(row, viewer), lambda row: row.id, seen.count)

    @strawberry.field(description="What an area would have matched, before it is made.")
    async def preview_watch_area(
        self,
        info: Info,
        shape: Annotated[JSON | None, strawberry.argument(description=SHAPE)] = None,
        latitude: Annotated[float | None, strawberry.argument(description=NORTH)] = None,
        longitude: Annotated[float | None, strawberry.argument(description=EAST)] = None,
        radius_m: Annotated[float | None, strawberry.argument(description=METRES)] = None,
        category_ids: Annotated[list[strawberry.ID] | None, strawberry.argument(description=CATEGORIES)] = None,
        keywords: Annotated[str, strawberry.argument(description=WORDS)] = "",
    ) -> WatchAreaPreview:
        await count(info, Verb.PREVIEW)
        read = actions.read_shape(geojson_object(shape), latitude, longitude, radius_m)
        since = clock.now() - rows.LATELY
        found = await rows.would_have_matched(read, category_rows(category_ids or []), keywords, since=since)
        language = info.context.language
        return WatchAreaPreview(
            count=found.count,
            per_week=found.per_week,
            is_too_broad=found.is_too_broad,
            warning=warning_of(found, language),
            area_km2=read.area_km2,
            repairs=repairs_of(read, language),
        )
