"""Doors to many rows at once: pages by key, and for each of many requests a page of its own in one statement.

    page(rows, window)                   one list: keyset pagination, no OFFSET
    comments_of(viewer, requests, w)     the same window into the comments of every request    ┐ one statement
    history_of(viewer, requests, w)      … into their histories                                ┘ however many requests

PostgreSQL walks an index per request (LATERAL … LIMIT), SQLite numbers the rows (row_number). What a viewer may not
see is left out by the statement itself, never afterwards.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from tortoise.expressions import Q
from tortoise.functions import Count, Max
from tortoise.models import Model
from tortoise.queryset import QuerySet

from casework.access import Viewer, released_to, requests_seen_by, seen_by
from casework.database import any_of, fetch, is_postgres, moment
from casework.history import HistoryRow
from casework.organizations import RequestCategory
from casework.people import STAFF_ROLES, Member, Person
from casework.requests import Comment, Said, ServiceRequest, Status
from casework.watching import Follow, Vote

# What is shown of each request beside its own columns: joined into the statement of a few, brought to those of a page.
SHOWN = ("category", "organization", "reporter", "assignee")

# Who follows, mutes or votes for what is their own business, and so is a question to a guest: not even staff read it
# in a request's history.
PERSONAL = (
    "RequestFollowed",
    "RequestUnfollowed",
    "RequestMuted",
    "RequestUnmuted",
    "RequestVoted",
    "RequestUnvoted",
    "GuestAddressTyped",
)

M = TypeVar("M", bound=Model)
T = TypeVar("T")
F = TypeVar("F")


@dataclass(frozen=True)
class Window:
    """Up to `size` rows strictly between two keys, counted from the start of the list or from its end."""

    size: int
    after: int | None = None
    before: int | None = None
    from_end: bool = False


@dataclass(frozen=True)
class Page(Generic[T]):
    """A window's rows in list order, and whether there are more on either side (as far as was looked)."""

    rows: Sequence[T]
    has_previous: bool
    has_next: bool


async def page(rows: QuerySet[M], window: Window, *, key: str = "id", ascending: bool = True) -> Page[M]:
    """One page of `rows`, whose list order is that of the unique column `key`."""
    greater, smaller = (window.after, window.before) if ascending else (window.before, window.after)
    if greater is not None:
        rows = rows.filter(**{f"{key}__gt": greater})
    if smaller is not None:
        rows = rows.filter(**{f"{key}__lt": smaller})
    upwards = ascending is not window.from_end
    found = await rows.order_by(key if upwards else f"-{key}").limit(window.size + 1)
    return _cut(found, window, lambda row: row)


def _cut(found: Sequence[F], window: Window, made: Callable[[F], T]) -> Page[T]:
    """A page from one row more than was asked for, in the order it was looked for."""
    more = len(found) > window.size
    rows = [made(row) for row in found[: window.size]]
    if window.from_end:
        return Page(rows[::-1], has_previous=more, has_next=window.before is not None)
    return Page(rows, has_previous=window.after is not None, has_next=more)


async def bring_shown(requests: Sequence[ServiceRequest]) -> None:
    """Give requests that were read without it all that SHOWN names, each row read once for however many have it."""
    if not requests:
        return
    people = {id_ for each in requests for id_ in (each.reporter_id, each.assignee_id) if id_ is not None}
    found, named = await asyncio.gather(
        RequestCategory.filter(id__in={each.category_id for each in requests}).select_related("organization"),
        fetch(f"SELECT id, handle, name FROM person WHERE id {any_of('$1', 'int')}", sorted(people)),
    )
    persons = {row["id"]: Person.construct(**row) for row in named}
    categories = {category.id: category for category in found}
    for each in requests:
        each.category = categories[each.category_id]
        each.organization = each.category.organization
        each.reporter = persons[each.reporter_id] if each.reporter_id is not None else None
        each.assignee = persons[each.assignee_id] if each.assignee_id is not None else None


async def comments_of(viewer: Viewer, requests: Sequence[ServiceRequest], window: Window) -> list[Page[Said]]:
    """A page of comments for each request, oldest first, with their authors; internal ones for its staff only."""
    columns = (
        "x.id, x.request_id, x.author_id, x.by_staff, x.body, x.is_internal, x.held_at, x.accompanies, x.created_at,"
        " p.handle AS author_handle, p.name AS author_name"
    )
    mine = f"author_id = {int(viewer.person_id)}" if viewer.person_id is not None else "false"
    outside = f"AND (held_at IS NULL OR {mine})"
    found = await _windows(
        "comment", "id", columns, "LEFT JOIN person p ON p.id = x.author_id", viewer, requests, window, outside=outside
    )
    authors: dict[int, Person] = {}
    return [_cut(found.get(each.id, ()), window, lambda row: _said(row, authors)) for each in requests]


