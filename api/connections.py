"""Relay connections over keyset pages: cursors stay right while rows come and go."""

from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeVar

import strawberry

from api.ids import cursor, parse_cursor
from casework.errors import Invalid
from casework.reading import Page, Window

T = TypeVar("T")
R = TypeVar("R")

PAGE_DEFAULT = 20
PAGE_MAX = 100

Count = Callable[[], Awaitable[int]]

FIRST = "How many from the start: at most 100, and 20 where neither `first` nor `last` is given."
LAST = "How many from the end: at most 100. Not together with `first`."
AFTER = "Only what comes after this cursor."
BEFORE = "Only what comes before this cursor."


@strawberry.type(description="Where a page of a connection lies.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether there is more after this page.")
    has_previous_page: bool = strawberry.field(description="Whether there is more before this page.")
    start_cursor: str | None = strawberry.field(description="The first item's cursor; null on an empty page.")
    end_cursor: str | None = strawberry.field(description="The last item's cursor; null on an empty page.")


@strawberry.type(description="An item of a connection with its cursor.")
class Edge(Generic[T]):
    node: T = strawberry.field(description="The item.")
    cursor: str = strawberry.field(description="Where the item is in the connection; opaque and stable.")


@strawberry.type(description="A page of a list.")
class Connection(Generic[T]):
    """What is not asked for is not made: most clients want the nodes alone."""

    page: strawberry.Private[Page[Any]]
    present: strawberry.Private[Callable[[Any], Any]]
    key: strawberry.Private[Callable[[Any], int]]
    count: strawberry.Private[Count]

    @strawberry.field(description="The items of this page with their cursors.")
    def edges(self) -> list[Edge[T]]:
        return [Edge(node=self.present(row), cursor=cursor(self.key(row))) for row in self.page.rows]

    @strawberry.field(description="Where this page lies.")
    def page_info(self) -> PageInfo:
        page, rows = self.page, self.page.rows
        return PageInfo(
            has_next_page=page.has_next,
            has_previous_page=page.has_previous,
            start_cursor=cursor(self.key(rows[0])) if rows else None,
            end_cursor=cursor(self.key(rows[-1])) if rows else None,
        )

    @strawberry.field(description="The items of this page, for clients that need no cursor for each.")
    def nodes(self) -> list[T]:
        return [self.present(row) for row in self.page.rows]

    @strawberry.field(description="How many items there are on all pages. Counted only if asked for.")
    async def total_count(self) -> int:
        return await self.count()


def window(first: int | None, after: str | None, last: int | None, before: str | None) -> Window:
    """The page that a client asks for. Raises Invalid, naming the argument."""
    if first is not None and last is not None:
        raise Invalid("first and last exclude each other.", field="last")
    for name, size in (("first", first), ("last", last)):
        if size is not None and size < 0:
            raise Invalid("%(field)s must not be negative.", field=name)
    size = first if first is not None else last if last is not None else PAGE_DEFAULT
    return Window(
        size=min(size, PAGE_MAX),
        after=parse_cursor(after, "after") if after is not None else None,
        before=parse_cursor(before, "before") if before is not None else None,
        from_end=last is not None,
    )


def connection(page: Page[R], present: Callable[[R], T], key: Callable[[R], int], count: Count) -> Connection[T]:
    """Present a page of rows; `key` is the column that the list is ordered by."""
    return Connection(page=page, present=present, key=key, count=count)
