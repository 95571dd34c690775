"""Flagging, releasing, and whom an organization trusts."""

from __future__ import annotations

from dataclasses import replace

from tortoise.exceptions import DoesNotExist

from casework import text
from casework.access import Viewer, comments_seen_by, lock_request, organization_for, require, viewer_for
from casework.actions.deadlines import CLOCK, start_clock
from casework.actions.filing import announce
from casework.actions.steps import action, facts, record_act, touch
from casework.errors import Conflict, NotFound
from casework.events import ContentFlagged, ContentReleased, PublicCommentAdded
from casework.ledger import record
from casework.moderation import Flag, PersonTrust, Trust
from casework.people import Person
from casework.permissions import Action
from casework.requests import Comment, ServiceRequest


@action
async def flag_content(
    viewer: Viewer, *, reason: str, request_id: int | None = None, comment_id: int | None = None
) -> Flag:
    """Ask staff to look at a request, or at one comment. Flagging the same twice changes nothing."""
    request, comment = await _content(viewer, request_id, comment_id)
    require(viewer, Action.FLAG, request.organization_id)
    said = text.text(reason, "reason", longest=1000)
    mine = Flag.filter(request_id=request.id, comment_id=comment.id if comment else None, person_id=viewer.person_id)
    before = await mine.first() if viewer.person_id is not None else None
    if before is not None:
        return before
    flag = await Flag.create(
        request_id=request.id,
        comment_id=comment.id if comment is not None else None,
        person_id=viewer.person_id,
        reason=said,
        created_at=viewer.occasion().at,
    )
    await record(
        ContentFlagged(**facts(viewer, request), comment_id=comment.id if comment is not None else None, reason=said)
    )
    return flag


@action
async def release_content(
    viewer: Viewer, *, request_id: int | None = None, comment_id: int | None = None
) -> ServiceRequest:
    """Let what was held go on, and be told as if its author had written it just now.

    Raises Conflict where nothing is held.
    """
    request, comment = await _content(viewer, request_id, comment_id)
    require(viewer, Action.RELEASE, request.organization_id)
    content = comment or request
    if content.held_at is None:
        raise Conflict("This is not held; there is nothing to release.")
    if comment is not None and request.held_at is not None:
        raise Conflict("The request itself is held; release it first.")
    content.held_at = None
    await content.save(update_fields=["held_at"])
    await record_act(
        viewer, request, ContentReleased(**facts(viewer, request), comment_id=comment.id if comment else None)
    )
    author = await _author(viewer, comment.author_id if comment is not None else request.reporter_id)
    if comment is None:
        start_clock(request, viewer.occasion())
        await request.save(update_fields=CLOCK)
        await announce(author, request)
    else:
        await touch(viewer, request)
        await record_act(author, request, PublicCommentAdded(**facts(author, request), comment_id=comment.id))
    return request


@action
async def set_trust(viewer: Viewer, organization_id: int, person_id: int, *, trust: Trust) -> PersonTrust:
    """Hold all that somebody says from now on, or nothing of it. Staff know whom they mean from what they said."""
    await organization_for(organization_id)
    require(viewer, Action.RELEASE, organization_id)
    if not await _is_known(organization_id, person_id):
        raise NotFound("There is no such person in this organization's requests.", field="person_id")
    known, _ = await PersonTrust.update_or_create(
        {"trust": trust, "changed_at": viewer.occasion().at}, organization_id=organization_id, person_id=person_id
    )
    return known


async def _content(
    viewer: Viewer, request_id: int | None, comment_id: int | None
) -> tuple[ServiceRequest, Comment | None]:
    """The request, locked, and its comment where one is meant, as far as the viewer may see them."""
    if comment_id is None:
        return await lock_request(viewer, request_id or 0, field="content_id"), None
    wanted = await Comment.get_or_none(id=comment_id)
    try:
        request = await lock_request(viewer, wanted.request_id if wanted is not None else 0)
        return request, await comments_seen_by(viewer, request).get(id=comment_id)
    except (NotFound, DoesNotExist) as unseen:  # of none, one that is internal, and one on a private request, the same
        raise NotFound("There is no such comment.", field="content_id") from unseen


async def _author(viewer: Viewer, person_id: int | None) -> Viewer:
    """Whoever wrote it, as they are now, at this moment."""
    author = await viewer_for(await Person.get_or_none(id=person_id) if person_id is not None else None)
    return replace(author, at=viewer.at)


async def _is_known(organization_id: int, person_id: int) -> bool:
    said = Comment.filter(author_id=person_id, request__organization_id=organization_id)
    reported = ServiceRequest.filter(reporter_id=person_id, organization_id=organization_id)
    return await reported.exists() or await said.exists()
