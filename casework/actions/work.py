"""Work orders: made on a request or on their own, given to somebody, moved in time, and done.

Only where the organization uses Work, and for its staff alone.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tortoise.expressions import F

from casework import text
from casework.access import Viewer, lock_request, organization_for, require, staff_member_for
from casework.actions.deadlines import check_due_date
from casework.actions.steps import action
from casework.allowances import Deed, check, refuse_without_work
from casework.database import require_transaction
from casework.errors import IllegalMove, NotFound
from casework.events import (
    WorkOrderAssigned,
    WorkOrderCompleted,
    WorkOrderCreated,
    WorkOrderDueAtChanged,
)
from casework.ledger import record
from casework.organizations import Organization
from casework.permissions import Action
from casework.work import WorkOrder, work_orders_seen_by


@action
async def create_work_order(
    viewer: Viewer,
    organization_id: int,
    *,
    summary: str,
    description: str = "",
    request_id: int | None = None,
    assignee_id: int | None = None,
    due_at: datetime | None = None,
) -> WorkOrder:
    """A piece of work, on a request of the organization or alone. Raises Invalid, NotFound, Conflict or IllegalMove."""
    organization = await organization_for(organization_id)
    require(viewer, Action.WORK, organization_id)
    refuse_without_work(organization)
    number = await _next_number(organization)  # which locks it: organizations come before requests
    if request_id is not None:
        request = await lock_request(viewer, request_id)
        if request.organization_id != organization_id:
            raise NotFound("There is no such request in this organization.", field="request_id")
        check(viewer, request, Deed.ORDER_WORK)
    if assignee_id is not None:
        await staff_member_for(organization_id, assignee_id, field="assignee_id")
    at = viewer.occasion().at
    check_due_date(due_at, at)
    order = await WorkOrder.create(
        organization=organization,
        number=number,
        request_id=request_id,
        summary=text.line(summary, "summary"),
        description=text.text(description, "description", required=False),
        assignee_id=assignee_id,
        due_at=due_at,
        created_at=at,
        updated_at=at,
    )
    await record(WorkOrderCreated(**facts_of(viewer, order)))
    if assignee_id is not None:
        await record(WorkOrderAssigned(**facts_of(viewer, order), previous_assignee_id=None))
    return order


@action
async def assign_work_order(viewer: Viewer, work_order_id: int, *, assignee_id: int | None) -> WorkOrder:
    """Give it to a member of staff, or to nobody. The same assignee again changes and records nothing."""
    order = await _open_order(viewer, work_order_id)
    if assignee_id is not None:
        await staff_member_for(order.organization_id, assignee_id, field="assignee_id")
    previous = order.assignee_id
    if previous != assignee_id:
        order.assignee_id = assignee_id
        await _save(viewer, order, "assignee_id")
        await record(WorkOrderAssigned(**facts_of(viewer, order), previous_assignee_id=previous))
    return order


@action
async def change_due_at(viewer: Viewer, work_order_id: int, *, due_at: datetime | None) -> WorkOrder:
    """Set or clear when it should be done. The same moment again changes and records nothing."""
    order = await _open_order(viewer, work_order_id)
    check_due_date(due_at, viewer.occasion().at)
    old = order.due_at
    if old != due_at:
        order.due_at = due_at
        await _save(viewer, order, "due_at")
        await record(WorkOrderDueAtChanged(**facts_of(viewer, order), old_due_at=old, new_due_at=due_at))
    return order


@action
async def complete_work_order(viewer: Viewer, work_order_id: int) -> WorkOrder:
    """It is done, for good. The request that it belongs to stays as it is."""
    order = await _open_order(viewer, work_order_id)
    order.completed_at = viewer.occasion().at
    await _save(viewer, order, "completed_at")
    await record(WorkOrderCompleted(**facts_of(viewer, order)))
    return order


async def _open_order(viewer: Viewer, work_order_id: int) -> WorkOrder:
    """The work order, locked. To everyone but staff there is none."""
    require_transaction()
    await WorkOrder.filter(id=work_order_id).select_for_update().only("id")
    order = await work_orders_seen_by(viewer).select_related("organization").get_or_none(id=work_order_id)
    if order is None:
        raise NotFound("There is no such work order.", field="work_order_id")
    require(viewer, Action.WORK, order.organization_id)
    refuse_without_work(order.organization)
    if order.completed_at is not None:
        raise IllegalMove("This work order is completed and can't be changed any more.")
    return order


def facts_of(viewer: Viewer, order: WorkOrder) -> dict[str, Any]:
    """What every event of a work order says, as it is now."""
    return {
        "occasion": viewer.occasion(),
        "organization_id": order.organization_id,
        "request_id": order.request_id,
        "by_staff": viewer.is_staff_of(order.organization_id),
        "work_order_id": order.id,
        "assignee_id": order.assignee_id,
    }


async def _save(viewer: Viewer, order: WorkOrder, column: str) -> None:
    order.updated_at = viewer.occasion().at
    await order.save(update_fields=[column, "updated_at"])


async def _next_number(organization: Organization) -> int:
    """They are counted from 1 in each organization; taking one locks its row until the commit."""
    mine = Organization.filter(id=organization.id)
    await mine.update(next_work_order_number=F("next_work_order_number") + 1)
    row = await mine.get().only("id", "next_work_order_number")
    return row.next_work_order_number - 1
