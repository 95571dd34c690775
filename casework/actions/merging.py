"""Merging a duplicate into the request that stays (rule 16)."""

from __future__ import annotations

from casework.access import Viewer, is_private, lock_request
from casework.actions.deadlines import stop_clock
from casework.actions.steps import action, facts, record_act, touch
from casework.allowances import Deed, check
from casework.errors import CannotMerge
from casework.events import RequestMerged
from casework.history import HistoryRow
from casework.requests import ServiceRequest, Status
from casework.watching import Follow, Mute, Vote


@action
async def merge_into(viewer: Viewer, request_id: int, *, survivor_id: int) -> ServiceRequest:
    """Archive a duplicate and point it to its survivor; returns the duplicate.

    Its reporter and followers follow the survivor from the merge on; a mute comes along for those who did not
    follow the survivor already; votes come along, too. Raises CannotMerge with the field that stands in the way.
    """
    if request_id == survivor_id:
        raise CannotMerge("A request can't be merged into itself.", field="survivor_id")
    # Lower id first, so that two merges in opposite directions can't wait for each other.
    locked = {}
    for each, field in sorted(((request_id, "request_id"), (survivor_id, "survivor_id"))):
        locked[each] = await lock_request(viewer, each, field=field)
    duplicate, survivor = locked[request_id], locked[survivor_id]
    check(viewer, duplicate, Deed.MERGE)
    _check_survivor(duplicate, survivor)
    duplicate.status = Status.ARCHIVED
    duplicate.merged_into_id = survivor.id
    stop_clock(duplicate)
    await touch(viewer, duplicate, "status", "merged_into_id", "sla_alarm_at")
    event = RequestMerged(
        **facts(viewer, duplicate), survivor_id=survivor.id, survivor_assignee_id=survivor.assignee_id
    )
    row = await record_act(viewer, duplicate, event)
    await _bring_along(duplicate, survivor, row)
    await _bring_votes(duplicate, survivor)
    return duplicate


def _check_survivor(duplicate: ServiceRequest, survivor: ServiceRequest) -> None:
    if duplicate.organization_id != survivor.organization_id:
        raise CannotMerge("The two requests belong to different organizations.", field="survivor_id")
    if survivor.merged_into_id is not None:
        raise CannotMerge(
            "The survivor was itself merged into another request; merge into that one.", field="survivor_id"
        )
    if survivor.held_at is not None:
        raise CannotMerge("The survivor waits for staff to release it.", field="survivor_id")
    if survivor.status is Status.ARCHIVED:
        raise CannotMerge("The survivor is archived; merge into a request that is still live.", field="survivor_id")
    if is_private(survivor) and not is_private(duplicate):
        raise CannotMerge("The survivor is private and the duplicate is not.", field="survivor_id")


async def _bring_along(duplicate: ServiceRequest, survivor: ServiceRequest, merge: HistoryRow) -> None:
    people = await _followers(duplicate)
    if duplicate.reporter_id is not None:
        people.add(duplicate.reporter_id)
    present = await _followers(survivor)
    newcomers = sorted(people - present)
    await Follow.bulk_create(
        [
            Follow(request_id=survivor.id, person_id=person, since_event=merge.id, created_at=merge.occurred_at)
            for person in newcomers
        ],
        batch_size=1000,
    )
    muted = await Mute.filter(request_id=duplicate.id, person_id__in=newcomers, until_event__isnull=True)
    await Mute.bulk_create(
        [
            Mute(
                request_id=survivor.id,
                person_id=each.person_id,
                since_event=merge.id,
                created_at=merge.occurred_at,
            )
            for each in muted
        ],
        ignore_conflicts=True,
    )


async def _bring_votes(duplicate: ServiceRequest, survivor: ServiceRequest) -> None:
    """Whoever said "me too" there says it here, if they haven't and did not report it."""
    for vote in await Vote.filter(request_id=duplicate.id):
        if vote.person_id != survivor.reporter_id:
            await Vote.get_or_create({"created_at": vote.created_at}, request_id=survivor.id, person_id=vote.person_id)


async def _followers(request: ServiceRequest) -> set[int]:
    follows = await Follow.filter(request_id=request.id, until_event__isnull=True).only("id", "person_id")
    return {follow.person_id for follow in follows}
