"""Assignment rules: read, tried out and written."""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Any, Literal

import strawberry
from strawberry.scalars import JSON

from api.context import Info
from api.ids import global_id, row_id
from api.inputs import category_rows, geojson_object
from api.mutation import Act, MutationInput, Payload, answered, user_errors
from api.node import Node
from api.people.types import Person, person
from casework import assigning
from casework.access import category_for
from casework.actions import assignment_rules
from casework.actions.organizing import KEEP, Keep
from casework.geometry import as_geojson
from casework.phrases import N_

SHAPE = "Only requests inside this GeoJSON Polygon or MultiPolygon; anywhere if null."
CATEGORIES = "Only requests of these categories; all if empty."
POSITION = "Where it stands among the others, counted from 1. A later one overrides an earlier one."


@strawberry.type(description="To whom requests of some categories, or in some area, go by themselves. For staff.")
class AssignmentRule(Node):
    row: strawberry.Private[assigning.AssignmentRule]
    position: int = strawberry.field(description=POSITION)
    name: str = strawberry.field(description="What it is called: one line.")
    category_ids: list[strawberry.ID] = strawberry.field(description=CATEGORIES)
    created_at: datetime = strawberry.field(description="When it was made.")

    @strawberry.field(description=SHAPE)
    def shape(self) -> JSON | None:
        return JSON(as_geojson(self.row.shape)) if self.row.shape is not None else None

    @strawberry.field(description="Who gets the requests, while they are on the staff.")
    async def assignee(self, info: Info) -> Person | None:
        found = await info.context.loaders.person.load(self.row.assignee_id)
        return person(found) if found else None


@strawberry.enum(description="What becomes of one rule for one request.")
class RuleVerdict(Enum):
    WINS = strawberry.enum_value("wins", description="It says who gets it.")
    OVERRIDDEN = strawberry.enum_value("overridden", description="It applies, and so does a later one.")
    OTHER_CATEGORY = strawberry.enum_value("other_category", description="It is for other categories.")
    ELSEWHERE = strawberry.enum_value("elsewhere", description="The place is outside of its area.")
    NO_PLACE = strawberry.enum_value("no_place", description="It is for an area, and no place is known.")
    NOT_STAFF = strawberry.enum_value("not_staff", description="Its assignee is not on the staff any more.")


_WHY = {
    assigning.Verdict.WINS: N_("It applies, and no later rule does."),
    assigning.Verdict.OVERRIDDEN: N_("It applies, but so does a later rule."),
    assigning.Verdict.OTHER_CATEGORY: N_("It is for other categories."),
    assigning.Verdict.ELSEWHERE: N_("The place is outside of its area."),
    assigning.Verdict.NO_PLACE: N_("It is for an area, and the request has no place."),
    assigning.Verdict.NOT_STAFF: N_("Its assignee is not on the staff any more."),
}


@strawberry.type(description="A rule, and what becomes of it for one request.")
class JudgedRule:
    rule: AssignmentRule = strawberry.field(description="The rule.")
    verdict: RuleVerdict = strawberry.field(description="What becomes of it, to switch on.")
    why: str = strawberry.field(description="The same as a sentence to show, in the viewer's language.")


@strawberry.type(description="Who would get a request, and why.")
class AssignmentPreview:
    assignee: Person | None = strawberry.field(
        description="Who would get a new one; null for nobody. One that is there keeps its assignee instead."
    )
    rule: AssignmentRule | None = strawberry.field(
        description="The rule that says so; null where none applies: then it is the category's own assignee."
    )
    rules: list[JudgedRule] = strawberry.field(description="Every rule in order, and what becomes of it.")


@strawberry.input(description="A rule to be.")
class CreateAssignmentRuleInput(MutationInput):
    organization_id: strawberry.ID = strawberry.field(description="Whose rule.")
    name: str = strawberry.field(description="What to call it: one line of at most 200 characters.")
    assignee_id: strawberry.ID = strawberry.field(description="A member of staff who gets the requests.")
    category_ids: list[strawberry.ID] = strawberry.field(default_factory=list, description=CATEGORIES)
    shape: JSON | None = strawberry.field(default=None, description=SHAPE)
    position: int | None = strawberry.field(default=None, description=f"{POSITION} The last if null.")


