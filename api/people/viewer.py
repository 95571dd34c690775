"""The one who is asking, with what is only theirs to see."""

import strawberry

from api.connections import Connection, connection, window
from api.context import Info
from api.ids import global_id
from api.inbox.viewer import InboxOfViewer
from api.people.types import Person, person
from api.requests.types import After, Before, First, Last, ServiceRequest, service_request
from casework.access import requests_seen_by
from casework.reading import SHOWN, follows_of, page


@strawberry.type(description="The person who is signed in.")
class Viewer(InboxOfViewer):
    id: strawberry.ID = strawberry.field(description="The global id, the same as the person's.")
    person: Person = strawberry.field(description="How others see the viewer.")
    handle: str = strawberry.field(description="The name to mention the viewer by.")
    name: str = strawberry.field(description="The name they gave.")
    address: str | None = strawberry.field(description="Their e-mail address, which nobody else is shown.")
    is_confirmed: bool = strawberry.field(description="Whether they have confirmed the address.")
    language: str = strawberry.field(description="The language of their mails, as in `en` or `es`.")
    time_zone: str = strawberry.field(description="Where their clock is, as in `America/New_York`.")

    @strawberry.field(description="The requests that the viewer follows, the latest follow first.")
    async def followed_requests(
        self, info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Connection[ServiceRequest]:
        viewer = info.context.viewer
        follows = follows_of(viewer)
        found = await page(
            follows.select_related(*(f"request__{name}" for name in SHOWN)),
            window(first, after, last, before),
            ascending=False,
        )
        return connection(found, lambda row: service_request(row.request, viewer), lambda row: row.id, follows.count)

    @strawberry.field(description="The requests that the viewer reported, the newest first.")
    async def reported_requests(
        self, info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Connection[ServiceRequest]:
        viewer = info.context.viewer
        reported = requests_seen_by(viewer).filter(reporter_id=self.row.id)
        found = await page(reported.select_related(*SHOWN), window(first, after, last, before), ascending=False)
        return connection(found, lambda row: service_request(row, viewer), lambda row: row.id, reported.count)


@strawberry.type
class ViewerQueries:
    @strawberry.field(description="Who is asking; null for a guest.")
    def viewer(self, info: Info) -> Viewer | None:
        row = info.context.viewer.person
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
