"""Assignment rules: a request goes by itself to whoever the last matching rule names."""

from __future__ import annotations

from typing import Any

from casework.people import Person
from tests.telling import Telling, leave, told
from tests.town import Town, nothing_changes

RULE = "assignmentRule { id name position categoryIds shape assignee { name } }"
RULES = '{ organization(slug: "springfield") { assignmentRules { id name position } } }'
INSIDE, OUTSIDE = {"latitude": 42.5, "longitude": -71.5}, {"latitude": 43.5, "longitude": -71.5}


def square(west: float = -72.0, south: float = 42.0, size: float = 0.9) -> dict[str, Any]:
    east, north = west + size, south + size
    return {
        "type": "Polygon",
        "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]],
    }


async def rule(town: Town, name: str, assignee: Person, **values: Any) -> str:
    payload = await town.done(
        town.rosa,
        "createAssignmentRule",
        RULE,
        organizationId=town.id_of(town.springfield),
        name=name,
        assigneeId=town.id_of(assignee),
        **values,
    )
    return str(payload["assignmentRule"]["id"])


async def assignee_of(town: Town, request: str) -> str | None:
    seen = await town.ask(
        town.rosa, f'{{ node(id: "{request}") {{ ... on ServiceRequest {{ assignee {{ name }} }} }} }}'
    )
    assignee = seen["node"]["assignee"]
    return str(assignee["name"]) if assignee else None


async def names(town: Town) -> list[tuple[int, str]]:
    seen = await town.ask(town.tom, RULES)
    return [(each["position"], each["name"]) for each in seen["organization"]["assignmentRules"]]


async def test_the_last_rule_that_matches_overrides_those_before_and_the_categorys_assignee(town: Town) -> None:
    lights, potholes = town.id_of(town.lights), town.id_of(town.potholes)
    assert await assignee_of(town, await town.report(**INSIDE)) == "Tom Baker"  # the category's own
    await rule(town, "All", town.rosa)
    await rule(town, "Lights here", town.mark, categoryIds=[lights], shape=square())
    for category, where, expected in (
        (potholes, INSIDE, "Rosa Diaz"),
        (lights, INSIDE, "Mark Stone"),
        (lights, OUTSIDE, "Rosa Diaz"),
        (lights, {}, "Rosa Diaz"),
        (lights, {"latitude": 42.9, "longitude": -71.1}, "Mark Stone"),  # a corner is inside
    ):
        assert await assignee_of(town, await town.report(categoryId=category, **where)) == expected, (category, where)


async def test_where_no_rule_matches_whoever_has_it_keeps_it(town: Town) -> None:
    await rule(town, "Here", town.mark, shape=square())
    lamp = await town.report(categoryId=town.id_of(town.lights), **OUTSIDE)
    assert await assignee_of(town, lamp) is None
    await town.done(town.rosa, "assignRequest", requestId=lamp, assigneeId=town.id_of(town.rosa))
    await town.done(town.rosa, "closeRequest", requestId=lamp, comment="Lit.")
    await town.done(town.rosa, "reopenRequest", requestId=lamp, comment="Dark.")
    assert await assignee_of(town, lamp) == "Rosa Diaz"


