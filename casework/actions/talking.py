"""Comments: public ones that everyone reads, internal ones that name colleagues with @handle."""

from __future__ import annotations

import re
from collections.abc import Sequence

from casework import text
from casework.access import Viewer, lock_request
from casework.actions.photos import use_photos
from casework.actions.steps import action, facts, record_act, touch
from casework.allowances import Deed, check
from casework.events import InternalCommentAdded, PublicCommentAdded, RequestEvent
from casework.moderation import is_held
from casework.people import STAFF_ROLES, Member
from casework.requests import Comment, ServiceRequest

_MENTION = re.compile(r"(?<![\w@.])@([a-z0-9][a-z0-9_-]{0,39})", re.IGNORECASE)


@action
async def add_comment(
    viewer: Viewer, request_id: int, *, body: str, internal: bool = False, photo_ids: Sequence[str] = ()
) -> Comment:
    """Say something on a request; internally for its staff alone. Mentions count in internal comments only (rule 3).

    A public one may be held: then nobody is told until staff release it.
    """
    request = await lock_request(viewer, request_id)
    check(viewer, request, Deed.SPEAK_INTERNALLY if internal else Deed.COMMENT)
    said, at = text.text(body, "body"), viewer.occasion().at
    comment = await Comment.create(
        request_id=request.id,
        author_id=viewer.person_id,
        by_staff=viewer.is_staff_of(request.organization_id),
        body=said,
        is_internal=internal,
        held_at=at if not internal and await is_held(viewer, request.organization, said) else None,
        created_at=at,
    )
    comment.request = request
    await use_photos(viewer, request, photo_ids, comment=comment)
    if comment.held_at is not None:
        return comment
    await touch(viewer, request)
    event: RequestEvent
    if internal:
        mentioned = await _mentioned(comment.body, request)
        event = InternalCommentAdded(**facts(viewer, request), comment_id=comment.id, mentioned_ids=mentioned)
    else:
        event = PublicCommentAdded(**facts(viewer, request), comment_id=comment.id)
    await record_act(viewer, request, event)
    return comment


async def _mentioned(body: str, request: ServiceRequest) -> tuple[int, ...]:
    """Staff of the request's organization whose handle is named; other words after an @ are just words."""
    handles = {handle.lower() for handle in _MENTION.findall(body)}
    if not handles:
        return ()
    members = await Member.filter(
        organization_id=request.organization_id,
        until_event__isnull=True,
        role__in=list(STAFF_ROLES),
        person__handle__in=sorted(handles),
    ).only("id", "person_id")
    return tuple(sorted(member.person_id for member in members))
