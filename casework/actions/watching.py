"""Following and muting single requests."""

from __future__ import annotations

from typing import cast

from tortoise.queryset import QuerySet

from casework.access import Viewer, lock_request
from casework.actions.steps import action, facts, is_following, start_follow
from casework.allowances import Deed, check
from casework.events import RequestFollowed, RequestMuted, RequestUnfollowed, RequestUnmuted
from casework.ledger import record
from casework.requests import ServiceRequest
from casework.watching import Follow, Mute


@action
async def follow(viewer: Viewer, request_id: int) -> ServiceRequest:
    """Hear of what happens on a request from now on. Following twice changes nothing."""
    request, person_id = await _followable(viewer, request_id)
    await begin_following(viewer, request, person_id)
    return request


async def begin_following(viewer: Viewer, request: ServiceRequest, person_id: int) -> None:
    """Part of the caller's commit, who may and has locked the request."""
    if not await is_following(request.id, person_id):
        row = await record(RequestFollowed(**facts(viewer, request)))
        await start_follow(request, person_id, since_event=row.id, at=row.occurred_at)


@action
async def unfollow(viewer: Viewer, request_id: int) -> ServiceRequest:
    """Hear no more of it. Not following changes nothing."""
    request, person_id = await _followable(viewer, request_id)
    if await is_following(request.id, person_id):
        row = await record(RequestUnfollowed(**facts(viewer, request)))
        present = Follow.filter(request_id=request.id, person_id=person_id, until_event__isnull=True)
        await present.update(until_event=row.id)
    return request


@action
async def mute(viewer: Viewer, request_id: int) -> ServiceRequest:
    """No resident mail about this request any more, whatever the reason (rule 8). Staff mail goes on."""
    request, person_id = await _followable(viewer, request_id)
    if not await _present_mutes(request.id, person_id).exists():
        row = await record(RequestMuted(**facts(viewer, request)))
        await Mute.create(request_id=request.id, person_id=person_id, since_event=row.id, created_at=row.occurred_at)
    return request


@action
async def unmute(viewer: Viewer, request_id: int) -> ServiceRequest:
    """Hear of it again, from now on; what was muted isn't sent later."""
    request, person_id = await _followable(viewer, request_id)
    if await _present_mutes(request.id, person_id).exists():
        row = await record(RequestUnmuted(**facts(viewer, request)))
        await _present_mutes(request.id, person_id).update(until_event=row.id)
    return request


def _present_mutes(request_id: int, person_id: int) -> QuerySet[Mute]:
    return Mute.filter(request_id=request_id, person_id=person_id, until_event__isnull=True)


async def _followable(viewer: Viewer, request_id: int) -> tuple[ServiceRequest, int]:
    request = await lock_request(viewer, request_id)
    check(viewer, request, Deed.FOLLOW)
    return request, cast(int, viewer.person_id)
