"""Saying "me too" to a request that somebody else reported, and taking it back."""

from __future__ import annotations

from typing import cast

from casework.access import Viewer, lock_request
from casework.actions.steps import action, facts
from casework.actions.watching import begin_following
from casework.allowances import Deed, check
from casework.events import RequestUnvoted, RequestVoted
from casework.ledger import record
from casework.requests import ServiceRequest
from casework.watching import Vote


@action
async def vote(viewer: Viewer, request_id: int, *, follow: bool = False) -> ServiceRequest:
    """Count as one more whom it bothers, and `follow` it if wished. Each person counts once, however often they say so.

    Raises IllegalMove for one's own request and for one that is archived, Restricted where the category forbids it.
    """
    request, person_id = await _votable(viewer, request_id)
    if not await Vote.filter(request_id=request.id, person_id=person_id).exists():
        row = await record(RequestVoted(**facts(viewer, request)))
        await Vote.create(request_id=request.id, person_id=person_id, created_at=row.occurred_at)
    if follow:
        await begin_following(viewer, request, person_id)
    return request


@action
async def unvote(viewer: Viewer, request_id: int) -> ServiceRequest:
    """Take it back. Not having voted changes nothing, and whoever follows the request goes on following it."""
    request, person_id = await _votable(viewer, request_id)
    if await Vote.filter(request_id=request.id, person_id=person_id).delete():
        await record(RequestUnvoted(**facts(viewer, request)))
    return request


async def _votable(viewer: Viewer, request_id: int) -> tuple[ServiceRequest, int]:
    request = await lock_request(viewer, request_id)
    check(viewer, request, Deed.VOTE)
    return request, cast(int, viewer.person_id)
