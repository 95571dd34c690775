"""Asking for requests."""

from datetime import datetime
from typing import Annotated

import strawberry

from api.ahead import load_ahead
from api.connections import Connection, connection, window
from api.context import Info
from api.ids import parse_global_id, row_id
from api.organizations.queries import SLUG, organization_with_slug
from api.requests.status import RequestStatus
from api.requests.types import After, Before, First, Last, ServiceRequest, service_request
from casework.access import requests_seen_by
from casework.errors import Invalid
from casework.reading import SHOWN, page
from casework.requests import Status
from casework.searching import Box, Search, find_requests

_LARGEST_NUMBER = 2**31 - 1


@strawberry.input(
    description="A part of the map, in degrees (WGS 84). One whose west is greater than its east crosses 180°."
)
class BoundingBox:
    west: float = strawberry.field(description="The western edge.")
    south: float = strawberry.field(description="The southern edge.")
    east: float = strawberry.field(description="The eastern edge.")
    north: float = strawberry.field(description="The northern edge.")


@strawberry.input(description="What to look for. All that is given must hold.")
class RequestFilter:
    organization: str | None = strawberry.field(default=None, description="Only this organization's, by its slug.")
    status: list[RequestStatus] | None = strawberry.field(default=None, description="Only with one of these statuses.")
    category_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Only of one of these categories."
    )
    bounding_box: BoundingBox | None = strawberry.field(default=None, description="Only in this part of the map.")
    text: str | None = strawberry.field(
        default=None, description="Only with these words in summary or description, or with this number."
    )
    assigned_to_me: bool = strawberry.field(default=False, description="Only those that the viewer is to do.")
    mine: bool = strawberry.field(default=False, description="Only those that the viewer reported.")
    held: bool = strawberry.field(
        default=False, description="Only those that wait for staff to release them, or have a comment that does."
    )
    flagged: bool = strawberry.field(
        default=False, description="Only those that somebody flagged, or of which they flagged a comment. For staff."
    )
    updated_since: datetime | None = strawberry.field(
        default=None, description="Only those to which something happened at or after this moment."
    )


async def _search(wanted: RequestFilter | None) -> Search:
    if wanted is None:
        return Search()
    box = wanted.bounding_box
    organization = await organization_with_slug(wanted.organization) if wanted.organization is not None else None
    return Search(
        organization_id=organization.id if organization else None,
        statuses=tuple(Status[each.name] for each in wanted.status) if wanted.status is not None else None,
        category_ids=_categories(wanted.category_ids),
        box=Box(west=box.west, south=box.south, east=box.east, north=box.north) if box else None,
        words=wanted.text,
        assigned_to_me=wanted.assigned_to_me,
        mine=wanted.mine,
        held=wanted.held,
        flagged=wanted.flagged,
        updated_since=wanted.updated_since,
    )


def _categories(ids: list[strawberry.ID] | None) -> tuple[int, ...] | None:
    return None if ids is None else tuple(row_id(each, "RequestCategory", "category_ids") for each in ids)


@strawberry.type
class RequestQueries:
    @strawberry.field(
        description="One request, by its id or by organization and number; null where the viewer may see none."
    )
    async def request(
        self,
        info: Info,
        id: Annotated[strawberry.ID | None, strawberry.argument(description="Its global id.")] = None,
        organization: Annotated[str | None, strawberry.argument(description=SLUG)] = None,
        number: Annotated[int | None, strawberry.argument(description="Its number in the organization.")] = None,
    ) -> ServiceRequest | None:
        viewer = info.context.viewer
        if id is not None and organization is None and number is None:
            named = parse_global_id(id)
            if named is None or named[0] != "ServiceRequest":
                return None
            found = await info.context.loaders.request.load(named[1])
        elif id is None and organization is not None and number is not None:
            if not organization.isprintable() or not 0 < number <= _LARGEST_NUMBER:
                return None
            seen = requests_seen_by(viewer).filter(organization__slug=organization, number=number)
            found = await seen.select_related(*SHOWN).first()
        else:
            raise Invalid("Give either id, or organization and number.", field="id")
        return service_request(found, viewer) if found else None

    @strawberry.field(description="The requests that the viewer may see, the newest report first.")
    async def requests(
        self,
        info: Info,
        filter: Annotated[RequestFilter | None, strawberry.argument(description="What to look for.")] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[ServiceRequest]:
        viewer = info.context.viewer
        matching = find_requests(viewer, await _search(filter))
        found = await page(matching, window(first, after, last, before), ascending=False)
        await load_ahead(info, found.rows)
        return connection(found, lambda row: service_request(row, viewer), lambda row: row.id, matching.count)
