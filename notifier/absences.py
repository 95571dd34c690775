"""Why somebody has no reason to hear of an event: every audience of its kinds, and what it asks for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from casework.areas import AreaFollow, WatchArea
from casework.geometry import contains
from casework.keywords import parse_keywords
from notifier import audiences as who
from notifier.cases import Case
from notifier.causes import Cause
from notifier.explanations import ReasonGiven
from notifier.kinds import Kind
from notifier.reasons import TYPED_ADDRESS, Reason
from notifier.recipients import Recipient

ABSENT: dict[Callable[..., Any], tuple[Reason, Cause]] = {
    who.mentioned: (Reason.MENTIONED, Cause.NOT_MENTIONED),
    who.assignee: (Reason.ASSIGNEE, Cause.NOT_ASSIGNEE),
    who.worker: (Reason.ASSIGNEE, Cause.NOT_WORKER),
    who.survivor_assignee: (Reason.ASSIGNEE, Cause.NOT_ASSIGNEE),
    who.displaced: (Reason.WAS_ASSIGNEE, Cause.NOT_ASSIGNEE),
    who.staff_subscribers: (Reason.STAFF_SUBSCRIBER, Cause.NOT_FOLLOWING),
    who.route_addresses: (Reason.ROUTE_ADDRESS, Cause.NOT_AN_ADDRESS_OF_THE_CATEGORY),
    who.escalate_address: (Reason.ESCALATE_ADDRESS, Cause.NOT_AN_ADDRESS_OF_THE_CATEGORY),
    who.reporter: (Reason.REPORTER, Cause.NOT_REPORTER),
    who.followers: (Reason.FOLLOWER, Cause.NOT_FOLLOWING),
    who.new_follower: (Reason.FOLLOWER, Cause.NOT_YOUR_DEED),
    who.area_watchers: (Reason.WATCH_AREA, Cause.NO_AREA),
    who.whose_deed: (Reason.CONFIRMATION, Cause.NOT_YOUR_DEED),
    who.account: (Reason.ACCOUNT, Cause.NOT_YOUR_ACCOUNT),
    who.invited: (Reason.ACCOUNT, Cause.NOT_YOUR_ACCOUNT),
    who.owner: (Reason.ACCOUNT, Cause.NOT_YOUR_ACCOUNT),
    who.old_address: (Reason.ACCOUNT, Cause.NOT_YOUR_ACCOUNT),
    who.to_be_confirmed: (Reason.ACCOUNT, Cause.NOT_YOUR_ACCOUNT),
}
"""What each audience of the catalogue looks for, and what to say of somebody who isn't in it."""


def missing_reasons(kinds: Sequence[Kind], recipient: Recipient, *, is_staff: bool) -> list[ReasonGiven]:
    """The reasons that somebody would need, in the order of their strength. What only staff have is for staff."""
    found: dict[tuple[Reason, str], Cause] = {}
    for kind in kinds:
        if kind.for_staff and not is_staff and recipient.person_id is not None:
            continue
        wanted: list[Callable[..., Any]] = [*kind.small, *kind.crowds]
        for audience in wanted:
            reason, cause = ABSENT[audience]
            if (reason in TYPED_ADDRESS) == (recipient.person_id is None):
                found[reason, kind.key] = cause
    ordered = sorted(found.items(), key=lambda item: item[0][0].strength)
    return [ReasonGiven(reason.value, kind, cause) for (reason, kind), cause in ordered]


def main_cause(missing: Sequence[ReasonGiven], kinds: Sequence[Kind], *, is_staff: bool) -> Cause:
    """What to say first of somebody without any reason: that they did not follow, where following would have done."""
    if not kinds:
        return Cause.NOBODY_IS_TOLD
    causes = [each.cause for each in missing if each.cause is not None]
    if not causes and all(kind.for_staff for kind in kinds):
        return Cause.NOT_AN_ADDRESS_OF_THE_CATEGORY if is_staff else Cause.NOT_STAFF
    if not causes:
        return Cause.NOT_REPORTER
    return Cause.NOT_FOLLOWING if Cause.NOT_FOLLOWING in causes else causes[-1]


async def judged_areas(case: Case, person_id: int, kind: str) -> list[ReasonGiven]:
    """Why each area that somebody has, or follows, did not match. For their own eyes."""
    followed = AreaFollow.filter(person_id=person_id, until_event__isnull=True)
    follows = {row.area_id: row.since_event for row in await followed.only("id", "area_id", "since_event")}
    own = await WatchArea.filter(owner_id=person_id, deleted_event__isnull=True)
    areas = {area.id: area for area in [*own, *await WatchArea.filter(id__in=sorted(follows))]}
    since = {area.id: max(area.since_event, follows.get(area.id, 0)) for area in areas.values()}
    return [
        ReasonGiven(Reason.WATCH_AREA.value, kind, _against(case, area, since[area.id]), (area.name,))
        for area in sorted(areas.values(), key=lambda each: each.id)
    ]


def _against(case: Case, area: WatchArea, since: int) -> Cause:
    request = case.request
    if request is None or request.longitude is None or request.latitude is None:
        return Cause.AREA_ELSEWHERE
    if not contains(bytes(area.shape), request.longitude, request.latitude):
        return Cause.AREA_ELSEWHERE
    if area.category_ids and request.category_id not in area.category_ids:
        return Cause.AREA_OTHER_CATEGORY
    if not parse_keywords(area.keywords).match(request.summary, request.description):
        return Cause.AREA_OTHER_WORDS
    return Cause.AREA_OTHER_TIME if since >= case.event_id else Cause.NO_AREA
