"""Setting up what an organization handles."""

import strawberry

from api.context import Info
from api.ids import row_id
from api.mutation import MutationInput, Payload, answered, user_errors
from api.organizations.types import RequestCategory, Restriction, category
from casework import organizations as rows
from casework.actions import membership
from casework.errors import Invalid
from notifier.kinds import KINDS


@strawberry.input(description="A category to be.")
class CreateRequestCategoryInput(MutationInput):
    organization_id: strawberry.ID = strawberry.field(description="Whose category.")
    name: str = strawberry.field(description="Its name, in one line of at most 200 characters.")
    description: str = strawberry.field(default="", description="When to choose it.")
    private: bool = strawberry.field(
        default=False, description="Whether its requests are seen by their reporter and staff only."
    )
    assignee_id: strawberry.ID | None = strawberry.field(
        default=None, description="A member of staff who is given its new requests."
    )
    route_addresses: list[str] = strawberry.field(
        default_factory=list, description="E-mail addresses that hear of its new requests."
    )
    escalate_to: str | None = strawberry.field(
        default=None, description="An e-mail address that hears of its late requests."
    )
    requester_restriction: Restriction = strawberry.field(
        default=Restriction.NONE, description="What the reporter may not do to its requests."
    )
    resident_restriction: Restriction = strawberry.field(
        default=Restriction.NONE, description="What all other residents may not do to its requests."
    )
    switched_off_kinds: list[str] = strawberry.field(
        default_factory=list, description="Keys of the kinds of mail that are not to be sent about its requests."
    )


@strawberry.type(description="What became of a category.")
class RequestCategoryPayload(Payload):
    request_category: RequestCategory | None = strawberry.field(description="The category; null where nothing changed.")


@strawberry.type
class OrganizationMutations:
    @strawberry.mutation(description="Add a category to an organization. For its owners and managers.")
    async def create_request_category(self, info: Info, input: CreateRequestCategoryInput) -> RequestCategoryPayload:
        answer = await answered(
            info,
            input,
            lambda viewer: membership.create_category(
                viewer,
                row_id(input.organization_id, "Organization", "organization_id"),
                name=input.name,
                description=input.description,
                private=input.private,
                assignee_id=row_id(input.assignee_id, "Person", "assignee_id") if input.assignee_id else None,
                route_addresses=input.route_addresses,
                escalate_to=input.escalate_to,
                requester_restriction=rows.Restriction[input.requester_restriction.name],
                resident_restriction=rows.Restriction[input.resident_restriction.name],
                switched_off_kinds=_kinds(input.switched_off_kinds),
            ),
        )
        found = await rows.RequestCategory.filter(id__in=answer.changed).first()
        return RequestCategoryPayload(
            request_category=category(found, info.context.viewer) if found else None,
            user_errors=user_errors(answer),
            client_mutation_id=input.client_mutation_id,
        )


def _kinds(keys: list[str]) -> list[str]:
    for key in keys:
        if key not in KINDS:
            raise Invalid(f"switched_off_kinds: there is no kind {key!r}.", field="switched_off_kinds")
    return keys
