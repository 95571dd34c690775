"""What happened on a request, as one kind of entry for every event.

A new event needs a phrase here; a test holds the table complete.
"""

from datetime import datetime

import strawberry

from api.comments.types import Comment, comment
from api.context import Info
from api.ids import global_id
from api.people.types import Person, person
from api.work.types import WorkOrder, work_order
from casework import requests as rows
from casework.access import STAFF_ACTS, Viewer, names_actor
from casework.history import HistoryRow
from casework.phrases import N_

PHRASES = {
    "RequestSubmitted": N_("%(who)s reported this"),
    "RequestUpdated": N_("%(who)s mended the report"),
    "RequestAssigned": N_("%(who)s changed who is assigned"),
    "RequestRecategorized": N_("%(who)s moved this to another category"),
    "RequestAcknowledged": N_("%(who)s acknowledged this"),
    "RequestClosed": N_("%(who)s closed this"),
    "RequestReopened": N_("%(who)s reopened this"),
    "PublicCommentAdded": N_("%(who)s commented"),
    "InternalCommentAdded": N_("%(who)s commented internally"),
    "DueDateChanged": N_("%(who)s changed the due date"),
    "RequestMerged": N_("%(who)s merged this into another request"),
    "RequestVisibilityChanged": N_("%(who)s changed who can see this"),
    "ContentFlagged": N_("%(who)s flagged this"),
    "ContentReleased": N_("%(who)s released this"),
    "RequestArchived": N_("Archived, after a week without news"),
    "WorkOrderCreated": N_("%(who)s ordered work"),
    "WorkOrderAssigned": N_("%(who)s changed who is to do the work"),
    "WorkOrderDueAtChanged": N_("%(who)s changed when the work is due"),
    "WorkOrderCompleted": N_("%(who)s completed the work"),
    "SlaNear": N_("The deadline is near"),
    "SlaBreached": N_("The deadline has passed"),
}


@strawberry.type(description="Something that happened on a request, or, for staff, to a work order.")
class HistoryEvent:
    row: strawberry.Private[HistoryRow]
    request: strawberry.Private[rows.ServiceRequest | None]
    id: strawberry.ID = strawberry.field(description="Its id: opaque, and stable for ever.")
    type: str = strawberry.field(
        description="What happened, to switch on, as in `RequestClosed`. New ones may be added."
    )
    is_internal: bool = strawberry.field(description="Whether only staff see this entry.")
    occurred_at: datetime = strawberry.field(description="When it happened.")

    @strawberry.field(
        description="Who did it; null for guests, for the clock, and where they are anonymous to the viewer."
    )
    async def actor(self, info: Info) -> Person | None:
        return await self._actor(info)

    @strawberry.field(description="What happened as a sentence to show, in the viewer's language.")
    async def text(self, info: Info) -> str:
        actor = await self._actor(info)
        words = info.context.words
        return words.gettext(PHRASES[self.row.type], who=actor.name if actor is not None else words.gettext("Somebody"))

    @strawberry.field(description="Why it was flagged; null for everything else.")
    def reason(self) -> str | None:
        reason = self.row.data.get("reason")
        return reason if isinstance(reason, str) else None

    @strawberry.field(description="What was said with it; null where nothing was.")
    async def comment(self, info: Info) -> Comment | None:
        comment_id = self.row.data.get("comment_id")
        if not isinstance(comment_id, int) or self.request is None:
            return None
        found = await info.context.loaders.comment.load(comment_id)
        return comment(found, self.request, info.context.viewer) if found else None

    @strawberry.field(description="The work order that it is about; null for everything else. For staff.")
    async def work_order(self, info: Info) -> WorkOrder | None:
        order_id = self.row.data.get("work_order_id")
        found = await info.context.loaders.work_order.load(order_id) if isinstance(order_id, int) else None
        return work_order(found) if found else None

    async def _actor(self, info: Info) -> Person | None:
        actor_id, staff_act = self.row.actor_id, self.row.type in STAFF_ACTS
        if actor_id is None:
            return None
        if self.request and not names_actor(info.context.viewer, self.request, actor_id, staff_act=staff_act):
            return None
        found = await info.context.loaders.person.load(actor_id)
        return person(found) if found else None


def shown_event(row: HistoryRow, request: rows.ServiceRequest | None, viewer: Viewer) -> HistoryEvent | None:
    """One row, where this viewer may see it: `request` is the one that it is about, if they see that."""
    is_insider = row.organization_id is not None and viewer.is_staff_of(row.organization_id)
    is_lost = request is None and (row.request_id is not None or row.type not in PHRASES)
    return None if is_lost or (row.is_internal and not is_insider) else history_event(row, request)


def history_event(row: HistoryRow, request: rows.ServiceRequest | None) -> HistoryEvent:
    """One row, for a viewer who may see it; about no request where staff have work of its own."""
    return HistoryEvent(
        row=row,
        request=request,
        id=strawberry.ID(global_id("HistoryEvent", row.id)),
        type=row.type,
        is_internal=row.is_internal,
        occurred_at=row.occurred_at,
    )
