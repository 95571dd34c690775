"""Writing assignment rules: adding, changing, moving and dropping them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from casework import text
from casework.access import Viewer, organization_for, require, staff_member_for
from casework.actions.members import lock_organization
from casework.actions.organizing import KEEP, Keep
from casework.actions.steps import action
from casework.assigning import AssignmentRule
from casework.errors import Conflict, Invalid, NotFound
from casework.geometry import parse_area
from casework.organizations import RequestCategory
from casework.permissions import Action

RULES_MAX = 500
"""How many rules one organization may have: all of them are read for each new request."""

Drawn = Mapping[str, Any] | None


@action
async def create_rule(
    viewer: Viewer,
    organization_id: int,
    *,
    name: str,
    assignee_id: int,
    category_ids: Sequence[int] = (),
    geojson: Drawn = None,
    position: int | None = None,
) -> AssignmentRule:
    """A new rule, at the end unless a position is given. Raises Invalid, InvalidArea (shape), NotFound or Conflict."""
    await organization_for(organization_id)
    require(viewer, Action.MANAGE_CATEGORIES, organization_id)
    others = await _locked(organization_id)
    if len(others) >= RULES_MAX:
        raise Conflict("There are %(many)s rules already; drop one first.", many=RULES_MAX)
    await staff_member_for(organization_id, assignee_id, field="assignee_id")
    rule = await AssignmentRule.create(
        organization_id=organization_id,
        position=0,
        name=text.line(name, "name"),
        category_ids=await _categories(organization_id, category_ids),
        assignee_id=assignee_id,
        created_at=viewer.occasion().at,
        shape=_shape(geojson),
    )
    await _place(others, rule, len(others) + 1 if position is None else position)
    return rule


@action
async def update_rule(
    viewer: Viewer,
    rule_id: int,
    *,
    name: str | None = None,
    assignee_id: int | None = None,
    category_ids: Sequence[int] | None = None,
    geojson: Drawn | Literal[Keep.IT] = KEEP,
    position: int | None = None,
) -> AssignmentRule:
    """Change a rule; what is None stays, and a `geojson` of None means anywhere. Requests that are there stay."""
    rule = await _rule(viewer, rule_id)
    if name is not None:
        rule.name = text.line(name, "name")
    if assignee_id is not None:
        await staff_member_for(rule.organization_id, assignee_id, field="assignee_id")
        rule.assignee_id = assignee_id
    if category_ids is not None:
        rule.category_ids = await _categories(rule.organization_id, category_ids)
    if geojson is not KEEP:
        rule.shape = _shape(geojson)
    await rule.save(update_fields=["name", "assignee_id", "category_ids", "shape"])  # its place may be another by now
    if position is not None:
        others = [each for each in await _locked(rule.organization_id) if each.id != rule.id]
        await _place(others, rule, position)
    return rule


@action
async def delete_rule(viewer: Viewer, rule_id: int) -> AssignmentRule:
    """Drop a rule; those below it move up. Returns what it was."""
    rule = await _rule(viewer, rule_id)
    await rule.delete()
    await _number([each for each in await _locked(rule.organization_id) if each.id != rule.id])
    return rule


async def _rule(viewer: Viewer, rule_id: int) -> AssignmentRule:
    """Rules are for staff: to everyone else there is none."""
    rule = await AssignmentRule.get_or_none(id=rule_id)
    if rule is None or not viewer.is_staff_of(rule.organization_id):
        raise NotFound("There is no such rule.", field="rule_id")
    require(viewer, Action.MANAGE_CATEGORIES, rule.organization_id)
    return rule


async def _locked(organization_id: int) -> list[AssignmentRule]:
    """The organization's rules in their order, with its row locked so that nobody else moves them meanwhile."""
    await lock_organization(organization_id)
    return await AssignmentRule.filter(organization_id=organization_id).order_by("position", "id")


async def _place(others: list[AssignmentRule], rule: AssignmentRule, position: int) -> None:
    if not 1 <= position <= len(others) + 1:
        raise Invalid("%(field)s must be from 1 to %(most)s.", field="position", most=len(others) + 1)
    await _number([*others[: position - 1], rule, *others[position - 1 :]])


async def _number(rules: Sequence[AssignmentRule]) -> None:
    """Save those whose place is another one than before."""
    for place, rule in enumerate(rules, 1):
        if rule.position != place:
            rule.position = place
            await rule.save(update_fields=["position"])


async def _categories(organization_id: int, category_ids: Sequence[int]) -> list[int]:
    """Each once, in order. Raises NotFound where one is none of the organization's."""
    wanted = sorted(set(category_ids))
    found = await RequestCategory.filter(organization_id=organization_id, id__in=wanted).count() if wanted else 0
    if found != len(wanted):
        raise NotFound("There is no such category in this organization.", field="category_ids")
    return wanted


def _shape(geojson: Drawn) -> bytes | None:
    """How a rule keeps its area. Raises InvalidArea."""
    return parse_area(geojson).wkb if geojson is not None else None
