"""What a viewer may do to one request now: the checks that actions make, askable before the act.

    check(viewer, request, Deed.CLOSE)        raises what the action would raise
    why_not(viewer, request, Deed.CLOSE)      the same as a value; None where it is allowed

A request needs its category and its organization loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import partial

from casework.access import Viewer, require
from casework.errors import CannotMerge, CaseworkError, Conflict, Forbidden, Held, IllegalMove
from casework.lifecycle import Move, Part, after, check_may_act, check_may_comment
from casework.organizations import Organization, Restriction
from casework.permissions import Action
from casework.requests import ServiceRequest, Status


class Deed(StrEnum):
    """Everything that can be done to a request by somebody."""

    UPDATE = "update"
    COMMENT = "comment"
    SPEAK_INTERNALLY = "speak_internally"
    ACKNOWLEDGE = "acknowledge"
    CLOSE = "close"
    REOPEN = "reopen"
    VOTE = "vote"
    FOLLOW = "follow"
    ASSIGN = "assign"
    RECATEGORIZE = "recategorize"
    CHANGE_DUE_DATE = "change_due_date"
    ORDER_WORK = "order_work"
    MERGE = "merge"
    SET_VISIBILITY = "set_visibility"


def check(viewer: Viewer, request: ServiceRequest, deed: Deed) -> None:
    """Raise the CaseworkError that stands in the way, if any."""
    _CHECKS[deed](viewer, request)


def why_not(viewer: Viewer, request: ServiceRequest, deed: Deed) -> CaseworkError | None:
    try:
        check(viewer, request, deed)
    except CaseworkError as refusal:
        return refusal
    return None


def target_of(viewer: Viewer, request: ServiceRequest, move: Move) -> Status:
    """The status that a move by this viewer leads to; raises as `check` does."""
    require(viewer, Action.CHANGE_STATUS, request.organization_id)
    refuse_held(request)
    part = viewer.part(request)
    return after(request.status, move, part, restriction_for(request, part))


def restriction_for(request: ServiceRequest, part: Part) -> Restriction:
    """The category's restriction on the requester or on all other residents; none on staff."""
    if part is Part.STAFF:
        return Restriction.NONE
    category = request.category
    return category.requester_restriction if part is Part.REQUESTER else category.resident_restriction


def refuse_held(request: ServiceRequest) -> None:
    """Nobody hears of a held request, so nothing that is told of can be done to it."""
    if request.held_at is not None:
        raise Held("This request waits for staff to release it.")


def refuse_without_work(organization: Organization) -> None:
    if not organization.uses_work:
        raise Conflict("This organization doesn't use work orders. Its owners and managers can switch them on.")


def _move(viewer: Viewer, request: ServiceRequest, *, move: Move) -> None:
    target_of(viewer, request, move)


def _update(viewer: Viewer, request: ServiceRequest) -> None:
    require(viewer, Action.UPDATE_REQUEST, request.organization_id)
    if not (viewer.is_staff_of(request.organization_id) or viewer.is_reporter(request)):
        raise Forbidden("Only the reporter and staff can change what was reported.")
    _refuse_archived(request)
    part = viewer.part(request)
    check_may_act(request.status, part, restriction_for(request, part))


def _comment(viewer: Viewer, request: ServiceRequest) -> None:
    require(viewer, Action.COMMENT, request.organization_id)
    refuse_held(request)
    part = viewer.part(request)
    check_may_comment(request.status, part, restriction_for(request, part))


def _speak_internally(viewer: Viewer, request: ServiceRequest) -> None:
    require(viewer, Action.SPEAK_INTERNALLY, request.organization_id)
    refuse_held(request)
    if request.status is Status.ARCHIVED:
        raise IllegalMove("This request is archived; report a new one instead.")


def _handle(viewer: Viewer, request: ServiceRequest, *, action: Action) -> None:
    require(viewer, action, request.organization_id)
    refuse_held(request)
    _refuse_archived(request)


def _merge(viewer: Viewer, request: ServiceRequest) -> None:
    require(viewer, Action.MERGE, request.organization_id)
    refuse_held(request)
    if request.merged_into_id is not None:
        raise CannotMerge("This request was merged already.", field="request_id")
    if request.status is Status.ARCHIVED:
        raise CannotMerge("This request is archived and can't be merged any more.", field="request_id")


def _vote(viewer: Viewer, request: ServiceRequest) -> None:
    """Restricted like a comment: it says something, too."""
    require(viewer, Action.VOTE, request.organization_id)
    refuse_held(request)
    if viewer.is_reporter(request):
        raise IllegalMove("You reported this request, so you count already.")
    part = viewer.part(request)
    check_may_comment(request.status, part, restriction_for(request, part))


def _follow(viewer: Viewer, request: ServiceRequest) -> None:
    require(viewer, Action.FOLLOW, request.organization_id)
    refuse_held(request)


def _order_work(viewer: Viewer, request: ServiceRequest) -> None:
    require(viewer, Action.WORK, request.organization_id)
    refuse_without_work(request.organization)
    _handle(viewer, request, action=Action.WORK)


def _permitted(viewer: Viewer, request: ServiceRequest, *, action: Action) -> None:
    require(viewer, action, request.organization_id)


def _refuse_archived(request: ServiceRequest) -> None:
    if request.status is Status.ARCHIVED:
        raise IllegalMove("This request is archived and can't be changed any more.")


_CHECKS: Mapping[Deed, Callable[[Viewer, ServiceRequest], None]] = {
    Deed.UPDATE: _update,
    Deed.COMMENT: _comment,
    Deed.SPEAK_INTERNALLY: _speak_internally,
    Deed.ACKNOWLEDGE: partial(_move, move=Move.ACKNOWLEDGE),
    Deed.CLOSE: partial(_move, move=Move.CLOSE),
    Deed.REOPEN: partial(_move, move=Move.REOPEN),
    Deed.VOTE: _vote,
    Deed.FOLLOW: _follow,
    Deed.ASSIGN: partial(_handle, action=Action.ASSIGN),
    Deed.RECATEGORIZE: partial(_handle, action=Action.RECATEGORIZE),
    Deed.CHANGE_DUE_DATE: partial(_handle, action=Action.CHANGE_DUE_DATE),
    Deed.ORDER_WORK: _order_work,
    Deed.MERGE: _merge,
    Deed.SET_VISIBILITY: partial(_permitted, action=Action.SET_VISIBILITY),
}
