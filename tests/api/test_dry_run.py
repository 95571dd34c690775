"""Who would hear of it: what a dry run says is what happens then, and the dry run itself changes and mails nothing."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from graphql import GraphQLInputObjectType

from api.schema import executable_schema
from casework.history import HistoryRow
from casework.people import Person
from notifier.notifications import Notification
from tests.notifier.areas import INSIDE, watch
from tests.telling import Telling, open_telling
from tests.town import Town, nothing_changes

ASKED = (
    "query ($action: DryRunAction!) { dryRun(action: $action) { total groups "
    "{ kind reason cadence skip recipients people { handle } addresses } } }"
)


async def dry_run(telling: Telling, person: Person, deed: str, **values: Any) -> dict[str, Any]:
    async with nothing_changes():
        answer = await telling.town.ask(person, ASKED, action={deed: values})
        assert await telling.run() == []
    return dict(answer["dryRun"])


async def refusal(town: Town, person: Person | None, action: dict[str, Any]) -> tuple[str, list[str] | None]:
    async with nothing_changes():
        answer = await town.graphql(town.token(person), ASKED, {"action": action})
    (error,) = answer["errors"]
    return error["extensions"]["code"], error["extensions"].get("path")


Group = tuple[str, str, str | None, str | None]


def _foretold(answer: dict[str, Any]) -> Counter[Group]:
    found: Counter[Group] = Counter()
    for group in answer["groups"]:
        found[group["kind"], group["reason"], group["cadence"], group["skip"]] = group["recipients"]
    return found


async def _written(after: int) -> tuple[Counter[Group], int]:
    """The same, as the ledger has it; and to how many of all recipients something goes."""
    rows = await Notification.filter(event_id__gt=after)
    unique = {(row.kind, row.reason, row.cadence.value.upper(), row.skip, row.recipient) for row in rows}
    found = Counter((kind, reason, None if skip else cadence, skip) for kind, reason, cadence, skip, _ in unique)
    return found, len({row.recipient for row in rows if row.skip is None})


@pytest.mark.slow
async def test_a_dry_run_foretells_of_every_action_what_the_ledger_says_then(db: str) -> None:
    async with open_telling() as telling:
        town = telling.town
        place = {"organizationId": town.id_of(town.springfield)}
        await town.done(town.rosa, "updateOrganization", usesWork=True, heldWords=["blatt"], **place)
        lamp = {"categoryId": town.id_of(town.lights), **INSIDE}
        request, twin, other = [await telling.settled(**lamp) for _ in range(3)]
        await telling.followed(request, town.ines, town.otto, town.mark, town.nell)
        await telling.followed(other, town.ines)
        await watch(telling, town.ines)
        await watch(telling, town.otto)
        await town.done(town.otto, "muteRequest", requestId=request)
        await town.done(town.ines, "updateNotificationPreference", kind="request_closed", cadence="DAILY")
        await town.done(town.mark, "updateNotificationPreference", kind="staff_mentioned", cadence="OFF")
        await town.done(
            town.rosa, "updateRequestCategory", categoryId=town.id_of(town.lights), switchedOffKinds=["request_merged"]
        )
        held = await town.done(town.ines, "addComment", "comment { id }", requestId=request, body="Blatt did it.")
        made = await town.done(
            town.rosa, "createWorkOrder", "workOrder { id }", requestId=other, summary="Dig", **place
        )
        order = {"workOrderId": made["workOrder"]["id"]}
        await telling.run()
        here, said = {"requestId": request}, {"requestId": request, "comment": "Seen."}
        for deed, values in (
            ("submitRequest", place | lamp | {"summary": "Dark"}),
            ("submitRequest", place | potholes(town) | {"summary": "Deep"}),
            ("releaseContent", {"contentId": held["comment"]["id"]}),
            ("createWorkOrder", place | here | {"summary": "Dig", "assigneeId": town.id_of(town.tom)}),
            ("assignWorkOrder", order | {"assigneeId": town.id_of(town.mark)}),
            ("changeWorkOrderDueAt", order | {"dueAt": "2031-01-01T00:00:00Z"}),
            ("completeWorkOrder", order),
            ("updateRequest", here | {"summary": "Darker"}),
            ("acknowledgeRequest", said),
            ("recategorizeRequest", here | potholes(town)),
            ("assignRequest", here | {"assigneeId": town.id_of(town.mark)}),
            ("addComment", here | {"body": "Soon."}),
            ("addComment", here | {"body": "@mark @tom, please.", "visibility": "INTERNAL"}),
            ("changeDueDate", here | {"dueAt": "2031-01-01T00:00:00Z"}),
            ("closeRequest", said),
            ("reopenRequest", said),
            ("closeRequests", {"requestIds": [request, other], "comment": "All done."}),
            ("setRequestVisibility", here | {"hidden": True}),
            ("reopenRequest", said),
            ("mergeRequest", {"requestId": twin, "survivorId": other}),
        ):
            foretold = await dry_run(telling, town.rosa, deed, **values)
            newest = await HistoryRow.all().order_by("-id").first()
            assert newest is not None
            await telling.after(town.rosa, deed, **values)
            assert (_foretold(foretold), foretold["total"]) == await _written(newest.id), deed


def potholes(town: Town) -> dict[str, Any]:
    return {"categoryId": town.id_of(town.potholes)}


def test_an_action_is_given_as_its_mutation_is() -> None:
    schema = executable_schema()
    mutations, action = schema.mutation_type, schema.get_type("DryRunAction")
    assert mutations is not None
    assert isinstance(action, GraphQLInputObjectType)
    for name, field in action.fields.items():
        assert str(mutations.fields[name].args["input"].type) == f"{field.type}!"


async def test_colleagues_and_addresses_are_named_and_all_others_counted(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled(categoryId=town.id_of(town.lights))
    await telling.followed(request, town.ines, town.mark)
    foretold = await dry_run(telling, town.rosa, "recategorizeRequest", requestId=request, **potholes(town))
    assert [tuple(group.values()) for group in foretold["groups"]] == [
        ("staff_request_recategorized", "assignee", "IMMEDIATE", None, 1, [{"handle": "tom"}], []),
        ("staff_request_recategorized", "route_address", "IMMEDIATE", None, 1, [], ["streets@springfield.example"]),
    ]
    foretold = await dry_run(telling, town.rosa, "acknowledgeRequest", requestId=request, comment="Seen.")
    assert [tuple(group.values()) for group in foretold["groups"]] == [
        ("request_acknowledged", "follower", "IMMEDIATE", None, 1, [], []),
        ("request_acknowledged", "reporter", "IMMEDIATE", None, 1, [], []),
        ("staff_request_acknowledged", "staff_subscriber", "IMMEDIATE", None, 1, [], []),
    ]
    assert foretold["total"] == 3


async def test_only_the_organizations_staff_may_ask(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled()
    action = {"closeRequest": {"requestId": request, "comment": "Done."}}
    assert await refusal(town, None, action) == ("SIGN_IN_REQUIRED", None)
    for person in (town.maya, town.ines, town.nell, town.otto):  # its reporter, and somebody else's staff, too
        assert await refusal(town, person, action) == ("FORBIDDEN", None)


async def test_what_would_be_refused_is_refused_and_exactly_one_action_is_asked_about(telling: Telling) -> None:
    town = telling.town
    said = {"requestId": await telling.settled(), "comment": "So."}
    for action, refused in (
        ({"reopenRequest": said}, ("ILLEGAL_MOVE", None)),
        ({"closeRequest": said | {"comment": " "}}, ("INVALID", ["comment"])),
        ({"closeRequest": said, "acknowledgeRequest": said}, ("INVALID", ["action"])),
        ({}, ("INVALID", ["action"])),
    ):
        assert await refusal(town, town.rosa, action) == refused
