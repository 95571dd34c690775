"""Flagging, releasing, and whom an organization trusts."""

from enum import Enum
from functools import partial

import strawberry

from api.context import Info
from api.ids import parse_global_id, row_id
from api.mutation import MutationInput, Payload, answered, count, user_errors
from api.people.signing import AccountPayload, account_payload
from api.rates import Verb
from api.requests.payloads import RequestPayload, on_request
from casework import moderation
from casework.access import Viewer
from casework.actions import moderating
from casework.errors import Invalid
from casework.requests import ServiceRequest

CONTENT = "A request, or one of its comments, by its global id."


@strawberry.enum(description="How far an organization trusts somebody.")
class Trust(Enum):
    TRUSTED = strawberry.enum_value("trusted", description="Nothing they write waits for staff.")
    NORMAL = strawberry.enum_value("normal", description="What has one of the organization's words in it waits.")
    HELD = strawberry.enum_value("held", description="All that they write waits.")


@strawberry.input(description="What staff should look at, and why.")
class FlagContentInput(MutationInput):
    content_id: strawberry.ID = strawberry.field(description=CONTENT)
    reason: str = strawberry.field(description="What is wrong with it: at most 1,000 characters.")


@strawberry.type(description="What became of a flag. Only staff see it.")
class FlagContentPayload(Payload):
    pass


@strawberry.input(description="What to let go on.")
class ReleaseContentInput(MutationInput):
    content_id: strawberry.ID = strawberry.field(description=CONTENT)

    async def act(self, viewer: Viewer) -> ServiceRequest:
        return await moderating.release_content(viewer, **_content(self.content_id))


@strawberry.input(description="How far to trust somebody who writes to an organization.")
class SetTrustInput(MutationInput):
    organization_id: strawberry.ID = strawberry.field(description="The organization.")
    person_id: strawberry.ID = strawberry.field(description="The person.")
    trust: Trust = strawberry.field(description="How far.")


@strawberry.type
class ModerationMutations:
    @strawberry.mutation(description="Ask staff to look at something. Needs no account.")
    async def flag_content(self, info: Info, input: FlagContentInput) -> FlagContentPayload:
        answer = await answered(
            info,
            input,
            lambda viewer: moderating.flag_content(viewer, reason=input.reason, **_content(input.content_id)),
            first=partial(count, info, Verb.COMMENT),
        )
        return FlagContentPayload(user_errors=user_errors(answer), client_mutation_id=input.client_mutation_id)

    @strawberry.mutation(description="Let go on what was held, and tell of it as if it were new. For staff.")
    async def release_content(self, info: Info, input: ReleaseContentInput) -> RequestPayload:
        return await on_request(info, input, input.act)

    @strawberry.mutation(description="Hold all that somebody writes, or nothing of it. For staff.")
    async def set_trust(self, info: Info, input: SetTrustInput) -> AccountPayload:
        answer = await answered(
            info,
            input,
            lambda viewer: moderating.set_trust(
                viewer,
                row_id(input.organization_id, "Organization", "organization_id"),
                row_id(input.person_id, "Person", "person_id"),
                trust=moderation.Trust[input.trust.name],
            ),
        )
        return account_payload(answer, input)


def _content(content_id: strawberry.ID) -> dict[str, int]:
    named = parse_global_id(content_id)
    if named is None or named[0] not in _KINDS:
        raise Invalid("content_id is not the id of a request or a comment.", field="content_id")
    return {_KINDS[named[0]]: named[1]}


_KINDS = {"ServiceRequest": "request_id", "Comment": "comment_id"}
