"""What is done with a request: assigning, moving it through its statuses, its visibility."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from casework.access import Viewer, category_for, lock_request, staff_member_for
from casework.actions.deadlines import CLOCK, start_clock, stop_clock
from casework.actions.photos import use_photos
from casework.actions.steps import (
    action,
    add_status_comment,
    assign_automatically,
    facts,
    record_act,
    refuse_what_would_be_held,
    touch,
)
from casework.allowances import Deed, check, target_of
from casework.errors import CaseworkError, Invalid
from casework.events import (
    RequestAcknowledged,
    RequestAssigned,
    RequestClosed,
    RequestRecategorized,
    RequestReopened,
    RequestVisibilityChanged,
)
from casework.lifecycle import Move
from casework.requests import ServiceRequest, Status

BULK_MAX = 200


@action
async def assign(viewer: Viewer, request_id: int, *, assignee_id: int | None) -> ServiceRequest:
    """Give the request to a member of staff, or to nobody. The same assignee again changes and records nothing."""
    request = await lock_request(viewer, request_id)
    check(viewer, request, Deed.ASSIGN)
    if assignee_id is not None:
        await staff_member_for(request.organization_id, assignee_id, field="assignee_id")
    previous = request.assignee_id
    if previous == assignee_id:
        return request
    request.assignee_id = assignee_id
    await touch(viewer, request, "assignee_id")
    await record_act(viewer, request, RequestAssigned(**facts(viewer, request), previous_assignee_id=previous))
    return request


@action
async def recategorize(viewer: Viewer, request_id: int, *, category_id: int) -> ServiceRequest:
    """Move the request to another category, which may bring another assignee with it (rule 15)."""
    request = await lock_request(viewer, request_id)
    check(viewer, request, Deed.RECATEGORIZE)
    category = await category_for(request.organization_id, category_id)
    old_category_id = request.category_id
    if category.id == old_category_id:
        return request
    request.category = category
    displaced = await assign_automatically(request, category)
    start_clock(request, viewer.occasion())
    await touch(viewer, request, "category_id", "assignee_id", *CLOCK)
    event = RequestRecategorized(
        **facts(viewer, request) | {"displaced_id": displaced},
        old_category_id=old_category_id,
        route_addresses=tuple(category.route_addresses),
    )
    await record_act(viewer, request, event)
    return request


@action
async def acknowledge(
    viewer: Viewer, request_id: int, *, comment: str, photo_ids: Sequence[str] = ()
) -> ServiceRequest:
    """Say that the request was seen. Staff only; carries a public comment."""
    request = await lock_request(viewer, request_id)
    note = await _move(viewer, request, Move.ACKNOWLEDGE, comment, photo_ids)
    await record_act(viewer, request, RequestAcknowledged(**facts(viewer, request), comment_id=note))
    return request


@action
async def close(viewer: Viewer, request_id: int, *, comment: str, photo_ids: Sequence[str] = ()) -> ServiceRequest:
    """Close the request with a public comment. Raises IllegalMove, Restricted or Invalid (comment)."""
    request = await lock_request(viewer, request_id)
    note = await _move(viewer, request, Move.CLOSE, comment, photo_ids)
    await record_act(viewer, request, RequestClosed(**facts(viewer, request), comment_id=note))
    return request


@action
async def close_many(viewer: Viewer, request_ids: Sequence[int], *, comment: str) -> list[ServiceRequest]:
    """Close several requests as one deed: all or none, and one mail to each reader (rule 10).

    The rows are locked in id order, so that two bulk edits can't wait for each other. An error's field names the
    position in `request_ids`.
    """
    if not request_ids:
        raise Invalid("request_ids must name at least one request.", field="request_ids")
    if len(request_ids) > BULK_MAX:
        raise Invalid(
            "%(field)s has %(many)s entries; at most %(allowed)s are allowed.",
            field="request_ids",
            many=len(request_ids),
            allowed=BULK_MAX,
        )
    one_deed = viewer.during(at=viewer.at, bulk=str(uuid.uuid4()), imported=viewer.imported)
    closed: dict[int, ServiceRequest] = {}
    for request_id in sorted(set(request_ids)):
        try:
            closed[request_id] = await close(one_deed, request_id, comment=comment)
        except CaseworkError as error:
            if error.field in (None, "request_id"):
                error.field = f"request_ids.{list(request_ids).index(request_id)}"
            raise
    return [closed[request_id] for request_id in dict.fromkeys(request_ids)]


@action
async def reopen(viewer: Viewer, request_id: int, *, comment: str, photo_ids: Sequence[str] = ()) -> ServiceRequest:
    """Open a closed request again, with a public comment; its category may assign it anew (rule 15)."""
    request = await lock_request(viewer, request_id)
    note = await _move(viewer, request, Move.REOPEN, comment, photo_ids)
    displaced = await assign_automatically(request, request.category)
    start_clock(request, viewer.occasion())
    await touch(viewer, request, "assignee_id", *CLOCK)
    event = RequestReopened(
        **facts(viewer, request) | {"displaced_id": displaced},
        comment_id=note,
        route_addresses=tuple(request.category.route_addresses),
    )
    await record_act(viewer, request, event)
    return request


@action
async def set_visibility(viewer: Viewer, request_id: int, *, hidden: bool) -> ServiceRequest:
    """Hide a request from residents (its reporter apart), or show it again (rule 4)."""
    request = await lock_request(viewer, request_id)
    check(viewer, request, Deed.SET_VISIBILITY)
    if request.is_hidden == hidden:
        return request
    request.is_hidden = hidden
    await touch(viewer, request, "is_hidden")
    await record_act(viewer, request, RequestVisibilityChanged(**facts(viewer, request), hidden=hidden))
    return request


async def _move(viewer: Viewer, request: ServiceRequest, move: Move, comment: str, photo_ids: Sequence[str]) -> int:
    """Change the status and write its comment, with its photos; returns the comment's id."""
    request.status = target_of(viewer, request, move)
    await refuse_what_would_be_held(viewer, request, comment)
    request.closed_at = viewer.occasion().at if request.status is Status.CLOSED else None
    note = await add_status_comment(viewer, request, comment, accompanies=request.status)
    await use_photos(viewer, request, photo_ids, comment=note)
    if request.status is Status.CLOSED:
        stop_clock(request)
    await touch(viewer, request, "status", "closed_at", "sla_alarm_at")
    return note.id
