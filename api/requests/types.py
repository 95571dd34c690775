"""A service request as one viewer sees it. What they may not know is left out when the object is made, in one place."""

from collections.abc import Awaitable
from datetime import datetime
from typing import Annotated

import strawberry

from api.ahead import ready, then
from api.comments.types import Comment, comment
from api.connections import AFTER, BEFORE, FIRST, LAST, Connection, connection, window
from api.context import Info
from api.ids import global_id
from api.node import Node
from api.organizations.questions import RequestAnswer, answers
from api.organizations.types import Organization, RequestCategory, category, organization
from api.people.types import Person, person
from api.photos.types import Photo, photo
from api.requests.allowances import ViewerCan
from api.requests.history import HistoryEvent, history_event
from api.requests.status import RequestStatus
from api.work.types import WorkOrder, work_order
from casework import requests as rows
from casework.access import Viewer, answers_seen_by, is_private, names_actor
from casework.history import HistoryRow
from casework.reading import Page

First = Annotated[int | None, strawberry.argument(description=FIRST)]
After = Annotated[str | None, strawberry.argument(description=AFTER)]
Last = Annotated[int | None, strawberry.argument(description=LAST)]
Before = Annotated[str | None, strawberry.argument(description=BEFORE)]


@strawberry.type(description="Something to be put right: a pothole, a street light, graffiti.")
class ServiceRequest(Node):
    row: strawberry.Private[rows.ServiceRequest]
    number: int = strawberry.field(description="Its number in the organization, counted from 1.")
    summary: str = strawberry.field(description="What it is about, in one line.")
    description: str = strawberry.field(description="All about it: plain text, never markup; may be empty.")
    status: RequestStatus = strawberry.field(description="Where it stands.")
    category: RequestCategory = strawberry.field(description="What kind of request it is.")
    organization: Organization = strawberry.field(description="Who is to put it right.")
    place: str = strawberry.field(description="Where it is, in words; may be empty.")
    latitude: float | None = strawberry.field(description="Where it is: degrees north (WGS 84).")
    longitude: float | None = strawberry.field(description="Where it is: degrees east (WGS 84).")
    photo_urls: list[str] = strawberry.field(description="Pictures of it, elsewhere; for those uploaded see `photos`.")
    answers: list[RequestAnswer] = strawberry.field(
        description="What was answered to its category's questions. Private answers are for staff and the reporter."
    )
    reporter: Person | None = strawberry.field(
        description="Who reported it; null for guests, and where the reporter is anonymous to the viewer."
    )
    reporter_address: str | None = strawberry.field(
        description="The bare e-mail address of a reporter without an account. For staff; null for everyone else."
    )
    is_anonymous: bool = strawberry.field(description="Whether the reporter asked not to be named to residents.")
    viewer_is_reporter: bool = strawberry.field(description="Whether the viewer reported it.")
    assignee: Person | None = strawberry.field(
        description="The member of staff who is to do it. For staff; null for everyone else."
    )
    due_at: datetime | None = strawberry.field(
        description="When it should be done: the date that staff set, or else the SLA's. "
        "For staff; null for everyone else."
    )
    sla_due_at: datetime | None = strawberry.field(
        description="When its category's SLA wants it done; null where there is none. "
        "For staff; null for everyone else."
    )
    sla_breached_at: datetime | None = strawberry.field(
        description="When it was found late and escalated; null while it wasn't. For staff; null for everyone else."
    )
    is_private: bool = strawberry.field(description="Whether it is seen by its reporter and staff only.")
    is_held: bool = strawberry.field(description="Whether it waits for staff, and only they and its reporter see it.")
    created_at: datetime = strawberry.field(description="When it was reported.")
    closed_at: datetime | None = strawberry.field(description="When it was closed; null while it isn't.")

    @strawberry.field(
        description="When something last happened to it. What is internal counts for staff; nobody else can tell."
    )
    async def updated_at(self, info: Info) -> datetime:
        if info.context.viewer.is_staff_of(self.row.organization_id):
            return self.row.updated_at
        return await info.context.loaders.shown_changes.load(self.row.id) or self.created_at

    @strawberry.field(
        description="The request that it was merged into; null where it wasn't, or the viewer may not see it."
    )
    async def merged_into(
        self, info: Info
    ) -> Annotated["ServiceRequest", strawberry.lazy("api.requests.types")] | None:
        if self.row.merged_into_id is None:
            return None
        found = await info.context.loaders.request.load(self.row.merged_into_id)
        return service_request(found, info.context.viewer) if found else None

    @strawberry.field(
        graphql_type=Connection[Comment],
        description="What was said on it, oldest first. Internal comments are for staff.",
    )
    def comments(
        self, info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Connection[Comment] | Awaitable[Connection[Comment]]:
        viewer, loaders, request = info.context.viewer, info.context.loaders, self.row

        def shown(page: Page[rows.Said]) -> Connection[Comment]:
            return connection(
                page,
                lambda row: comment(row, request, viewer),
                lambda row: row.id,
                lambda: loaders.comment_counts.load(request),
            )

        return then(loaders.comments.load((request, window(first, after, last, before))), shown)

    @strawberry.field(
        graphql_type=Connection[HistoryEvent],
        description="What happened on it, oldest first. Internal events are for staff. A new event appears within "
        "seconds; none is ever inserted before one that was shown.",
    )
    def history(
        self, info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Connection[HistoryEvent] | Awaitable[Connection[HistoryEvent]]:
        loaders, request = info.context.loaders, self.row

        def shown(page: Page[HistoryRow]) -> Connection[HistoryEvent]:
            return connection(
                page,
                lambda row: history_event(row, request),
                lambda row: row.position or 0,
                lambda: loaders.history_counts.load(request),
            )

        return then(loaders.history.load((request, window(first, after, last, before))), shown)

    @strawberry.field(graphql_type=list[Photo], description="Photos of it that were uploaded, in their order.")
    def photos(self, info: Info) -> list[Photo] | Awaitable[list[Photo]]:
        context, request = info.context, self.row
        return then(
            context.loaders.photos.load(request.id),
            lambda found: [photo(each, request, None, context) for each in found],
        )

    @strawberry.field(graphql_type=bool, description="Whether the viewer follows it.")
    def viewer_follows(self, info: Info) -> bool | Awaitable[bool]:
        return ready(info.context.loaders.follows.load(self.row.id))

    @strawberry.field(graphql_type=bool, description="Whether the viewer has muted it.")
    def viewer_mutes(self, info: Info) -> bool | Awaitable[bool]:
        return ready(info.context.loaders.mutes.load(self.row.id))

    @strawberry.field(graphql_type=int, description='How many people said "me too" (`vote`), its reporter apart.')
    def vote_count(self, info: Info) -> Awaitable[int]:
        return info.context.loaders.vote_counts.load(self.row)

    @strawberry.field(graphql_type=bool, description='Whether the viewer said "me too".')
    def viewer_voted(self, info: Info) -> bool | Awaitable[bool]:
        return ready(info.context.loaders.votes.load(self.row.id))

    @strawberry.field(description="The work that was ordered on it, oldest first. For staff; null for everyone else.")
    async def work_orders(self, info: Info) -> list[WorkOrder] | None:
        found = await info.context.loaders.work_orders.load(self.row)
        return None if found is None else [work_order(row) for row in found]

    @strawberry.field(description="What the viewer may do to it now.")
    def viewer_can(self, info: Info) -> ViewerCan:
        return ViewerCan(viewer=info.context.viewer, request=self.row)


def service_request(row: rows.ServiceRequest, viewer: Viewer) -> ServiceRequest:
    """How a viewer sees a request that they may see. Needs everything in `reading.SHOWN` loaded."""
    inside = viewer.is_staff_of(row.organization_id)
    named = names_actor(viewer, row, row.reporter_id, staff_act=False)
    return ServiceRequest(
        row=row,
        id=strawberry.ID(global_id("ServiceRequest", row.id)),
        number=row.number,
        summary=row.summary,
        description=row.description,
        status=RequestStatus[row.status.name],
        category=category(row.category, viewer),
        organization=organization(row.organization, viewer),
        place=row.place,
        latitude=row.latitude,
        longitude=row.longitude,
        photo_urls=row.photo_urls,
        answers=answers(answers_seen_by(viewer, row)),
        reporter=person(row.reporter) if named and row.reporter else None,
        reporter_address=row.reporter_address if inside else None,
        is_anonymous=row.is_anonymous,
        viewer_is_reporter=viewer.is_reporter(row),
        assignee=person(row.assignee) if inside and row.assignee else None,
        due_at=row.deadline if inside else None,
        sla_due_at=row.sla_due_at if inside else None,
        sla_breached_at=row.sla_breached_at if inside else None,
        is_private=is_private(row),
        is_held=row.held_at is not None,
        created_at=row.created_at,
        closed_at=row.closed_at,
    )
