"""What letters quote: the rows behind a whole batch of cases, read in a few statements."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from casework.areas import LATELY, WatchArea, matched_lately
from casework.events import (
    AccountEvent,
    AddressTyped,
    AreaEvent,
    Event,
    RequestAssigned,
    RequestEvent,
    RequestRecategorized,
)
from casework.organizations import RequestCategory
from casework.people import BareAddress, Person
from casework.requests import Comment
from notifier.branding import Branding, Live, brandings_of, live_openings
from notifier.cases import Case
from notifier.facts import AreaFacts
from notifier.photographs import First, first_photos


@dataclass(frozen=True)
class Materials:
    """The rows that letters quote, read for a whole batch."""

    people: dict[int, Person]
    comments: dict[int, Comment]
    categories: dict[int, RequestCategory]
    photos: First
    address_ids: dict[str, int]
    areas: dict[int, AreaFacts]
    brandings: dict[int, Branding]
    openings: Live


async def gather_materials(cases: Iterable[Case], addresses: Iterable[str]) -> Materials:
    """Everything that the letters of these cases quote, in a few statements, however many there are."""
    known = list(cases)
    people: set[int | None] = set()
    comments: set[int] = set()
    categories: set[int] = set()
    organizations = {case.organization.id for case in known if case.organization is not None}
    for case in known:
        event = case.event
        people |= {event.occasion.actor_id, account_of(event)}
        if case.request is not None:
            people |= {case.request.reporter_id, case.request.typed_by_id}
        if isinstance(event, RequestEvent):
            people.add(event.assignee_id)
            comments |= {comment for comment in [getattr(event, "comment_id", None)] if comment is not None}
        if isinstance(event, RequestAssigned):
            people.add(event.previous_assignee_id)
        if isinstance(event, RequestRecategorized):
            categories |= {event.old_category_id, event.category_id}
    return Materials(
        {row.id: row for row in await Person.filter(id__in=sorted(each for each in people if each is not None))},
        {row.id: row for row in await Comment.filter(id__in=sorted(comments))} if comments else {},
        {row.id: row for row in await RequestCategory.filter(id__in=sorted(categories))} if categories else {},
        await first_photos({case.request.id for case in known if case.request is not None}, comments),
        {row.address: row.id for row in await BareAddress.filter(address__in=sorted(set(addresses)))},
        {case.event.area_id: await _area_facts(case.event) for case in known if isinstance(case.event, AreaEvent)},
        await brandings_of(organizations),
        await live_openings(organizations),
    )


def account_of(event: Event) -> int | None:
    """The account that an event without an organization is about."""
    if not isinstance(event, AccountEvent):
        return None
    return event.owner_id if isinstance(event, AddressTyped) and event.owner_id is not None else event.person_id


async def _area_facts(event: AreaEvent) -> AreaFacts:
    area = await WatchArea.get(id=event.area_id)
    categories = await RequestCategory.filter(id__in=area.category_ids).order_by("name") if area.category_ids else []
    found = await matched_lately(area, since=event.occasion.at - LATELY)
    names = tuple(category.name for category in categories)
    return AreaFacts(area.name, area.area_km2, area.keywords, names, area.with_comments, found.count)
