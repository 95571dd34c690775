"""An organization, and the categories of request that it handles."""

from datetime import datetime
from enum import Enum
from typing import Annotated

import strawberry

from api.connections import AFTER, BEFORE, FIRST, LAST, Connection, connection, window
from api.context import Info
from api.ids import global_id
from api.inbox.reaching import AddressTrouble, address_trouble
from api.node import Node
from api.organizations.keys import ApiKey, api_key
from api.organizations.questions import CategoryQuestion, asked
from api.organizations.rules import AssignmentPreview, AssignmentRule, assignment_preview, assignment_rule
from api.people.types import Person, person
from api.work.types import WorkOrder, work_order
from casework import organizations as rows
from casework import people
from casework.access import Viewer
from casework.reading import page
from casework.tokens import Ticket
from casework.work import work_orders_seen_by


@strawberry.enum(description="What a category forbids a resident to do to its requests. Staff are never restricted.")
class Restriction(Enum):
    NONE = strawberry.enum_value("none", description="Nothing is forbidden.")
    NO_REOPENS = strawberry.enum_value("no_reopens", description="Closed requests stay closed.")
    NO_STATUS_CHANGES = strawberry.enum_value("no_status_changes", description="Neither closing nor reopening.")
    NOTHING_ON_CLOSED = strawberry.enum_value(
        "nothing_on_closed", description="Nothing on closed requests; closing is fine."
    )
    NOTHING = strawberry.enum_value("nothing", description="Neither comments nor status changes.")


@strawberry.enum(description="What a member is in an organization.")
class Role(Enum):
    OWNER = strawberry.enum_value("owner", description="Manages everything, and other owners. There is always one.")
    MANAGER = strawberry.enum_value("manager", description="Manages members, categories and settings.")
    INTERNAL = strawberry.enum_value("internal", description="Handles requests.")
    REQUESTER = strawberry.enum_value("requester", description="Reports requests, with a resident's rights.")


@strawberry.enum(description="What the time of an SLA is counted in.")
class SlaUnit(Enum):
    HOURS = strawberry.enum_value("hours", description="Hours in which the organization works.")
    DAYS = strawberry.enum_value("days", description="Whole days on which it works.")


@strawberry.type(description="How long the requests of a category may take, in the organization's working time.")
class Sla:
    amount: int = strawberry.field(description="How many.")
    unit: SlaUnit = strawberry.field(description="Of what.")


@strawberry.type(description="Somebody with a role in an organization.")
class Member:
    person: Person = strawberry.field(description="Who.")
    role: Role = strawberry.field(description="What they are there.")
    since: datetime = strawberry.field(description="Since when they are that.")


@strawberry.type(description="An invitation that has not been accepted.")
class Invitation:
    address: str = strawberry.field(description="Where it was sent.")
    role: Role = strawberry.field(description="The role it gives.")
    expires_at: datetime = strawberry.field(description="When it ends.")


@strawberry.type(description="A kind of request that an organization handles.")
class RequestCategory(Node):
    name: str = strawberry.field(description="Its name, in one line.")
    description: str = strawberry.field(description="When to choose it; may be empty.")
    is_private: bool = strawberry.field(description="Whether its requests are seen by their reporter and staff only.")
    is_deleted: bool = strawberry.field(description="Whether new requests can't have it any more.")
    requester_restriction: Restriction = strawberry.field(description="What the reporter may not do to its requests.")
    resident_restriction: Restriction = strawberry.field(
        description="What all other residents may not do to its requests."
    )
    questions: list[CategoryQuestion] = strawberry.field(description="What it asks of those who report, in order.")
    route_addresses: list[str] | None = strawberry.field(
        description="Who is mailed about its new requests. For staff; null for everyone else."
    )
    escalate_to: str | None = strawberry.field(
        description="Who is mailed when a request is late. For staff; null for everyone else."
    )
    sla: Sla | None = strawberry.field(
        description="How long its requests may take. For staff; null for everyone else, and where there is no limit."
    )
    switched_off_kinds: list[str] | None = strawberry.field(
        description="The kinds of mail that are not sent about its requests. For staff; null for everyone else."
    )
    assignee_id: strawberry.Private[int | None]

    @strawberry.field(
        description="Those of `routeAddresses` and `escalateTo` to which no mail goes, and why. For staff; null for "
        "everyone else."
    )
    async def address_troubles(self, info: Info) -> list[AddressTrouble] | None:
        if self.route_addresses is None:
            return None
        mailed = dict.fromkeys([*self.route_addresses, *([self.escalate_to] if self.escalate_to else [])])
        found = await info.context.loaders.ailments.load_many(list(mailed))
        return [address_trouble(row, info.context.words) for row in found if row is not None]

    @strawberry.field(description="Who is given its new requests. For staff; null for everyone else.")
    async def assignee(self, info: Info) -> Person | None:
        if self.assignee_id is None:
            return None
        found = await info.context.loaders.person.load(self.assignee_id)
        return person(found) if found else None


