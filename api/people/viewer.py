"""The one who is asking, with what is only theirs to see."""

from datetime import datetime

import strawberry

from api.ahead import load_ahead
from api.connections import Connection, connection, window
from api.context import Info
from api.ids import global_id
from api.inbox.viewer import InboxOfViewer
from api.organizations.types import Organization, Role, organization
from api.people.types import Person, person
from api.requests.types import After, Before, First, Last, ServiceRequest, service_request
from api.watching.area_types import WatchArea, watch_area
from casework import access, clock
from casework import people as rows
from casework.access import requests_seen_by
from casework.actions.areas import areas_heard_of
from casework.reading import follows_of, page


@strawberry.type(description="A device that is signed in.")
class Session:
    id: strawberry.ID = strawberry.field(description="What `revokeSession` takes.")
    label: str = strawberry.field(description="What it was called at sign-in; may be empty.")
    created_at: datetime = strawberry.field(description="When it began.")
    used_at: datetime = strawberry.field(description="When it was last used, to the hour.")
    expires_at: datetime = strawberry.field(description="When it ends by itself.")
    is_current: bool = strawberry.field(description="Whether it is the one that asks.")


@strawberry.type(description="A place in an organization.")
class Membership:
    organization: Organization = strawberry.field(description="The organization.")
    role: Role = strawberry.field(description="What the viewer is there.")


@strawberry.type(description="The person who is signed in.")
class Viewer(InboxOfViewer):
    id: strawberry.ID = strawberry.field(description="The global id, the same as the person's.")
    person: Person = strawberry.field(description="How others see the viewer.")
    handle: str = strawberry.field(description="The name to mention the viewer by.")
    name: str = strawberry.field(description="The name they gave.")
    address: str | None = strawberry.field(description="Their e-mail address, which nobody else is shown.")
    is_confirmed: bool = strawberry.field(description="Whether they have confirmed the address.")
    language: str = strawberry.field(description="The language of their mails, as in `en`.")
    time_zone: str = strawberry.field(description="Where their clock is, as in `America/New_York`.")

    @strawberry.field(description="Where the viewer is signed in, the latest first.")
    async def sessions(self, info: Info) -> list[Session]:
        found = rows.Session.filter(person_id=self.row.id, revoked_at__isnull=True, expires_at__gt=clock.now())
        return [
            Session(
                id=strawberry.ID(global_id("Session", row.id)),
                label=row.label,
                created_at=row.created_at,
                used_at=row.used_at,
                expires_at=row.expires_at,
                is_current=row.token_hash == info.context.session,
            )
            for row in await found.order_by("-id")
        ]

    @strawberry.field(description="The organizations that the viewer is a member of.")
    async def memberships(self, info: Info) -> list[Membership]:
        members = rows.Member.filter(person_id=self.row.id, until_event__isnull=True).order_by("organization_id")
        return [
            Membership(organization=organization(row.organization, info.context.viewer), role=Role[row.role.name])
            for row in await members.select_related("organization")
        ]

    @strawberry.field(description="The requests that the viewer follows, the latest follow first.")
    async def followed_requests(
        self, info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Connection[ServiceRequest]:
        viewer = info.context.viewer
        follows = follows_of(viewer)
        found = await page(
            follows.select_related("request"),
            window(first, after, last, before),
            ascending=False,
        )
        await load_ahead(info, [row.request for row in found.rows])
        return connection(found, lambda row: service_request(row.request, viewer), lambda row: row.id, follows.count)

    @strawberry.field(description="The requests that the viewer reported, the newest first.")
    async def reported_requests(
        self, info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Connection[ServiceRequest]:
        viewer = info.context.viewer
        reported = requests_seen_by(viewer).filter(reporter_id=self.row.id)
        found = await page(reported, window(first, after, last, before), ascending=False)
        await load_ahead(info, found.rows)
        return connection(found, lambda row: service_request(row, viewer), lambda row: row.id, reported.count)

    @strawberry.field(
        description="The areas that the viewer hears of, their own and those they follow: the latest first."
    )
    async def watch_areas(
        self, info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Connection[WatchArea]:
        viewer = info.context.viewer
        heard_of = areas_heard_of(viewer)
        found = await page(heard_of, window(first, after, last, before), ascending=False)
        return connection(found, lambda row: watch_area(row, viewer), lambda row: row.id, heard_of.count)


@strawberry.type
class ViewerQueries:
    @strawberry.field(description="Who is asking; null for a guest.")
    def viewer(self, info: Info) -> Viewer | None:
        return viewer_of(info.context.viewer)


def viewer_of(viewer: access.Viewer) -> Viewer | None:
    row = viewer.person
    if row is None:
        return None
    return Viewer(
        row=row,
        id=strawberry.ID(global_id("Person", row.id)),
        person=person(row),
        handle=row.handle,
        name=row.name,
        address=row.address,
        is_confirmed=row.confirmed_at is not None,
        language=row.language,
        time_zone=row.time_zone,
    )