async def history_of(viewer: Viewer, requests: Sequence[ServiceRequest], window: Window) -> list[Page[HistoryRow]]:
    """A page of events for each request, oldest first by position; internal ones for its staff only."""
    columns = "x.id, x.position, x.request_id, x.type, x.actor_id, x.by_staff, x.is_internal, x.data, x.occurred_at"
    source = f"(SELECT * FROM history WHERE type NOT IN ({', '.join(map(repr, PERSONAL))})) AS shown"
    found = await _windows(source, "position", columns, "", viewer, requests, window)
    return [_cut(found.get(each.id, ()), window, _event) for each in requests]


async def status_notes(requests: Sequence[ServiceRequest]) -> dict[int, str]:
    """What was said with the latest change of each request's status; nothing where it never changed."""
    said = Comment.filter(request_id__in=[each.id for each in requests], accompanies__isnull=False)
    return {comment.request_id: comment.body for comment in await said.order_by("id").only("id", "request_id", "body")}


async def changed_requests(viewer: Viewer, ids: Sequence[int]) -> list[ServiceRequest]:
    """The requests that a mutation of this viewer changed, in the order given, with all that a page shows of them.

    A guest can't be recognized later, yet may see what they just filed, private or not: the ids come from the
    mutation itself. Everyone else goes through the usual door.
    """
    seen = requests_seen_by(viewer) if viewer.person_id is not None else ServiceRequest.all()
    found = {request.id: request for request in await seen.filter(id__in=list(ids)).select_related(*SHOWN)}
    return [found[each] for each in ids if each in found]


async def comment_counts(viewer: Viewer, requests: Sequence[ServiceRequest]) -> list[int]:
    """How many comments of each request the viewer may see."""
    return await _counts(Comment.filter(_seen(viewer, requests, released_to(viewer))), requests)


async def history_counts(viewer: Viewer, requests: Sequence[ServiceRequest]) -> list[int]:
    shown = HistoryRow.filter(_seen(viewer, requests), position__isnull=False, type__not_in=PERSONAL)
    return await _counts(shown, requests)


async def last_shown_changes(request_ids: Sequence[int]) -> Mapping[int, datetime]:
    """When something last happened to each request that residents may know of, too."""
    shown = HistoryRow.filter(request_id__in=list(request_ids), is_internal=False, type__not_in=PERSONAL)
    return dict(await shown.annotate(at=Max("occurred_at")).group_by("request_id").values_list("request_id", "at"))


async def comments_by_id(viewer: Viewer, ids: Iterable[int]) -> Mapping[int, Comment]:
    """Those of the comments that the viewer may see, given that they see the requests they are on."""
    seen = Q(is_internal=False) & released_to(viewer)
    if viewer.staffed:
        seen |= Q(request__organization_id__in=viewer.staffed)
    found = await Comment.filter(seen, id__in=list(ids)).select_related("author", "request")
    return {comment.id: comment for comment in found}


async def followed_by(viewer: Viewer, request_ids: Iterable[int]) -> set[int]:
    """Which of the requests the viewer follows now."""
    if viewer.person_id is None:
        return set()
    return await _own("follow", viewer.person_id, request_ids)


async def voted_by(viewer: Viewer, request_ids: Iterable[int]) -> set[int]:
    """Those of the requests to which the viewer said "me too"."""
    if viewer.person_id is None:
        return set()
    return await _own("vote", viewer.person_id, request_ids, ends=False)


async def vote_counts(requests: Sequence[ServiceRequest]) -> list[int]:
    """How many said "me too" to each."""
    return await _counts(Vote.filter(request_id__in=[request.id for request in requests]), requests)


def follows_of(viewer: Viewer) -> QuerySet[Follow]:
    """The viewer's present follows of requests that they may still see."""
    return Follow.filter(seen_by(viewer, "request__"), person_id=viewer.person_id, until_event__isnull=True)


async def muted_by(viewer: Viewer, request_ids: Iterable[int]) -> set[int]:
    """Which of the requests the viewer has muted."""
    if viewer.person_id is None:
        return set()
    return await _own("mute", viewer.person_id, request_ids)


