"""Making work orders and handling them."""

from datetime import datetime

import strawberry

from api.context import Info
from api.ids import row_id
from api.mutation import Act, MutationInput, Payload, answered, user_errors
from api.work.types import WorkOrder, work_order
from casework import work as rows
from casework.access import Viewer
from casework.actions import work
from casework.errors import Invalid
from casework.work import work_orders_seen_by

DUE = "When it should be done: a moment with its time zone"


@strawberry.input(description="A piece of work to be.")
class CreateWorkOrderInput(MutationInput):
    organization_id: strawberry.ID = strawberry.field(description="Whose work it is.")
    request_id: strawberry.ID | None = strawberry.field(
        default=None, description="The request that it belongs to; null for one on its own."
    )
    summary: str = strawberry.field(description="What is to be done, in one line of at most 200 characters.")
    description: str = strawberry.field(default="", description="All about it: at most 10,000 characters.")
    assignee_id: strawberry.ID | None = strawberry.field(default=None, description="A member of staff who is to do it.")
    due_at: datetime | None = strawberry.field(default=None, description=f"{DUE}.")

    async def act(self, viewer: Viewer) -> rows.WorkOrder:
        return await work.create_work_order(
            viewer,
            row_id(self.organization_id, "Organization", "organization_id"),
            request_id=row_id(self.request_id, "ServiceRequest", "request_id") if self.request_id else None,
            summary=self.summary,
            description=self.description,
            assignee_id=row_id(self.assignee_id, "Person", "assignee_id") if self.assignee_id else None,
            due_at=self.due_at,
        )


@strawberry.input(description="A mutation on one work order.")
class WorkOrderInput(MutationInput):
    work_order_id: strawberry.ID = strawberry.field(description="The work order's global id.")

    @property
    def number(self) -> int:
        """The work order's row. Raises Invalid."""
        return row_id(self.work_order_id, "WorkOrder", "work_order_id")


@strawberry.input(description="Who is to do a piece of work.")
class AssignWorkOrderInput(WorkOrderInput):
    assignee_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="A member of staff; null for nobody. Must be given."
    )

    @property
    def assignee(self) -> int | None:
        """The person's row. Raises Invalid, also where it was left out."""
        if self.assignee_id is strawberry.UNSET:
            raise Invalid("%(field)s must be given; null means nobody.", field="assignee_id")
        return None if self.assignee_id is None else row_id(self.assignee_id, "Person", "assignee_id")

    async def act(self, viewer: Viewer) -> rows.WorkOrder:
        return await work.assign_work_order(viewer, self.number, assignee_id=self.assignee)


@strawberry.input(description="When a piece of work should be done.")
class ChangeWorkOrderDueAtInput(WorkOrderInput):
    due_at: datetime | None = strawberry.field(
        default=strawberry.UNSET, description=f"{DUE}; null for no date. Must be given."
    )

    @property
    def moment(self) -> datetime | None:
        """Raises Invalid where it was left out."""
        if self.due_at is strawberry.UNSET:
            raise Invalid("%(field)s must be given; null means no due date.", field="due_at")
        return self.due_at

    async def act(self, viewer: Viewer) -> rows.WorkOrder:
        return await work.change_due_at(viewer, self.number, due_at=self.moment)


@strawberry.input(description="A piece of work that is done.")
class CompleteWorkOrderInput(WorkOrderInput):
    async def act(self, viewer: Viewer) -> rows.WorkOrder:
        return await work.complete_work_order(viewer, self.number)


@strawberry.type(description="What became of a work order.")
class WorkOrderPayload(Payload):
    work_order: WorkOrder | None = strawberry.field(
        description="The work order as it is now; null where nothing changed."
    )


@strawberry.type
class WorkMutations:
    @strawberry.mutation(
        description="Make a work order, on a request or on its own. For staff, where the organization uses Work."
    )
    async def create_work_order(self, info: Info, input: CreateWorkOrderInput) -> WorkOrderPayload:
        return await _on_order(info, input, input.act)

    @strawberry.mutation(description="Give a work order to a member of staff, or to nobody. For staff.")
    async def assign_work_order(self, info: Info, input: AssignWorkOrderInput) -> WorkOrderPayload:
        return await _on_order(info, input, input.act)

    @strawberry.mutation(description="Set or clear when a work order should be done. For staff.")
    async def change_work_order_due_at(self, info: Info, input: ChangeWorkOrderDueAtInput) -> WorkOrderPayload:
        return await _on_order(info, input, input.act)

    @strawberry.mutation(description="Complete a work order, for good. Its request stays as it is. For staff.")
    async def complete_work_order(self, info: Info, input: CompleteWorkOrderInput) -> WorkOrderPayload:
        return await _on_order(info, input, input.act)


async def _on_order(info: Info, input: MutationInput, act: Act) -> WorkOrderPayload:
    answer = await answered(info, input, act)
    seen = work_orders_seen_by(info.context.viewer)
    found = await seen.get_or_none(id=answer.changed[0]) if answer.changed else None
    return WorkOrderPayload(
        work_order=work_order(found) if found is not None else None,
        user_errors=user_errors(answer),
        client_mutation_id=input.client_mutation_id,
    )