@strawberry.input(description="What to change about a rule; what is left out stays as it is.")
class UpdateAssignmentRuleInput(MutationInput):
    rule_id: strawberry.ID = strawberry.field(description="The rule.")
    name: str | None = strawberry.field(default=None, description="What to call it.")
    assignee_id: strawberry.ID | None = strawberry.field(default=None, description="Who gets the requests.")
    category_ids: list[strawberry.ID] | None = strawberry.field(default=None, description=CATEGORIES)
    shape: JSON | None = strawberry.field(default=strawberry.UNSET, description=SHAPE)
    position: int | None = strawberry.field(default=None, description=POSITION)


@strawberry.input(description="A rule to drop.")
class DeleteAssignmentRuleInput(MutationInput):
    rule_id: strawberry.ID = strawberry.field(description="The rule.")


@strawberry.type(description="What became of a rule.")
class AssignmentRulePayload(Payload):
    assignment_rule: AssignmentRule | None = strawberry.field(
        description="The rule as it is now; null where nothing changed, and of one that was dropped."
    )


@strawberry.type
class AssignmentRuleMutations:
    @strawberry.mutation(description="Add an assignment rule. For owners and managers.")
    async def create_assignment_rule(self, info: Info, input: CreateAssignmentRuleInput) -> AssignmentRulePayload:
        return await _on_rule(
            info,
            input,
            lambda viewer: assignment_rules.create_rule(
                viewer,
                row_id(input.organization_id, "Organization", "organization_id"),
                name=input.name,
                assignee_id=row_id(input.assignee_id, "Person", "assignee_id"),
                category_ids=category_rows(input.category_ids),
                geojson=geojson_object(input.shape),
                position=input.position,
            ),
        )

    @strawberry.mutation(
        description="Change an assignment rule. Requests that are there stay where they are. For owners and managers."
    )
    async def update_assignment_rule(self, info: Info, input: UpdateAssignmentRuleInput) -> AssignmentRulePayload:
        shape: Mapping[str, Any] | Literal[Keep.IT] | None = KEEP
        if input.shape is not strawberry.UNSET:
            shape = geojson_object(input.shape)
        return await _on_rule(
            info,
            input,
            lambda viewer: assignment_rules.update_rule(
                viewer,
                row_id(input.rule_id, "AssignmentRule", "rule_id"),
                name=input.name,
                assignee_id=row_id(input.assignee_id, "Person", "assignee_id") if input.assignee_id else None,
                category_ids=category_rows(input.category_ids) if input.category_ids is not None else None,
                geojson=shape,
                position=input.position,
            ),
        )

    @strawberry.mutation(description="Drop an assignment rule. For owners and managers.")
    async def delete_assignment_rule(self, info: Info, input: DeleteAssignmentRuleInput) -> AssignmentRulePayload:
        return await _on_rule(
            info,
            input,
            lambda viewer: assignment_rules.delete_rule(viewer, row_id(input.rule_id, "AssignmentRule", "rule_id")),
        )


def assignment_rule(row: assigning.AssignmentRule) -> AssignmentRule:
    return AssignmentRule(
        row=row,
        id=strawberry.ID(global_id("AssignmentRule", row.id)),
        position=row.position,
        name=row.name,
        category_ids=[strawberry.ID(global_id("RequestCategory", each)) for each in row.category_ids],
        created_at=row.created_at,
    )


async def assignment_preview(
    info: Info, organization_id: int, category_id: str, latitude: float | None, longitude: float | None
) -> AssignmentPreview | None:
    """For staff; None for everyone else. Raises NotFound for a category of somebody else's."""
    if not info.context.viewer.is_staff_of(organization_id):
        return None
    category = await category_for(organization_id, row_id(category_id, "RequestCategory", "category_id"))
    found = await assigning.assignment_for(category, latitude, longitude)
    getter = await info.context.loaders.person.load(found.assignee_id) if found.assignee_id is not None else None
    judged = [
        JudgedRule(
            rule=assignment_rule(each.rule),
            verdict=RuleVerdict[each.verdict.name],
            why=info.context.words.gettext(_WHY[each.verdict]),
        )
        for each in found.judged
    ]
    winner = next((each.rule for each in judged if each.verdict is RuleVerdict.WINS), None)
    return AssignmentPreview(assignee=person(getter) if getter is not None else None, rule=winner, rules=judged)


async def _on_rule(info: Info, input: MutationInput, act: Act) -> AssignmentRulePayload:
    answer = await answered(info, input, act)
    found = await assigning.AssignmentRule.filter(id__in=answer.changed).first() if answer.changed else None
    return AssignmentRulePayload(
        assignment_rule=assignment_rule(found) if found is not None else None,
        user_errors=user_errors(answer),
        client_mutation_id=input.client_mutation_id,
    )
