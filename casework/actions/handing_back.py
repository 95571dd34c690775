"""What somebody handled is nobody's, once they are no staff any more."""

from __future__ import annotations

from casework.access import Viewer
from casework.actions.work import facts_of
from casework.events import RequestAssigned, WorkOrderAssigned
from casework.ledger import record
from casework.organizations import RequestCategory
from casework.people import Member
from casework.requests import ServiceRequest, Status
from casework.work import WorkOrder


async def hand_back(viewer: Viewer, member: Member) -> None:
    """Live requests and open work orders say so in their history; what is done already only forgets."""
    theirs = {"organization_id": member.organization_id, "assignee_id": member.person_id}
    await RequestCategory.filter(**theirs).update(assignee_id=None)
    await _hand_back_requests(viewer, theirs)
    await _hand_back_work_orders(viewer, theirs)


async def _hand_back_requests(viewer: Viewer, theirs: dict[str, int]) -> None:
    assigned = ServiceRequest.filter(**theirs)
    live = await assigned.filter(status__in=[Status.OPEN, Status.ACKNOWLEDGED]).order_by("id").select_for_update()
    await assigned.update(assignee_id=None)
    for request in live:
        await record(
            RequestAssigned(
                occasion=viewer.occasion(),
                organization_id=request.organization_id,
                request_id=request.id,
                by_staff=viewer.is_staff_of(request.organization_id),
                category_id=request.category_id,
                assignee_id=None,
                reporter_id=request.reporter_id,
                reporter_address=request.reporter_address,
                previous_assignee_id=theirs["assignee_id"],
            )
        )


async def _hand_back_work_orders(viewer: Viewer, theirs: dict[str, int]) -> None:
    assigned = WorkOrder.filter(**theirs)
    still_open = await assigned.filter(completed_at__isnull=True).order_by("id").select_for_update()
    await assigned.update(assignee_id=None)
    for order in still_open:
        order.assignee_id = None
        await record(WorkOrderAssigned(**facts_of(viewer, order), previous_assignee_id=theirs["assignee_id"]))