async def test_rules_apply_on_reopening_and_recategorizing_as_part_of_it(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled(**INSIDE)
    await rule(town, "Here", town.mark, shape=square())
    await telling.after(town.rosa, "closeRequest", requestId=request, comment="Filled.")
    mails = await telling.after(town.rosa, "reopenRequest", requestId=request, comment="Sunk.")
    assert told(mails) == {
        ("mark@example.org", "staff_request_reopened", "assignee"),
        ("tom@example.org", "staff_request_reopened", "was_assignee"),
        ("streets@springfield.example", "staff_request_reopened", "route_address"),
        ("maya@example.org", "request_reopened", "reporter"),
    }
    await rule(town, "Lights", town.rosa, categoryIds=[town.id_of(town.lights)])
    mails = await telling.after(town.tom, "recategorizeRequest", requestId=request, categoryId=town.id_of(town.lights))
    assert told(mails) == {
        ("rosa@example.org", "staff_request_recategorized", "assignee"),
        ("mark@example.org", "staff_request_recategorized", "was_assignee"),
    }


async def test_a_dry_run_says_which_rule_would_win_and_why(town: Town) -> None:
    lights, potholes = town.id_of(town.lights), town.id_of(town.potholes)
    await rule(town, "Former", town.mark)
    await rule(town, "All", town.rosa)
    await rule(town, "Potholes", town.rosa, categoryIds=[potholes])
    await rule(town, "There", town.rosa, shape=square(west=10.0))
    await rule(town, "Lights here", town.tom, categoryIds=[lights], shape=square())
    await leave(town.springfield, town.mark)
    asked = """
      query ($category: ID!, $latitude: Float, $longitude: Float) { organization(slug: "springfield") {
        previewAssignment(categoryId: $category, latitude: $latitude, longitude: $longitude) {
          assignee { name } rule { name } rules { rule { name } verdict why } } } }
    """
    async with nothing_changes():
        here = await town.ask(town.tom, asked, category=lights, **INSIDE)
        nowhere = await town.ask(town.tom, asked, category=potholes)
    found = here["organization"]["previewAssignment"]
    assert (found["assignee"], found["rule"]) == ({"name": "Tom Baker"}, {"name": "Lights here"})
    assert [(each["rule"]["name"], each["verdict"], each["why"]) for each in found["rules"]] == [
        ("Former", "NOT_STAFF", "Its assignee is not on the staff any more."),
        ("All", "OVERRIDDEN", "It applies, but so does a later rule."),
        ("Potholes", "OTHER_CATEGORY", "It is for other categories."),
        ("There", "ELSEWHERE", "The place is outside of its area."),
        ("Lights here", "WINS", "It applies, and no later rule does."),
    ]
    found = nowhere["organization"]["previewAssignment"]
    assert (found["assignee"], found["rule"]) == ({"name": "Rosa Diaz"}, {"name": "Potholes"})
    assert [each["verdict"] for each in found["rules"]] == [
        "NOT_STAFF",
        "OVERRIDDEN",
        "WINS",
        "NO_PLACE",
        "OTHER_CATEGORY",
    ]
    for outsider in (town.maya, town.otto, None):
        shown = await town.ask(outsider, asked, category=lights, **INSIDE)
        assert shown["organization"]["previewAssignment"] is None
        shown = await town.ask(outsider, RULES)
        assert shown["organization"]["assignmentRules"] is None


async def test_rules_are_moved_changed_and_dropped(town: Town) -> None:
    first, second = await rule(town, "One", town.tom), await rule(town, "Two", town.mark, shape=square())
    third = await rule(town, "Three", town.rosa, position=1)
    assert await names(town) == [(1, "Three"), (2, "One"), (3, "Two")]
    await town.done(town.rosa, "updateAssignmentRule", ruleId=third, position=3)
    await town.done(town.rosa, "updateAssignmentRule", ruleId=first, name="Uno", position=2)
    assert await names(town) == [(1, "Two"), (2, "Uno"), (3, "Three")]
    payload = await town.done(
        town.rosa,
        "updateAssignmentRule",
        RULE,
        ruleId=second,
        shape=None,
        assigneeId=town.id_of(town.tom),
        categoryIds=[town.id_of(town.lights)],
    )
    assert payload["assignmentRule"] == {
        "id": second,
        "name": "Two",
        "position": 1,
        "categoryIds": [town.id_of(town.lights)],
        "shape": None,
        "assignee": {"name": "Tom Baker"},
    }
    payload = await town.done(town.rosa, "deleteAssignmentRule", RULE, ruleId=second)
    assert payload["assignmentRule"] is None
    assert await names(town) == [(1, "Uno"), (2, "Three")]
    assert (await town.ask(town.rosa, f'{{ node(id: "{second}") {{ id }} }}'))["node"] is None
    assert (await town.ask(town.rosa, f'{{ node(id: "{first}") {{ id }} }}'))["node"] == {"id": first}
    assert (await town.ask(town.maya, f'{{ node(id: "{first}") {{ id }} }}'))["node"] is None


async def test_a_rule_that_means_nothing_is_refused_and_nothing_is_written(town: Town) -> None:
    present = await rule(town, "One", town.tom)
    new = {"organizationId": town.id_of(town.springfield), "name": "New", "assigneeId": town.id_of(town.tom)}
    bowtie = {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}
    async with nothing_changes():
        for values, refusal in (
            ({"assigneeId": town.id_of(town.maya)}, ("NOT_FOUND", ["assigneeId"])),
            ({"categoryIds": [town.id_of(town.weeds)]}, ("NOT_FOUND", ["categoryIds"])),
            ({"shape": bowtie}, ("INVALID_AREA", ["shape"])),
            ({"shape": "here"}, ("INVALID", ["shape"])),
            ({"position": 3}, ("INVALID", ["position"])),
            ({"name": " "}, ("INVALID", ["name"])),
        ):
            assert await town.refused(town.rosa, "createAssignmentRule", **new | values) == refusal, values
        assert await town.refused(town.rosa, "updateAssignmentRule", ruleId=present, position=2) == (
            "INVALID",
            ["position"],
        )
        assert await town.refused(town.otto, "updateAssignmentRule", ruleId=present, name="Mine") == (
            "NOT_FOUND",
            ["ruleId"],
        )