@strawberry.type(description="A town, a department or a utility that takes requests.")
class Organization(Node):
    row_id: strawberry.Private[int]
    slug: str = strawberry.field(description="Its short name in addresses and filters.")
    name: str = strawberry.field(description="Its full name.")
    time_zone: str = strawberry.field(description="Where its clocks are, as in `America/New_York`.")
    viewer_is_staff: bool = strawberry.field(description="Whether the viewer works for it.")
    hold_guests: bool | None = strawberry.field(
        description="Whether what guests write waits for staff. For staff; null for everyone else."
    )
    held_words: list[str] | None = strawberry.field(
        description="The words with which anything waits for staff. For staff; null for everyone else."
    )
    subscribe_acting_members: bool | None = strawberry.field(
        description="Whether members who act on a request follow it from then on. For staff; null for everyone else."
    )
    open_days: list[int] | None = strawberry.field(
        description="The weekdays that count for an SLA: 0 is Monday, 6 is Sunday. For staff; null for everyone else."
    )
    opens_at: int | None = strawberry.field(
        description="When such a day begins, in minutes after midnight. For staff; null for everyone else."
    )
    closes_at: int | None = strawberry.field(
        description="When such a day ends, in minutes after midnight. For staff; null for everyone else."
    )
    holiday_calendar: str | None = strawberry.field(
        description="Whose public holidays don't count, as in `US` or `US-MA`; empty for none. "
        "For staff; null for everyone else."
    )
    switched_on_kinds: list[str] | None = strawberry.field(
        description="The kinds of mail that are sent here, and are off elsewhere. For staff; null for everyone else."
    )
    uses_work: bool | None = strawberry.field(
        description="Whether its staff have work orders. For staff; null for everyone else."
    )

    @strawberry.field(description="The categories that a new request can have, by name.")
    async def categories(self, info: Info) -> list[RequestCategory]:
        found = await info.context.loaders.categories.load(self.row_id)
        return [category(row, info.context.viewer) for row in found]

    @strawberry.field(
        description="To whom its requests go by themselves: read in order, a later rule overrides an earlier one. "
        "For staff; null for everyone else."
    )
    async def assignment_rules(self, info: Info) -> list[AssignmentRule] | None:
        found = await info.context.loaders.assignment_rules.load(self.row_id)
        return None if found is None else [assignment_rule(row) for row in found]

    @strawberry.field(
        description="Who would get a new request, by which rule, and why not by the others; nothing is changed. "
        "For staff; null for everyone else."
    )
    async def preview_assignment(
        self,
        info: Info,
        category_id: Annotated[strawberry.ID, strawberry.argument(description="The category it would have.")],
        latitude: Annotated[float | None, strawberry.argument(description="Degrees north; with the longitude.")] = None,
        longitude: Annotated[float | None, strawberry.argument(description="Degrees east; with the latitude.")] = None,
    ) -> AssignmentPreview | None:
        return await assignment_preview(info, self.row_id, category_id, latitude, longitude)

    @strawberry.field(description="Its work orders, the latest first. For staff; null for everyone else.")
    async def work_orders(
        self,
        info: Info,
        open: Annotated[bool | None, strawberry.argument(description="Only those that are, or aren't, open.")] = None,
        assigned_to_me: Annotated[
            bool, strawberry.argument(description="Only those that the viewer is to do.")
        ] = False,
        first: Annotated[int | None, strawberry.argument(description=FIRST)] = None,
        after: Annotated[str | None, strawberry.argument(description=AFTER)] = None,
        last: Annotated[int | None, strawberry.argument(description=LAST)] = None,
        before: Annotated[str | None, strawberry.argument(description=BEFORE)] = None,
    ) -> Connection[WorkOrder] | None:
        viewer = info.context.viewer
        if not viewer.is_staff_of(self.row_id):
            return None
        wanted = work_orders_seen_by(viewer).filter(organization_id=self.row_id)
        if open is not None:
            wanted = wanted.filter(completed_at__isnull=open)
        if assigned_to_me:
            wanted = wanted.filter(assignee_id=viewer.person_id)
        found = await page(wanted, window(first, after, last, before), ascending=False)
        return connection(found, work_order, lambda row: row.id, wanted.count)

    @strawberry.field(description="Who can be assigned: its staff, by name. For staff; null for everyone else.")
    async def staff(self, info: Info) -> list[Person] | None:
        found = await info.context.loaders.staff.load(self.row_id)
        return None if found is None else [person(row) for row in found]

    @strawberry.field(description="Its members with their roles, by name. For staff; null for everyone else.")
    async def members(self, info: Info) -> list[Member] | None:
        found = await info.context.loaders.members.load(self.row_id)
        return None if found is None else [member(row) for row in found]

    @strawberry.field(
        description="Invitations that wait, the latest first. For owners and managers; null for everyone else."
    )
    async def invitations(self, info: Info) -> list[Invitation] | None:
        found = await info.context.loaders.invitations.load(self.row_id)
        return None if found is None else [invitation(row) for row in found]

    @strawberry.field(
        description="The keys of its other systems, by name. For owners and managers; null for everyone else."
    )
    async def api_keys(self, info: Info) -> list[ApiKey] | None:
        found = await info.context.loaders.api_keys.load(self.row_id)
        return None if found is None else [api_key(row) for row in found]


