"""A work order, as staff see it. Nobody else sees any."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from api.context import Info
from api.ids import global_id
from api.node import Node
from api.people.types import Person, person
from casework.work import WorkOrder as Row

if TYPE_CHECKING:
    from api.requests.types import ServiceRequest


@strawberry.type(description="A piece of work for a member of staff, on a request or on its own. For staff.")
class WorkOrder(Node):
    row: strawberry.Private[Row]
    number: int = strawberry.field(description="Its number in the organization, counted from 1.")
    summary: str = strawberry.field(description="What is to be done, in one line.")
    description: str = strawberry.field(description="All about it: plain text; may be empty.")
    due_at: datetime | None = strawberry.field(description="When it should be done; null for no date.")
    created_at: datetime = strawberry.field(description="When it was made.")
    updated_at: datetime = strawberry.field(description="When it last changed.")
    completed_at: datetime | None = strawberry.field(description="When it was completed; null while it isn't.")

    @strawberry.field(description="Who is to do it; null for nobody yet.")
    async def assignee(self, info: Info) -> Person | None:
        if self.row.assignee_id is None:
            return None
        found = await info.context.loaders.person.load(self.row.assignee_id)
        return person(found) if found else None

    @strawberry.field(description="The request that it belongs to; null for one on its own.")
    async def request(self, info: Info) -> Annotated["ServiceRequest", strawberry.lazy("api.requests.types")] | None:
        from api.requests.types import service_request

        if self.row.request_id is None:
            return None
        found = await info.context.loaders.request.load(self.row.request_id)
        return service_request(found, info.context.viewer) if found else None


def work_order(row: Row) -> WorkOrder:
    return WorkOrder(
        row=row,
        id=strawberry.ID(global_id("WorkOrder", row.id)),
        number=row.number,
        summary=row.summary,
        description=row.description,
        due_at=row.due_at,
        created_at=row.created_at,
        updated_at=row.updated_at,
        completed_at=row.completed_at,
    )
