"""Setting up what an organization handles."""

from typing import Literal

import strawberry

from api.context import Info
from api.ids import row_id
from api.mutation import MutationInput, Payload, answered, user_errors
from api.organizations.questions import CategoryQuestionInput, to_ask
from api.organizations.types import Organization, RequestCategory, Restriction, SlaUnit, category, organization
from api.transaction import Answer
from casework import organizations as rows
from casework.access import Viewer, viewer_for
from casework.actions import membership, organizing
from casework.actions.organizing import KEEP, Keep
from casework.errors import Invalid
from casework.sla import Sla
from notifier.kinds import KINDS
from notifier.preferences import Cadence


@strawberry.input(description="How long the requests of a category may take, in the organization's working time.")
class SlaInput:
    amount: int = strawberry.field(description="How many: at most 5,000 hours or 500 days.")
    unit: SlaUnit = strawberry.field(default=SlaUnit.HOURS, description="Of what.")


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
    sla: SlaInput | None = strawberry.field(
        default=None, description="How long its requests may take; null for no limit."
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
    questions: list[CategoryQuestionInput] = strawberry.field(
        default_factory=list, description="What it is to ask of those who report, in order: at most 50."
    )


@strawberry.type(description="What became of a category.")
class RequestCategoryPayload(Payload):
    request_category: RequestCategory | None = strawberry.field(description="The category; null where nothing changed.")


@strawberry.input(description="What to change about a category; what is left out stays as it is.")
class UpdateRequestCategoryInput(MutationInput):
    category_id: strawberry.ID = strawberry.field(description="The category.")
    name: str | None = strawberry.field(default=None, description="Its name, in one line.")
    description: str | None = strawberry.field(default=None, description="When to choose it.")
    private: bool | None = strawberry.field(
        default=None, description="Whether its requests are seen by their reporter and staff only."
    )
    assignee_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="A member of staff who is given its new requests; null for nobody."
    )
    route_addresses: list[str] | None = strawberry.field(
        default=None, description="All e-mail addresses that hear of its new requests."
    )
    escalate_to: str | None = strawberry.field(
        default=strawberry.UNSET, description="An e-mail address that hears of its late requests; null for none."
    )
    sla: SlaInput | None = strawberry.field(
        default=strawberry.UNSET,
        description="How long its requests may take; null for no limit. Another one starts their clocks anew.",
    )
    requester_restriction: Restriction | None = strawberry.field(
        default=None, description="What the reporter may not do to its requests."
    )
    resident_restriction: Restriction | None = strawberry.field(
        default=None, description="What all other residents may not do to its requests."
    )
    switched_off_kinds: list[str] | None = strawberry.field(
        default=None, description="Keys of all kinds of mail that are not to be sent about its requests."
    )
    questions: list[CategoryQuestionInput] | None = strawberry.field(
        default=None, description="All that it is to ask, in order. What was answered before stays as it was."
    )
    deleted: bool | None = strawberry.field(default=None, description="Whether new requests can't have it any more.")


@strawberry.input(description="An organization to be. The viewer becomes its owner.")
class CreateOrganizationInput(MutationInput):
    slug: str = strawberry.field(description="Its short name: lower-case letters, digits and hyphens.")
    name: str = strawberry.field(description="Its full name.")
    time_zone: str = strawberry.field(default="America/New_York", description="Where its clocks are.")


@strawberry.input(description="What to change about an organization; what is left out or null stays as it is.")
class UpdateOrganizationInput(MutationInput):
    organization_id: strawberry.ID = strawberry.field(description="The organization.")
    name: str | None = strawberry.field(default=None, description="Its full name.")
    time_zone: str | None = strawberry.field(default=None, description="Where its clocks are.")
    subscribe_acting_members: bool | None = strawberry.field(
        default=None, description="Whether members who act on a request follow it from then on."
    )
    hold_guests: bool | None = strawberry.field(default=None, description="Whether what guests write waits for staff.")
    held_words: list[str] | None = strawberry.field(
        default=None, description="All words with which anything waits for staff: at most 500."
    )
    open_days: list[int] | None = strawberry.field(
        default=None, description="All weekdays that count for an SLA: 0 is Monday, 6 is Sunday."
    )
    opens_at: int | None = strawberry.field(
        default=None, description="When such a day begins, in minutes after midnight, 0 to 1439."
    )
    closes_at: int | None = strawberry.field(
        default=None, description="When such a day ends, in minutes after midnight, at most 1440."
    )
    holiday_calendar: str | None = strawberry.field(
        default=None, description="Whose public holidays don't count, as in `US` or `US-MA`; empty for none."
    )
    switched_on_kinds: list[str] | None = strawberry.field(
        default=None, description="Keys of all kinds of mail that are to be sent here though they are off by default."
    )
    uses_work: bool | None = strawberry.field(default=None, description="Whether its staff have work orders.")


