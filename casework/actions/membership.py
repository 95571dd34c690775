"""Organizations, their categories and their members."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from casework import clock, text
from casework.access import Viewer, organization_for, require, staff_member_for
from casework.actions.accounts import check_time_zone
from casework.actions.deadlines import sla_columns
from casework.actions.steps import action
from casework.database import transaction
from casework.errors import Conflict, Invalid
from casework.events import MemberAdded, Occasion
from casework.history import HistoryRow
from casework.ledger import record
from casework.organizations import Organization, RequestCategory, Restriction
from casework.people import Member, Person, Role
from casework.permissions import Action
from casework.questions import Question, as_stored, checked
from casework.sla import Sla

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


async def create_organization(*, slug: str, name: str, time_zone: str = "America/New_York") -> Organization:
    """The operator's act: nobody is signed in yet. Raises Invalid or Conflict, each naming its field."""
    async with transaction():
        return await make_organization(slug=slug, name=name, time_zone=time_zone, at=clock.now())


async def make_organization(*, slug: str, name: str, time_zone: str, at: datetime) -> Organization:
    """The same, part of the caller's commit."""
    if not _SLUG.fullmatch(slug):
        raise Invalid("slug must be lower-case letters, digits and hyphens, at most 63.", field="slug")
    check_time_zone(time_zone)
    if await Organization.exists(slug=slug):
        raise Conflict("There is an organization %(slug)s already.", field="slug", slug=slug)
    return await Organization.create(slug=slug, name=text.line(name, "name"), time_zone=time_zone, created_at=at)


async def add_member(organization: Organization, person: Person, role: Role) -> Member:
    """The operator's act: give a person a role, or another one than they have. Events before it are not theirs."""
    async with transaction():
        present = await Member.get_or_none(
            organization_id=organization.id, person_id=person.id, until_event__isnull=True
        )
        if present is not None:
            present.role = role
            await present.save(update_fields=["role"])
            return present
        row = await _record_member(organization, person, role)
        return await Member.create(
            organization_id=organization.id,
            person_id=person.id,
            role=role,
            since_event=row.id,
            created_at=row.occurred_at,
        )


async def _record_member(organization: Organization, person: Person, role: Role) -> HistoryRow:
    return await record(
        MemberAdded(
            occasion=Occasion(at=clock.now()),
            organization_id=organization.id,
            person_id=person.id,
            role=role.value,
        )
    )


@action
async def create_category(
    viewer: Viewer,
    organization_id: int,
    *,
    name: str,
    description: str = "",
    private: bool = False,
    assignee_id: int | None = None,
    route_addresses: Sequence[str] = (),
    escalate_to: str | None = None,
    sla: Sla | None = None,
    requester_restriction: Restriction = Restriction.NONE,
    resident_restriction: Restriction = Restriction.NONE,
    switched_off_kinds: Sequence[str] = (),
    questions: Sequence[Question] = (),
) -> RequestCategory:
    """A new category, for owners and managers."""
    await organization_for(organization_id)
    require(viewer, Action.MANAGE_CATEGORIES, organization_id)
    if assignee_id is not None:
        await staff_member_for(organization_id, assignee_id, field="assignee_id")
    return await RequestCategory.create(
        organization_id=organization_id,
        name=text.line(name, "name"),
        description=text.text(description, "description", required=False),
        is_private=private,
        assignee_id=assignee_id,
        route_addresses=addresses(route_addresses, "route_addresses"),
        escalate_to=text.address(escalate_to, "escalate_to") if escalate_to else None,
        **sla_columns(sla),
        requester_restriction=requester_restriction,
        resident_restriction=resident_restriction,
        switched_off_kinds=sorted(set(switched_off_kinds)),
        questions=as_stored(checked(questions)) or None,
        created_at=viewer.occasion().at,
    )


def addresses(values: Sequence[str], field: str) -> list[str]:
    """Bare addresses, normalized, each once, in the order given."""
    return list(dict.fromkeys(text.address(value, field) for value in values))
