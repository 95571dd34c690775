"""What can be followed, which rows of the history belong to it, and who is let in.

    RequestTopic(7)    all that happens on one request                         by position
    AreaTopic(3)       reports, comments and moves on public requests there    by position
    PersonTopic(5)     every notification of one person                        by told position

`happened` and `told` sort new rows by the topics that somebody follows; `replay` reads what one topic had before.
`doors` says who may follow now. A row is handed on with everything that a page shows of it, and `shown_to` says whether
a viewer may have it: internal events are for staff (rule 3), and who follows what is nobody's business.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import ClassVar, Protocol

from api.inbox.types import STAFF_KINDS, is_insider
from casework import history
from casework.access import NOBODY, Viewer, sees
from casework.areas import WatchArea, area_matches, areas_matching
from casework.history import HistoryRow
from casework.reading import PERSONAL, SHOWN
from casework.requests import ServiceRequest
from notifier.kinds import CATALOGUE, Group
from notifier.notifications import Notification

PAGE = 100
"""How many rows a replay reads at once."""

_AREA_STRETCH = 10_000
_IN_AREAS = frozenset(
    event.__name__ for kind in CATALOGUE if kind.group is Group.AREAS and kind.crowds for event in kind.events
)
_COMMENT = "PublicCommentAdded"


class Numbers(Enum):
    """Which of the history's two numbers a topic's cursors are."""

    POSITION = "c"
    TOLD = "t"

    @property
    def mark(self) -> str:
        """How a cursor of these begins."""
        return self.value


@dataclass(frozen=True)
class Happening:
    """An event on a request; both loaded with what pages show."""

    position: int
    row: HistoryRow
    request: ServiceRequest

    def shown_to(self, viewer: Viewer) -> bool:
        if self.row.type in PERSONAL:
            return False
        return not self.row.is_internal or viewer.is_staff_of(self.request.organization_id)


@dataclass(frozen=True)
class Told:
    """A notification, with its event."""

    position: int
    row: Notification

    def shown_to(self, viewer: Viewer) -> bool:
        return self.row.kind not in STAFF_KINDS or is_insider(self.row, viewer)


News = Happening | Told
Door = Callable[[Viewer], bool]


class Topic(Protocol):
    """Equal topics are one: a topic is known by its class and id."""

    numbers: ClassVar[Numbers]

    @property
    def id(self) -> int: ...

    async def replay(self, after: int, upto: int) -> tuple[Sequence[News], int]:
        """What it had after one cursor, and how far that goes: to `upto`, or to the last of many."""
        ...


@dataclass(frozen=True)
class RequestTopic:
    id: int
    numbers: ClassVar[Numbers] = Numbers.POSITION

    async def replay(self, after: int, upto: int) -> tuple[Sequence[News], int]:
        rows = await history.between(after, upto).filter(request_id=self.id).limit(PAGE)
        request = (await _requests([self.id])).get(self.id) if rows else None
        found = [Happening(row.position or 0, row, request) for row in rows] if request is not None else []
        return found, _reached(found, upto)


@dataclass(frozen=True)
class AreaTopic:
    id: int
    numbers: ClassVar[Numbers] = Numbers.POSITION

    async def replay(self, after: int, upto: int) -> tuple[Sequence[News], int]:
        upto = min(upto, after + _AREA_STRETCH)
        area = await WatchArea.get_or_none(id=self.id)
        if area is None:
            return [], upto
        inside = history.between(after, upto).filter(
            id__gt=area.since_event,
            type__in=sorted(_IN_AREAS),
            request__longitude__gte=area.min_x,
            request__longitude__lte=area.max_x,
            request__latitude__gte=area.min_y,
            request__latitude__lte=area.max_y,
        )
        rows = await inside.limit(PAGE)
        upto = upto if len(rows) < PAGE else rows[-1].position or upto
        requests = await _requests({row.request_id for row in rows if row.request_id is not None})
        found = [Happening(row.position or 0, row, requests[row.request_id or 0]) for row in rows]
        return [each for each in found if _told_in_areas(each) and _wants(area, each)], upto


@dataclass(frozen=True)
class PersonTopic:
    id: int
    numbers: ClassVar[Numbers] = Numbers.TOLD

    async def replay(self, after: int, upto: int) -> tuple[Sequence[News], int]:
        mine = Notification.filter(
            person_id=self.id, event__told_position__gt=after, event__told_position__lte=upto
        ).order_by("event__told_position")
        found = [_told(row) for row in await mine.select_related("event").limit(PAGE)]
        return found, _reached(found, upto)


def _reached(found: Sequence[News], upto: int) -> int:
    return upto if len(found) < PAGE else found[-1].position


async def happened(rows: Sequence[HistoryRow], topics: Collection[Topic]) -> Mapping[Topic, Sequence[News]]:
    """Which of the topics these events concern. One that is there without news is to be asked who may stay."""
    news: dict[Topic, list[News]] = defaultdict(list)
    any_area = any(isinstance(topic, AreaTopic) for topic in topics)
    wanted = {
        row.request_id
        for row in rows
        if row.request_id is not None
        and (RequestTopic(row.request_id) in topics or (any_area and row.type in _IN_AREAS))
    }
    requests = await _requests(wanted)
    for row in rows:
        request = requests.get(row.request_id or 0)
        if request is not None:
            happening = Happening(row.position or 0, row, request)
            if RequestTopic(request.id) in topics:
                news[RequestTopic(request.id)].append(happening)
            if any_area and _told_in_areas(happening):
                for hit in await areas_matching(request, row.id):
                    if AreaTopic(hit.id) in topics and (hit.with_comments or row.type != _COMMENT):
                        news[AreaTopic(hit.id)].append(happening)
        area_id = row.data.get("area_id")
        if isinstance(area_id, int) and AreaTopic(area_id) in topics:
            news.setdefault(AreaTopic(area_id), [])
    return news


async def told(rows: Sequence[HistoryRow], topics: Collection[Topic]) -> Mapping[Topic, Sequence[News]]:
    """Which of the people these events were told to."""
    people = sorted(topic.id for topic in topics if isinstance(topic, PersonTopic))
    news: dict[Topic, list[News]] = defaultdict(list)
    if people:
        theirs = Notification.filter(event_id__in=[row.id for row in rows], person_id__in=people)
        for row in await theirs.select_related("event").order_by("event__told_position"):
            news[PersonTopic(row.person_id or 0)].append(_told(row))
    return news


async def doors(topics: Iterable[Topic], news: Mapping[Topic, Sequence[News]] | None = None) -> dict[Topic, Door]:
    """Who may follow each topic as things are now; one that is not there may be followed by nobody.

    `news` has just been read, and its requests with it: they are not read again.
    """
    found: dict[Topic, Door] = {}
    ids: dict[type[object], list[int]] = defaultdict(list)
    for topic in topics:
        latest = news[topic][-1] if news and isinstance(topic, RequestTopic) and news.get(topic) else None
        if isinstance(latest, Happening):
            found[topic] = partial(_sees_request, latest.request)
        else:
            ids[type(topic)].append(topic.id)
    for number in ids[PersonTopic]:
        found[PersonTopic(number)] = partial(_is_person, number)
    for request in (await _requests(ids[RequestTopic])).values():
        found[RequestTopic(request.id)] = partial(_sees_request, request)
    if ids[AreaTopic]:
        for area in await WatchArea.filter(id__in=ids[AreaTopic], deleted_event__isnull=True):
            found[AreaTopic(area.id)] = partial(_sees_area, area)
    return found


def _is_person(person_id: int, viewer: Viewer) -> bool:
    return viewer.person_id == person_id


def _sees_request(request: ServiceRequest, viewer: Viewer) -> bool:
    return sees(viewer, request)


def _sees_area(area: WatchArea, viewer: Viewer) -> bool:
    return area.is_public or area.owner_id == viewer.person_id


async def _requests(ids: Collection[int]) -> dict[int, ServiceRequest]:
    if not ids:
        return {}
    return {row.id: row for row in await ServiceRequest.filter(id__in=list(ids)).select_related(*SHOWN)}


def _told_in_areas(each: Happening) -> bool:
    """Watch areas never match what is private (rule 4)."""
    return each.row.type in _IN_AREAS and sees(NOBODY, each.request)


def _wants(area: WatchArea, each: Happening) -> bool:
    return (area.with_comments or each.row.type != _COMMENT) and area_matches(area, each.request)


def _told(row: Notification) -> Told:
    return Told(row.event.told_position or 0, row)