@strawberry.type(description="What became of an organization.")
class OrganizationPayload(Payload):
    organization: Organization | None = strawberry.field(
        description="The organization as it is now; null where nothing changed."
    )


@strawberry.type
class OrganizationMutations:
    @strawberry.mutation(description="Add an organization. For who owns one already; the operator makes the first.")
    async def create_organization(self, info: Info, input: CreateOrganizationInput) -> OrganizationPayload:
        answer = await answered(
            info,
            input,
            lambda viewer: organizing.found_organization(
                viewer, slug=input.slug, name=input.name, time_zone=input.time_zone
            ),
        )
        return await _organization_payload(info, answer, input)

    @strawberry.mutation(description="Change an organization's settings. For its owners and managers.")
    async def update_organization(self, info: Info, input: UpdateOrganizationInput) -> OrganizationPayload:
        answer = await answered(
            info,
            input,
            lambda viewer: organizing.update_organization(
                viewer,
                row_id(input.organization_id, "Organization", "organization_id"),
                name=input.name,
                time_zone=input.time_zone,
                subscribe_acting_members=input.subscribe_acting_members,
                hold_guests=input.hold_guests,
                words_to_hold=input.held_words,
                open_days=input.open_days,
                opens_at=input.opens_at,
                closes_at=input.closes_at,
                holiday_calendar=input.holiday_calendar,
                switched_on_kinds=_kinds_off_by_default(input.switched_on_kinds),
                uses_work=input.uses_work,
            ),
        )
        return await _organization_payload(info, answer, input)

    @strawberry.mutation(description="Change a category, or take it out of use. For owners and managers.")
    async def update_request_category(self, info: Info, input: UpdateRequestCategoryInput) -> RequestCategoryPayload:
        answer = await answered(info, input, lambda viewer: _update_category(viewer, input))
        return await _category_payload(info, answer, input)

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
                sla=_sla(input.sla) if input.sla is not None else None,
                requester_restriction=rows.Restriction[input.requester_restriction.name],
                resident_restriction=rows.Restriction[input.resident_restriction.name],
                switched_off_kinds=_kinds(input.switched_off_kinds),
                questions=to_ask(input.questions),
            ),
        )
        return await _category_payload(info, answer, input)


async def _category_payload(info: Info, answer: Answer, input: MutationInput) -> RequestCategoryPayload:
    found = await rows.RequestCategory.filter(id__in=answer.changed).first()
    return RequestCategoryPayload(
        request_category=category(found, info.context.viewer) if found else None,
        user_errors=user_errors(answer),
        client_mutation_id=input.client_mutation_id,
    )


async def _organization_payload(info: Info, answer: Answer, input: MutationInput) -> OrganizationPayload:
    """Shown to the viewer with the roles that they have by now."""
    found = await rows.Organization.filter(id__in=answer.changed).first()
    viewer = await viewer_for(info.context.viewer.person)
    return OrganizationPayload(
        organization=organization(found, viewer) if found else None,
        user_errors=user_errors(answer),
        client_mutation_id=input.client_mutation_id,
    )


async def _update_category(viewer: Viewer, input: UpdateRequestCategoryInput) -> rows.RequestCategory:
    requester, resident = input.requester_restriction, input.resident_restriction
    assignee: int | Literal[Keep.IT] | None = KEEP
    if input.assignee_id is not strawberry.UNSET:
        assignee = row_id(input.assignee_id, "Person", "assignee_id") if input.assignee_id else None
    return await organizing.update_category(
        viewer,
        row_id(input.category_id, "RequestCategory", "category_id"),
        name=input.name,
        description=input.description,
        private=input.private,
        assignee_id=assignee,
        route_addresses=input.route_addresses,
        escalate_to=KEEP if input.escalate_to is strawberry.UNSET else input.escalate_to,
        sla=KEEP if input.sla is strawberry.UNSET else (_sla(input.sla) if input.sla is not None else None),
        requester_restriction=rows.Restriction[requester.name] if requester else None,
        resident_restriction=rows.Restriction[resident.name] if resident else None,
        switched_off_kinds=_kinds(input.switched_off_kinds) if input.switched_off_kinds is not None else None,
        questions=to_ask(input.questions) if input.questions is not None else None,
        deleted=input.deleted,
    )


def _sla(given: SlaInput) -> Sla:
    return Sla(given.amount, rows.SlaUnit[given.unit.name])


def _kinds_off_by_default(keys: list[str] | None) -> list[str] | None:
    for key in keys or ():
        if key not in KINDS or KINDS[key].default is not Cadence.OFF:
            raise Invalid("%(field)s: no kind %(kind)s is off by default.", field="switched_on_kinds", kind=repr(key))
    return keys


def _kinds(keys: list[str]) -> list[str]:
    for key in keys:
        if key not in KINDS or KINDS[key].is_account:
            raise Invalid(
                "%(field)s: there is no kind %(kind)s to switch off.", field="switched_off_kinds", kind=repr(key)
            )
    return keys
