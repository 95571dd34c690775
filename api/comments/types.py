"""A comment, and who may be named as its author."""

from datetime import datetime
from enum import Enum

import strawberry

from api.context import Info
from api.ids import global_id
from api.node import Node
from api.people.types import Person, person
from api.photos.types import Photo, photo
from api.requests.status import RequestStatus
from casework import requests as rows
from casework.access import Viewer, names_author


@strawberry.enum(description="Who reads a comment.")
class CommentVisibility(Enum):
    PUBLIC = strawberry.enum_value("public", description="Everyone who sees the request.")
    INTERNAL = strawberry.enum_value("internal", description="The organization's staff only.")


@strawberry.type(description="What somebody said on a request.")
class Comment(Node):
    row: strawberry.Private[rows.Comment | rows.Said]
    request: strawberry.Private[rows.ServiceRequest]
    body: str = strawberry.field(description="What was said: plain text, never markup.")
    author: Person | None = strawberry.field(
        description="Who said it; null where the author is anonymous to the viewer, or unknown."
    )
    visibility: CommentVisibility = strawberry.field(description="Who reads it.")
    by_staff: bool = strawberry.field(
        description="Whether it was said on behalf of the organization; false where the author is not shown."
    )
    is_held: bool = strawberry.field(description="Whether it waits for staff, and only they and its author see it.")
    accompanies: RequestStatus | None = strawberry.field(
        description="The status that the request was given with these words; null for a comment by itself."
    )
    created_at: datetime = strawberry.field(description="When it was said.")

    @strawberry.field(description="Photos that came with it, in their order.")
    async def photos(self, info: Info) -> list[Photo]:
        found = await info.context.loaders.comment_photos.load(self.row.id)
        return [photo(each, self.request, self.row, info.context) for each in found]


def comment(row: rows.Comment | rows.Said, request: rows.ServiceRequest, viewer: Viewer) -> Comment:
    """How a viewer sees a comment of a request that they see. Needs the author loaded."""
    named = names_author(viewer, request, row)
    return Comment(
        row=row,
        request=request,
        id=strawberry.ID(global_id("Comment", row.id)),
        body=row.body,
        author=person(row.author) if named and row.author else None,
        visibility=CommentVisibility.INTERNAL if row.is_internal else CommentVisibility.PUBLIC,
        by_staff=row.by_staff and named,
        is_held=row.held_at is not None,
        accompanies=RequestStatus[row.accompanies.name] if row.accompanies else None,
        created_at=row.created_at,
    )
