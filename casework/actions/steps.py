"""What several actions do on the way: the facts of an event, automatic assignment, a status change's comment."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from casework import text, tracing
from casework.access import Viewer
from casework.actions.standing import standing_now
from casework.assigning import assignment_for
from casework.database import transaction
from casework.errors import Held
from casework.events import RequestEvent
from casework.history import HistoryRow
from casework.ledger import record
from casework.moderation import is_held
from casework.organizations import RequestCategory
from casework.requests import Comment, ServiceRequest, Status
from casework.watching import Follow

P = ParamSpec("P")
T = TypeVar("T")


Verb = Callable[Concatenate[Viewer, P], Awaitable[T]]


def action(verb: Verb[P, T]) -> Verb[P, T]:
    """One transaction and one moment for everything that the verb writes, by the roles that the viewer holds then."""

    @wraps(verb)
    async def run(viewer: Viewer, /, *args: P.args, **kwargs: P.kwargs) -> T:
        with tracing.span(verb.__name__):
            async with transaction():
                return await verb(await standing_now(viewer.pinned()), *args, **kwargs)

    return run


def membership_action(verb: Verb[P, T]) -> Verb[P, T]:
    """The same for verbs that end memberships: they lock them, and so the viewer's roles, themselves."""

    @wraps(verb)
    async def run(viewer: Viewer, /, *args: P.args, **kwargs: P.kwargs) -> T:
        with tracing.span(verb.__name__):
            async with transaction():
                return await verb(viewer.pinned(), *args, **kwargs)

    return run


def facts(viewer: Viewer, request: ServiceRequest) -> dict[str, Any]:
    """The part that every event of a request has in common, as things stand after the action."""
    return {
        "occasion": viewer.occasion(),
        "organization_id": request.organization_id,
        "request_id": request.id,
        "by_staff": viewer.is_staff_of(request.organization_id),
        "category_id": request.category_id,
        "assignee_id": request.assignee_id,
        "reporter_id": request.reporter_id,
        "reporter_address": request.reporter_address,
    }


async def assign_automatically(request: ServiceRequest, category: RequestCategory) -> int | None:
    """Rule 15: give the request to whoever the assignment rules or the category name, if anyone who is still staff.

    Sets `request.assignee_id` without saving; returns whom that displaced, if anyone.
    """
    wanted = (await assignment_for(category, request.latitude, request.longitude)).assignee_id
    if wanted is None or wanted == request.assignee_id:
        return None
    displaced = request.assignee_id
    request.assignee_id = wanted
    return displaced


async def add_status_comment(viewer: Viewer, request: ServiceRequest, body: str, *, accompanies: Status) -> Comment:
    """Every status change carries a public comment, and it is part of that event (rule 14)."""
    return await Comment.create(
        request_id=request.id,
        author_id=viewer.person_id,
        by_staff=viewer.is_staff_of(request.organization_id),
        body=text.text(body, "comment"),
        accompanies=accompanies,
        created_at=viewer.occasion().at,
    )


async def refuse_what_would_be_held(viewer: Viewer, request: ServiceRequest, *texts: str) -> None:
    """What is part of something else can't be held back from it, so it isn't said at all."""
    if await is_held(viewer, request.organization, *texts):
        raise Held("Staff want to look at what you wrote before anybody reads it. Say it as a comment of its own.")


async def touch(viewer: Viewer, request: ServiceRequest, *columns: str) -> None:
    """Save the named columns and the time of the change."""
    request.updated_at = viewer.occasion().at
    await request.save(update_fields=[*columns, "updated_at"])


async def start_follow(request: ServiceRequest, person_id: int, *, since_event: int, at: datetime) -> None:
    """A follow that counts for every event after `since_event`. The request's row is locked by the caller."""
    await Follow.create(request_id=request.id, person_id=person_id, since_event=since_event, created_at=at)


async def is_following(request_id: int, person_id: int) -> bool:
    return await Follow.filter(request_id=request_id, person_id=person_id, until_event__isnull=True).exists()


async def record_act(viewer: Viewer, request: ServiceRequest, event: RequestEvent) -> HistoryRow:
    """Record what somebody did on a request and, where the organization asks for it, have acting members follow it.

    Such a subscription makes no RequestFollowed and counts from the next event on (rule 2).
    """
    row = await record(event)
    member_acts = viewer.person_id is not None and viewer.is_staff_of(request.organization_id)
    if member_acts and request.organization.subscribe_acting_members:
        person_id = cast(int, viewer.person_id)
        if not await is_following(request.id, person_id):
            await start_follow(request, person_id, since_event=row.id, at=row.occurred_at)
    return row
