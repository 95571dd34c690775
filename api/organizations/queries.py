"""Asking for organizations and their categories."""

from typing import Annotated

import strawberry

from api.connections import AFTER, BEFORE, FIRST, LAST, Connection, connection, window
from api.context import Info
from api.organizations import types
from api.organizations.types import Organization, RequestCategory
from casework import organizations as rows
from casework.errors import NotFound
from casework.reading import page

SLUG = "The organization's slug."


async def organization_with_slug(slug: str, *, field: str = "organization") -> rows.Organization:
    """Raises NotFound. Whatever is no slug names nothing, and does not reach the database."""
    found = await rows.Organization.get_or_none(slug=slug) if slug.isprintable() else None
    if found is None:
        raise NotFound("There is no organization with this slug.", field=field)
    return found


@strawberry.type
class OrganizationQueries:
    @strawberry.field(name="organization", description="One organization by its slug; null where there is none.")
    async def one(self, info: Info, slug: Annotated[str, strawberry.argument(description=SLUG)]) -> Organization | None:
        try:
            return types.organization(await organization_with_slug(slug), info.context.viewer)
        except NotFound:
            return None

    @strawberry.field(description="All organizations, in the order they joined.")
    async def organizations(
        self,
        info: Info,
        first: Annotated[int | None, strawberry.argument(description=FIRST)] = None,
        after: Annotated[str | None, strawberry.argument(description=AFTER)] = None,
        last: Annotated[int | None, strawberry.argument(description=LAST)] = None,
        before: Annotated[str | None, strawberry.argument(description=BEFORE)] = None,
    ) -> Connection[Organization]:
        viewer = info.context.viewer
        found = await page(rows.Organization.all(), window(first, after, last, before))
        return connection(
            found, lambda row: types.organization(row, viewer), lambda row: row.id, rows.Organization.all().count
        )

    @strawberry.field(description="The categories that a new request to an organization can have, by name.")
    async def request_categories(
        self, info: Info, organization: Annotated[str, strawberry.argument(description=SLUG)]
    ) -> list[RequestCategory]:
        row = await organization_with_slug(organization)
        found = await info.context.loaders.categories.load(row.id)
        return [types.category(each, info.context.viewer) for each in found]
