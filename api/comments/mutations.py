"""Saying something on a request."""

import strawberry

from api.comments.types import Comment, CommentVisibility, comment
from api.context import Info
from api.mutation import Payload, answered, count, user_errors
from api.rates import Verb
from api.requests.inputs import PHOTOS, RequestInput
from api.requests.types import ServiceRequest, service_request
from casework import requests as rows
from casework.access import Viewer
from casework.actions import talking


@strawberry.input(description="Something to say on a request.")
class AddCommentInput(RequestInput):
    body: str = strawberry.field(description="Plain text of at most 10,000 characters.")
    visibility: CommentVisibility = strawberry.field(
        default=CommentVisibility.PUBLIC,
        description="Who is to read it. In an internal comment `@handle` calls a colleague's attention.",
    )
    photo_ids: list[strawberry.ID] = strawberry.field(default_factory=list, description=PHOTOS)

    async def act(self, viewer: Viewer) -> rows.Comment:
        internal = self.visibility is CommentVisibility.INTERNAL
        return await talking.add_comment(
            viewer, self.number, body=self.body, internal=internal, photo_ids=self.photo_ids
        )


@strawberry.type(description="What became of a comment.")
class AddCommentPayload(Payload):
    comment: Comment | None = strawberry.field(description="The comment; null where nothing changed.")
    request: ServiceRequest | None = strawberry.field(description="The request it is on; null where nothing changed.")


@strawberry.type
class CommentMutations:
    @strawberry.mutation(description="Comment on a request. For residents publicly, for staff also internally.")
    async def add_comment(self, info: Info, input: AddCommentInput) -> AddCommentPayload:
        answer = await answered(info, input, input.act, first=lambda: count(info, Verb.COMMENT))
        viewer, loaders = info.context.viewer, info.context.loaders
        said = await loaders.comment.load(answer.changed[0]) if answer.changed else None
        request = await loaders.request.load(said.request_id) if said else None
        return AddCommentPayload(
            comment=comment(said, request, viewer) if said and request else None,
            request=service_request(request, viewer) if request else None,
            user_errors=user_errors(answer),
            client_mutation_id=input.client_mutation_id,
        )
