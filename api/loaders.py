"""One statement for what many fields of a page ask for, whatever the size of the page.

A set of loaders lives as long as one request, and no longer than the next mutation in it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Hashable
from datetime import datetime
from typing import TypeVar

from strawberry.dataloader import DataLoader

from casework import clock, reading
from casework.access import Viewer, requests_seen_by
from casework.api_keys import ApiKey, api_keys_of
from casework.areas import AreaFollow
from casework.assigning import AssignmentRule, rules_of
from casework.history import HistoryRow
from casework.organizations import RequestCategory
from casework.people import Member, Person
from casework.photos import Photo, photos_of_comments, photos_of_requests
from casework.reading import Page, Window
from casework.requests import Comment, Said, ServiceRequest
from casework.staffing import invitations_of, members_of
from casework.tokens import Ticket
from casework.work import WorkOrder, work_orders_seen_by
from notifier.preferences import AreaChoice
from notifier.suppression import Suppression, ailing

R = TypeVar("R")

Windowed = tuple[ServiceRequest, Window]


class Loaders:
    """Everything that is loaded for many objects at once, as one viewer may see it."""

    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer
        self.comments: DataLoader[Windowed, Page[Said]] = _per_window(viewer, reading.comments_of)
        self.history: DataLoader[Windowed, Page[HistoryRow]] = _per_window(viewer, reading.history_of)
        self.comment_counts = DataLoader(self._comment_counts, cache_key_fn=_row)
        self.history_counts = DataLoader(self._history_counts, cache_key_fn=_row)
        self.shown_changes = DataLoader(self._shown_changes)
        self.comment = DataLoader(self._comment)
        self.photos = DataLoader(_photos_of_requests)
        self.comment_photos = DataLoader(_photos_of_comments)
        self.follows = DataLoader(self._follows)
        self.mutes = DataLoader(self._mutes)
        self.votes = DataLoader(self._votes)
        self.work_orders = DataLoader(self._work_orders, cache_key_fn=_row)
        self.work_order = DataLoader(self._work_order)
        self.vote_counts = DataLoader(reading.vote_counts, cache_key_fn=_row)
        self.area_follows = DataLoader(self._area_follows)
        self.area_choices = DataLoader(self._area_choices)
        self.request = DataLoader(self._request)
        self.person = DataLoader(self._person)
        self.categories = DataLoader(self._categories)
        self.staff = DataLoader(self._staff)
        self.assignment_rules = DataLoader(self._assignment_rules)
        self.members = DataLoader(self._members)
        self.invitations = DataLoader(self._invitations)
        self.ailments = DataLoader(self._ailments)
        self.api_keys = DataLoader(self._api_keys)

    async def _comment_counts(self, requests: list[ServiceRequest]) -> list[int]:
        return await reading.comment_counts(self._viewer, requests)

    async def _history_counts(self, requests: list[ServiceRequest]) -> list[int]:
        return await reading.history_counts(self._viewer, requests)

    async def _shown_changes(self, request_ids: list[int]) -> list[datetime | None]:
        changed = await reading.last_shown_changes(request_ids)
        return [changed.get(each) for each in request_ids]

    async def _comment(self, ids: list[int]) -> list[Comment | None]:
        found = await reading.comments_by_id(self._viewer, ids)
        return [found.get(each) for each in ids]

    async def _follows(self, request_ids: list[int]) -> list[bool]:
        followed = await reading.followed_by(self._viewer, request_ids)
        return [each in followed for each in request_ids]

    async def _mutes(self, request_ids: list[int]) -> list[bool]:
        muted = await reading.muted_by(self._viewer, request_ids)
        return [each in muted for each in request_ids]

    async def _votes(self, request_ids: list[int]) -> list[bool]:
        voted = await reading.voted_by(self._viewer, request_ids)
        return [each in voted for each in request_ids]

    async def _area_follows(self, area_ids: list[int]) -> list[bool]:
        mine = AreaFollow.filter(person_id=self._viewer.person_id or 0, area_id__in=area_ids, until_event__isnull=True)
        followed = {follow.area_id for follow in await mine.only("id", "area_id")}
        return [each in followed for each in area_ids]

    async def _area_choices(self, area_ids: list[int]) -> list[AreaChoice | None]:
        mine = AreaChoice.filter(person_id=self._viewer.person_id or 0, area_id__in=area_ids)
        found = {choice.area_id: choice for choice in await mine}
        return [found.get(each) for each in area_ids]

    async def _work_orders(self, requests: list[ServiceRequest]) -> list[list[WorkOrder] | None]:
        grouped: dict[int, list[WorkOrder]] = defaultdict(list)
        seen = work_orders_seen_by(self._viewer).filter(request_id__in=[request.id for request in requests])
        for order in await seen.order_by("id") if self._viewer.staffed else ():
            grouped[order.request_id or 0].append(order)
        staffed = [self._viewer.is_staff_of(request.organization_id) for request in requests]
        return [grouped[each.id] if inside else None for each, inside in zip(requests, staffed, strict=True)]

    async def _work_order(self, ids: list[int]) -> list[WorkOrder | None]:
        found = await work_orders_seen_by(self._viewer).in_bulk(ids, "id") if self._viewer.staffed else {}
        return [found.get(each) for each in ids]

    async def _request(self, ids: list[int]) -> list[ServiceRequest | None]:
        seen = requests_seen_by(self._viewer).filter(id__in=ids).select_related(*reading.SHOWN)
        found = {request.id: request for request in await seen}
        return [found.get(each) for each in ids]

    async def _person(self, ids: list[int]) -> list[Person | None]:
        found = await Person.in_bulk(ids, "id")
        return [found.get(each) for each in ids]

    async def _categories(self, organization_ids: list[int]) -> list[list[RequestCategory]]:
        grouped: dict[int, list[RequestCategory]] = defaultdict(list)
        usable = RequestCategory.filter(organization_id__in=organization_ids, deleted_at__isnull=True)
        for category in await usable.order_by("name", "id"):
            grouped[category.organization_id].append(category)
        return [grouped[each] for each in organization_ids]

    async def _staff(self, organization_ids: list[int]) -> list[list[Person] | None]:
        found = await reading.staff_of(self._viewer, organization_ids)
        return [found.get(each) for each in organization_ids]

    async def _assignment_rules(self, organization_ids: list[int]) -> list[list[AssignmentRule] | None]:
        found = await rules_of(self._viewer, organization_ids)
        return [found.get(each) for each in organization_ids]

    async def _members(self, organization_ids: list[int]) -> list[list[Member] | None]:
        found = await members_of(self._viewer, organization_ids)
        return [found.get(each) for each in organization_ids]

    async def _invitations(self, organization_ids: list[int]) -> list[list[Ticket] | None]:
        found = await invitations_of(self._viewer, organization_ids)
        return [found.get(each) for each in organization_ids]

    async def _ailments(self, addresses: list[str]) -> list[Suppression | None]:
        found = await ailing(addresses, clock.now())
        return [found.get(each) for each in addresses]

    async def _api_keys(self, organization_ids: list[int]) -> list[list[ApiKey] | None]:
        found = await api_keys_of(self._viewer, organization_ids)
        return [found.get(each) for each in organization_ids]


async def _photos_of_requests(request_ids: list[int]) -> list[list[Photo]]:
    found = await photos_of_requests(request_ids)
    return [found.get(each, []) for each in request_ids]


async def _photos_of_comments(comment_ids: list[int]) -> list[list[Photo]]:
    found = await photos_of_comments(comment_ids)
    return [found.get(each, []) for each in comment_ids]


def _per_window(
    viewer: Viewer,
    read: Callable[[Viewer, list[ServiceRequest], Window], Awaitable[list[Page[R]]]],
) -> DataLoader[Windowed, Page[R]]:
    """A loader of pages: one statement for all requests that are asked for the same window."""

    async def load(keys: list[Windowed]) -> list[Page[R]]:
        asked: dict[Window, list[ServiceRequest]] = defaultdict(list)
        for request, window in keys:
            asked[window].append(request)
        pages: dict[Hashable, Page[R]] = {}
        for window, requests in asked.items():
            found = await read(viewer, requests, window)
            pages.update({(request.id, window): each for request, each in zip(requests, found, strict=True)})
        return [pages[_window_key(key)] for key in keys]

    return DataLoader(load, cache_key_fn=_window_key)


def _window_key(key: Windowed) -> Hashable:
    return key[0].id, key[1]


def _row(request: ServiceRequest) -> Hashable:
    return request.id
