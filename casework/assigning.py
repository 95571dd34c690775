"""Assignment rules: to whom a request goes by itself, by its category and its place (rule 15).

    the category's assignee ── rule 1 ── rule 2 ── … ──▶ whoever the last match names
                               read from top to bottom; a later match overrides an earlier one

A rule whose assignee is no member of staff any more is passed over, as if it weren't there. Where nothing matches,
whoever has the request keeps it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from casework.access import Viewer
from casework.database import MomentField
from casework.geometry import contains
from casework.organizations import Organization, RequestCategory
from casework.people import STAFF_ROLES, Member, Person


class AssignmentRule(Model):
    """One rule. No categories means any, no shape means anywhere. `position` counts from 1, without gaps."""

    id = fields.IntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "casework.Organization", related_name="assignment_rules", on_delete=fields.OnDelete.CASCADE
    )
    organization_id: int
    position = fields.IntField()
    name = fields.CharField(max_length=200)
    category_ids: fields.Field[list[int]] = fields.JSONField(default=list)
    shape: bytes | None = fields.BinaryField(null=True)
    assignee: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "casework.Person", related_name="assignment_rules", on_delete=fields.OnDelete.CASCADE
    )
    assignee_id: int
    created_at = MomentField()

    class Meta:
        table = "assignment_rule"
        indexes = (("organization_id", "position"),)


class Verdict(StrEnum):
    """What becomes of one rule for one request."""

    WINS = "wins"
    OVERRIDDEN = "overridden"
    OTHER_CATEGORY = "other_category"
    ELSEWHERE = "elsewhere"
    NO_PLACE = "no_place"
    NOT_STAFF = "not_staff"


@dataclass(frozen=True)
class Judged:
    rule: AssignmentRule
    verdict: Verdict


@dataclass(frozen=True)
class Assignment:
    """`assignee_id` is None where whoever has the request keeps it; `judged` says of every rule why, in their order."""

    assignee_id: int | None
    judged: tuple[Judged, ...]


async def assignment_for(category: RequestCategory, latitude: float | None, longitude: float | None) -> Assignment:
    """Who is to get a request of this category at this place, as the rules and the staff are now."""
    rules = await AssignmentRule.filter(organization_id=category.organization_id).order_by("position", "id")
    named = {rule.assignee_id for rule in rules} | {category.assignee_id}
    staff = await _staff_among(category.organization_id, {each for each in named if each is not None})
    where = (longitude, latitude) if longitude is not None and latitude is not None else None
    judged = judge(rules, staff, category.id, where)
    winner = next((each.rule.assignee_id for each in judged if each.verdict is Verdict.WINS), None)
    own = category.assignee_id if category.assignee_id in staff else None
    return Assignment(winner if winner is not None else own, judged)


def judge(
    rules: Sequence[AssignmentRule], staff: Collection[int], category_id: int, where: tuple[float, float] | None
) -> tuple[Judged, ...]:
    """What becomes of each rule. Pure. `where` is (longitude, latitude); a point on a border is inside."""
    objections = [_objection(rule, staff, category_id, where) for rule in rules]
    winner = max((place for place, objection in enumerate(objections) if objection is None), default=None)
    return tuple(
        Judged(rule, objection or (Verdict.WINS if place == winner else Verdict.OVERRIDDEN))
        for place, (rule, objection) in enumerate(zip(rules, objections, strict=True))
    )


def _objection(
    rule: AssignmentRule, staff: Collection[int], category_id: int, where: tuple[float, float] | None
) -> Verdict | None:
    """What speaks against it, the cheapest question first."""
    if rule.assignee_id not in staff:
        return Verdict.NOT_STAFF
    if rule.category_ids and category_id not in rule.category_ids:
        return Verdict.OTHER_CATEGORY
    if rule.shape is None:
        return None
    if where is None:
        return Verdict.NO_PLACE
    return None if contains(bytes(rule.shape), *where) else Verdict.ELSEWHERE


async def _staff_among(organization_id: int, people: Iterable[int]) -> set[int]:
    wanted = sorted(people)
    if not wanted:
        return set()
    members = Member.filter(
        organization_id=organization_id,
        person_id__in=wanted,
        until_event__isnull=True,
        role__in=list(STAFF_ROLES),
        person__closed_at__isnull=True,
    )
    return {member.person_id for member in await members.only("id", "person_id")}


async def rules_of(viewer: Viewer, organization_ids: Sequence[int]) -> dict[int, list[AssignmentRule]]:
    """The rules of each organization that the viewer is staff of, in their order."""
    inside = [each for each in organization_ids if viewer.is_staff_of(each)]
    found: dict[int, list[AssignmentRule]] = {each: [] for each in inside}
    for rule in await AssignmentRule.filter(organization_id__in=inside).order_by("position", "id") if inside else ():
        found[rule.organization_id].append(rule)
    return found
