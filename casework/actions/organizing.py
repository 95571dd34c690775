"""What an organization sets up: itself, and the categories it handles."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Any, Literal

from casework import text
from casework.access import Viewer, organization_for, require, staff_member_for
from casework.actions.accounts import check_time_zone
from casework.actions.deadlines import restart_clocks, sla_columns, sla_of
from casework.actions.membership import addresses, make_organization
from casework.actions.profile import own_account
from casework.actions.steps import action
from casework.errors import Forbidden, NotFound, Unconfirmed
from casework.events import MemberJoined
from casework.ledger import record
from casework.moderation import held_words
from casework.organizations import Organization, RequestCategory, Restriction
from casework.people import Member, Role
from casework.permissions import PERMISSIONS, Action
from casework.questions import Question, as_stored, checked
from casework.sla import Sla, check_holidays, check_hours, checked_days


class Keep(Enum):
    """Leave as it is, where null means none."""

    IT = 0


KEEP: Literal[Keep.IT] = Keep.IT


@action
async def found_organization(
    viewer: Viewer, *, slug: str, name: str, time_zone: str = "America/New_York"
) -> Organization:
    """A new organization, of which the viewer becomes the owner. For owners; the first one is made by the operator."""
    person = own_account(viewer)
    if person.confirmed_at is None:
        raise Unconfirmed("Confirm your e-mail address first; the link is in the mail we sent you.")
    if not any(viewer.standing(each) in PERMISSIONS[Action.FOUND_ORGANIZATION] for each in viewer.roles):
        raise Forbidden("Only who owns an organization already can add another one; ask the operator for a first one.")
    made = await make_organization(slug=slug, name=name, time_zone=time_zone, at=viewer.occasion().at)
    joined = MemberJoined(
        occasion=viewer.occasion(),
        organization_id=made.id,
        by_staff=True,
        person_id=person.id,
        role=Role.OWNER.value,
    )
    row = await record(joined)
    await Member.create(
        organization_id=made.id,
        person_id=person.id,
        role=Role.OWNER,
        since_event=row.id,
        created_at=row.occurred_at,
    )
    return made


_SETTINGS = (
    "name",
    "time_zone",
    "subscribe_acting_members",
    "hold_guests",
    "held_words",
    "open_days",
    "opens_at",
    "closes_at",
    "holiday_calendar",
    "switched_on_kinds",
    "uses_work",
)


@action
async def update_organization(
    viewer: Viewer,
    organization_id: int,
    *,
    name: str | None = None,
    time_zone: str | None = None,
    subscribe_acting_members: bool | None = None,
    hold_guests: bool | None = None,
    words_to_hold: Sequence[str] | None = None,
    open_days: Sequence[int] | None = None,
    opens_at: int | None = None,
    closes_at: int | None = None,
    holiday_calendar: str | None = None,
    switched_on_kinds: Sequence[str] | None = None,
    uses_work: bool | None = None,
) -> Organization:
    """Change an organization's settings; what is None stays. Clocks that run already keep their deadlines."""
    organization = await organization_for(organization_id)
    require(viewer, Action.MANAGE_ORGANIZATION, organization_id)
    if name is not None:
        organization.name = text.line(name, "name")
    if time_zone is not None:
        check_time_zone(time_zone)
        organization.time_zone = time_zone
    if subscribe_acting_members is not None:
        organization.subscribe_acting_members = subscribe_acting_members
    if hold_guests is not None:
        organization.hold_guests = hold_guests
    if words_to_hold is not None:
        organization.held_words = held_words(words_to_hold)
    if open_days is not None:
        organization.open_days = checked_days(open_days)
    if opens_at is not None or closes_at is not None:
        organization.opens_at = organization.opens_at if opens_at is None else opens_at
        organization.closes_at = organization.closes_at if closes_at is None else closes_at
        check_hours(organization.opens_at, organization.closes_at)
    if holiday_calendar is not None:
        check_holidays(holiday_calendar)
        organization.holiday_calendar = holiday_calendar
    if switched_on_kinds is not None:
        organization.switched_on_kinds = sorted(set(switched_on_kinds))
    if uses_work is not None:
        organization.uses_work = uses_work
    await organization.save(update_fields=_SETTINGS)
    return organization


@action
async def update_category(
    viewer: Viewer,
    category_id: int,
    *,
    name: str | None = None,
    description: str | None = None,
    private: bool | None = None,
    assignee_id: int | Literal[Keep.IT] | None = KEEP,
    route_addresses: Sequence[str] | None = None,
    escalate_to: str | Literal[Keep.IT] | None = KEEP,
    sla: Sla | Literal[Keep.IT] | None = KEEP,
    requester_restriction: Restriction | None = None,
    resident_restriction: Restriction | None = None,
    switched_off_kinds: Sequence[str] | None = None,
    questions: Sequence[Question] | None = None,
    deleted: bool | None = None,
) -> RequestCategory:
    """Change a category; what is None stays. A deleted one keeps its requests, takes no new ones, and can return."""
    category = await RequestCategory.get_or_none(id=category_id).select_related("organization")
    if category is None:
        raise NotFound("There is no such category.", field="category_id")
    require(viewer, Action.MANAGE_CATEGORIES, category.organization_id)
    wanted: dict[str, Any] = {
        "is_private": private,
        "requester_restriction": requester_restriction,
        "resident_restriction": resident_restriction,
    }
    if name is not None:
        wanted["name"] = text.line(name, "name")
    if description is not None:
        wanted["description"] = text.text(description, "description", required=False)
    if route_addresses is not None:
        wanted["route_addresses"] = addresses(route_addresses, "route_addresses")
    if switched_off_kinds is not None:
        wanted["switched_off_kinds"] = sorted(set(switched_off_kinds))
    if questions is not None:
        wanted["questions"] = as_stored(checked(questions))
    changes = {column: value for column, value in wanted.items() if value is not None}
    changes |= await _what_may_be_none(category, assignee_id, escalate_to, sla)
    if deleted is not None:
        changes["deleted_at"] = (category.deleted_at or viewer.occasion().at) if deleted else None
    before = sla_of(category)
    if changes:
        category.update_from_dict(changes)
        await category.save(update_fields=list(changes))
    if sla_of(category) != before:
        await restart_clocks(viewer, category, category.organization)
    return category


async def _what_may_be_none(
    category: RequestCategory,
    assignee_id: int | Literal[Keep.IT] | None,
    escalate_to: str | Literal[Keep.IT] | None,
    sla: Sla | Literal[Keep.IT] | None,
) -> dict[str, Any]:
    """The columns that are to change among those that can be empty."""
    changes: dict[str, Any] = {}
    if assignee_id is not KEEP:
        if assignee_id is not None:
            await staff_member_for(category.organization_id, assignee_id, field="assignee_id")
        changes["assignee_id"] = assignee_id
    if escalate_to is not KEEP:
        changes["escalate_to"] = text.address(escalate_to, "escalate_to") if escalate_to else None
    if sla is not KEEP:
        changes |= sla_columns(sla)
    return changes
