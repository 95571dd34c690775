"""Loading ahead: what a page's requests show is read once for all of them, before they are presented.

That is their categories, organizations and people, and what the fields asked for will want of the loaders. Each field
then finds its answer there and returns it at once (`ready`), instead of waiting in a task of its own: a page of 50
requests would make some 200 of them. A field that is not foreseen here is loaded as usual, only slower.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any, TypeVar

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLResolveInfo,
    InlineFragmentNode,
    SelectionSetNode,
    get_argument_values,
)

from api.connections import window
from api.context import Info
from casework.errors import Invalid
from casework.reading import bring_shown
from casework.requests import ServiceRequest

R = TypeVar("R")
S = TypeVar("S")

_WINDOWED = ("comments", "history")
_BY_ID = {"viewerFollows": "follows", "viewerMutes": "mutes", "viewerVoted": "votes", "photos": "photos"}


async def load_ahead(info: Info, requests: Sequence[ServiceRequest]) -> None:
    """Load what the field being resolved, a connection, will show of these requests, read without `SHOWN`."""
    loaders, raw = info.context.loaders, info._raw_info
    waiting: list[Awaitable[Any]] = [bring_shown(requests)]
    for node in _of_requests(raw):
        name = node.name.value
        if name in _BY_ID:
            waiting.append(getattr(loaders, _BY_ID[name]).load_many([request.id for request in requests]))
        elif name in _WINDOWED:
            try:
                asked = window(**_arguments(raw, node))
            except Invalid:
                continue  # the field itself says so
            waiting.append(getattr(loaders, name).load_many([(request, asked) for request in requests]))
    await asyncio.gather(*waiting)


def ready(loading: Awaitable[R]) -> R | Awaitable[R]:
    """What was loaded already, or else what to wait for."""
    if isinstance(loading, asyncio.Future) and loading.done():
        found: R = loading.result()
        return found
    return loading


def then(loading: Awaitable[R], show: Callable[[R], S]) -> S | Awaitable[S]:
    """The same, shown."""
    if isinstance(loading, asyncio.Future) and loading.done():
        return show(loading.result())
    return _shown(loading, show)


async def _shown(loading: Awaitable[R], show: Callable[[R], S]) -> S:
    return show(await loading)


def _of_requests(raw: GraphQLResolveInfo[Any]) -> Iterator[FieldNode]:
    """What is selected of each item, under `nodes` or under `edges { node }`."""
    for connection in raw.field_nodes:
        for part in _fields(raw, connection.selection_set):
            if part.name.value == "nodes":
                yield from _fields(raw, part.selection_set)
            elif part.name.value == "edges":
                for item in _fields(raw, part.selection_set):
                    if item.name.value == "node":
                        yield from _fields(raw, item.selection_set)


def _fields(raw: GraphQLResolveInfo[Any], selections: SelectionSetNode | None) -> Iterator[FieldNode]:
    """The fields of a selection, those in fragments too."""
    for node in selections.selections if selections is not None else ():
        if isinstance(node, FieldNode):
            yield node
        elif isinstance(node, InlineFragmentNode):
            yield from _fields(raw, node.selection_set)
        elif isinstance(node, FragmentSpreadNode):
            yield from _fields(raw, raw.fragments[node.name.value].selection_set)


def _arguments(raw: GraphQLResolveInfo[Any], node: FieldNode) -> dict[str, Any]:
    request_type: Any = raw.schema.type_map["ServiceRequest"]
    given = get_argument_values(request_type.fields[node.name.value], node, raw.variable_values)
    return {name: given.get(name) for name in ("first", "after", "last", "before")}