def category(row: rows.RequestCategory, viewer: Viewer) -> RequestCategory:
    """How a viewer sees a category; what it tells about the inside is for staff."""
    inside = viewer.is_staff_of(row.organization_id)
    return RequestCategory(
        id=strawberry.ID(global_id("RequestCategory", row.id)),
        name=row.name,
        description=row.description,
        is_private=row.is_private,
        is_deleted=row.deleted_at is not None,
        requester_restriction=Restriction[row.requester_restriction.name],
        resident_restriction=Restriction[row.resident_restriction.name],
        questions=asked(row.questions),
        route_addresses=row.route_addresses if inside else None,
        escalate_to=row.escalate_to if inside else None,
        sla=_sla(row) if inside else None,
        switched_off_kinds=row.switched_off_kinds if inside else None,
        assignee_id=row.assignee_id if inside else None,
    )


def _sla(row: rows.RequestCategory) -> Sla | None:
    return Sla(amount=row.sla_amount, unit=SlaUnit[row.sla_unit.name]) if row.sla_amount is not None else None


def member(row: people.Member) -> Member:
    """Needs the person loaded."""
    return Member(person=person(row.person), role=Role[row.role.name], since=row.created_at)


def invitation(row: Ticket) -> Invitation:
    if row.address is None or row.role is None:
        raise ValueError(f"ticket {row.id} invites nobody to an organization")
    return Invitation(address=row.address, role=Role[row.role.name], expires_at=row.expires_at)


def organization(row: rows.Organization, viewer: Viewer) -> Organization:
    """How a viewer sees an organization; how it works inside is for staff."""
    inside = viewer.is_staff_of(row.id)
    return Organization(
        id=strawberry.ID(global_id("Organization", row.id)),
        row_id=row.id,
        slug=row.slug,
        name=row.name,
        time_zone=row.time_zone,
        viewer_is_staff=inside,
        hold_guests=row.hold_guests if inside else None,
        held_words=row.held_words if inside else None,
        subscribe_acting_members=row.subscribe_acting_members if inside else None,
        open_days=row.open_days if inside else None,
        opens_at=row.opens_at if inside else None,
        closes_at=row.closes_at if inside else None,
        holiday_calendar=row.holiday_calendar if inside else None,
        switched_on_kinds=row.switched_on_kinds if inside else None,
        uses_work=row.uses_work if inside else None,
    )