async def _own(table: str, person_id: int, request_ids: Iterable[int], *, ends: bool = True) -> set[int]:
    """Which of the requests a person has a row for; one that `ends` counts until then."""
    now = " AND until_event IS NULL" if ends else ""
    rows = await fetch(
        f"SELECT request_id FROM {table} WHERE person_id = $1{now} AND request_id {any_of('$2')}",
        person_id,
        list(request_ids),
    )
    return {row["request_id"] for row in rows}


async def staff_of(viewer: Viewer, organization_ids: Iterable[int]) -> Mapping[int, list[Person]]:
    """The present staff of those of the organizations that the viewer is staff of, by name."""
    staffed = sorted(set(organization_ids) & set(viewer.staffed))
    members = Member.filter(
        organization_id__in=staffed,
        until_event__isnull=True,
        role__in=list(STAFF_ROLES),
        person__closed_at__isnull=True,
    )
    found: dict[int, list[Person]] = {organization: [] for organization in staffed}
    for member in await members.select_related("person").order_by("person__name", "person_id"):
        found[member.organization_id].append(member.person)
    return found


def _seen(viewer: Viewer, requests: Sequence[ServiceRequest], outside: Q | None = None) -> Q:
    """Rows of these requests: all where the viewer is staff, elsewhere public ones that `outside` holds for too."""
    inside = [request.id for request in requests if viewer.is_staff_of(request.organization_id)]
    public = Q(is_internal=False) if outside is None else Q(is_internal=False) & outside
    return Q(request_id__in=[request.id for request in requests]) & (public | Q(request_id__in=inside))


async def _counts(rows: QuerySet[Any], requests: Sequence[ServiceRequest]) -> list[int]:
    grouped = await rows.annotate(many=Count("id")).group_by("request_id").values_list("request_id", "many")
    counts = Counter(dict(grouped))
    return [counts[request.id] for request in requests]


async def _windows(
    table: str,
    key: str,
    columns: str,
    join: str,
    viewer: Viewer,
    requests: Sequence[ServiceRequest],
    window: Window,
    *,
    outside: str = "",
) -> dict[int, list[dict[str, Any]]]:
    """For each request up to `size` + 1 rows of `table`, nearest the end that the window is counted from first."""
    inside = [request.id for request in requests if viewer.is_staff_of(request.organization_id)]
    values: list[Any] = [[request.id for request in requests], inside]
    where = f"{key} IS NOT NULL AND ((NOT is_internal {outside}) OR request_id {any_of('$2', 'int')})"
    for bound, sign in ((window.after, ">"), (window.before, "<")):
        if bound is not None:
            values.append(bound)
            where += f" AND {key} {sign} ${len(values)}"
    order = f"{key} {'DESC' if window.from_end else 'ASC'}"
    if is_postgres():
        source = (
            f"unnest($1::int[]) AS r(id) CROSS JOIN LATERAL (SELECT * FROM {table}"
            f" WHERE request_id = r.id AND {where} ORDER BY {order} LIMIT {window.size + 1}) x"
        )
        rows = await fetch(f"SELECT {columns} FROM {source} {join} ORDER BY x.{order}", *values)
    else:
        source = (
            f"(SELECT *, row_number() OVER (PARTITION BY request_id ORDER BY {order}) AS nth FROM {table}"
            f" WHERE request_id {any_of('$1')} AND {where}) x"
        )
        rows = await fetch(
            f"SELECT {columns} FROM {source} {join} WHERE nth <= {window.size + 1} ORDER BY x.{order}", *values
        )
    grouped: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        grouped.setdefault(row["request_id"], []).append(row)
    return grouped


def _said(row: dict[str, Any], authors: dict[int, Person]) -> Said:
    author_id, accompanies, held_at = row["author_id"], row["accompanies"], row["held_at"]
    author = authors.get(author_id) if author_id is not None else None
    if author is None and author_id is not None:
        author = Person.construct(id=author_id, handle=row["author_handle"], name=row["author_name"])
        authors[author_id] = author
    return Said(
        row["id"],
        author_id,
        author,
        bool(row["by_staff"]),
        row["body"],
        bool(row["is_internal"]),
        moment(held_at) if held_at is not None else None,
        Status(accompanies) if accompanies is not None else None,
        moment(row["created_at"]),
    )


def _event(row: dict[str, Any]) -> HistoryRow:
    data = row["data"]
    return HistoryRow.construct(
        **{
            **row,
            "by_staff": bool(row["by_staff"]),
            "is_internal": bool(row["is_internal"]),
            "data": json.loads(data) if isinstance(data, str) else data,
            "occurred_at": moment(row["occurred_at"]),
        }
    )
