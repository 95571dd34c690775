"""Work orders through the API: made, given, moved, done; for staff alone, and only where Work is used."""

from __future__ import annotations

from typing import Any

from casework.history import HistoryRow
from tests.town import Town, nothing_changes

SEEN = "workOrder { id number summary description dueAt completedAt assignee { name } request { number } }"


async def use_work(town: Town, *, on: bool = True) -> str:
    place = town.id_of(town.springfield)
    await town.done(town.rosa, "updateOrganization", organizationId=place, usesWork=on)
    return place


async def test_a_work_order_from_making_to_completing(town: Town) -> None:
    place, request = await use_work(town), await town.report()
    made = await town.done(
        town.rosa,
        "createWorkOrder",
        SEEN,
        organizationId=place,
        requestId=request,
        summary="Fill it",
        description="With the cold mix.",
        dueAt="2031-01-01T10:00:00-05:00",
    )
    order = made["workOrder"]
    assert order == {
        "id": order["id"],
        "number": 1,
        "summary": "Fill it",
        "description": "With the cold mix.",
        "dueAt": "2031-01-01T15:00:00+00:00",
        "completedAt": None,
        "assignee": None,
        "request": {"number": 1},
    }
    work = {"workOrderId": order["id"]}
    given = await town.done(town.rosa, "assignWorkOrder", SEEN, assigneeId=town.id_of(town.tom), **work)
    assert given["workOrder"]["assignee"] == {"name": "Tom Baker"}
    moved = await town.done(town.tom, "changeWorkOrderDueAt", SEEN, dueAt=None, **work)
    assert moved["workOrder"]["dueAt"] is None
    done = await town.done(town.tom, "completeWorkOrder", SEEN, **work)
    assert done["workOrder"]["completedAt"] is not None
    for mutation, values in (
        ("assignWorkOrder", {"assigneeId": None}),
        ("changeWorkOrderDueAt", {"dueAt": None}),
        ("completeWorkOrder", {}),
    ):
        assert await town.refused(town.tom, mutation, **work, **values) == ("ILLEGAL_MOVE", None)
    asked = f'{{ node(id: "{request}") {{ ... on ServiceRequest {{ status workOrders {{ id }} }} }} }}'
    assert (await town.ask(town.tom, asked))["node"] == {"status": "OPEN", "workOrders": [{"id": order["id"]}]}
    assert (await town.ask(town.maya, asked))["node"] == {"status": "OPEN", "workOrders": None}
    events = await HistoryRow.filter(type__startswith="WorkOrder").order_by("id").values_list("type", "is_internal")
    assert events == [
        ("WorkOrderCreated", True),
        ("WorkOrderAssigned", True),
        ("WorkOrderDueAtChanged", True),
        ("WorkOrderCompleted", True),
    ]


async def test_a_town_lists_its_work(town: Town) -> None:
    place = await use_work(town)
    ids = []
    for nth, person in enumerate((town.tom, town.mark, None)):
        made = await town.done(
            town.rosa,
            "createWorkOrder",
            "workOrder { id }",
            organizationId=place,
            summary=f"Work {nth}",
            assigneeId=town.id_of(person) if person else None,
        )
        ids.append(made["workOrder"]["id"])
    await town.done(town.rosa, "completeWorkOrder", workOrderId=ids[1])

    async def listed(person: Any, arguments: str) -> list[str] | None:
        asked = (
            f'{{ organization(slug: "springfield") {{ workOrders{arguments} {{ totalCount nodes {{ summary }} }} }} }}'
        )
        found = (await town.ask(person, asked))["organization"]["workOrders"]
        if found is None:
            return None
        assert found["totalCount"] == len(found["nodes"])
        return [each["summary"] for each in found["nodes"]]

    assert await listed(town.tom, "") == ["Work 2", "Work 1", "Work 0"]
    assert await listed(town.tom, "(open: true)") == ["Work 2", "Work 0"]
    assert await listed(town.tom, "(open: false)") == ["Work 1"]
    assert await listed(town.tom, "(assignedToMe: true)") == ["Work 0"]
    for outsider in (town.maya, town.otto, None):
        assert await listed(outsider, "") is None
        assert (await town.ask(outsider, f'{{ node(id: "{ids[0]}") {{ id }} }}'))["node"] is None


async def test_a_town_that_does_not_use_work_says_so_and_writes_nothing(town: Town) -> None:
    place = await use_work(town)
    made = await town.done(town.rosa, "createWorkOrder", "workOrder { id }", organizationId=place, summary="Sweep")
    request = await town.report()
    await use_work(town, on=False)
    asked = f'{{ node(id: "{request}") {{ ... on ServiceRequest {{ viewerCan {{ orderWork {{ code reason }} }} }} }} }}'
    assert (await town.ask(town.tom, asked))["node"]["viewerCan"]["orderWork"] == {
        "code": "CONFLICT",
        "reason": "This organization doesn't use work orders. Its owners and managers can switch them on.",
    }
    assert (await town.ask(town.maya, asked))["node"]["viewerCan"]["orderWork"]["code"] == "FORBIDDEN"
    work = {"workOrderId": made["workOrder"]["id"]}
    async with nothing_changes():
        for mutation, values in (
            ("createWorkOrder", {"organizationId": place, "summary": "Sweep again"}),
            ("assignWorkOrder", {"assigneeId": None, **work}),
            ("changeWorkOrderDueAt", {"dueAt": None, **work}),
            ("completeWorkOrder", work),
        ):
            payload = await town.mutate(town.rosa, mutation, **values)
            assert [error["code"] for error in payload["userErrors"]] == ["CONFLICT"], mutation
            assert "doesn't use work orders" in payload["userErrors"][0]["message"]


async def test_what_means_nothing_is_refused_and_writes_nothing(town: Town) -> None:
    place, request = await use_work(town), await town.report()
    weed = await town.report(town.otto, organizationId=town.id_of(town.shelbyville), categoryId=town.id_of(town.weeds))
    new = {"organizationId": place, "summary": "Fill it"}
    async with nothing_changes():
        for values, refusal in (
            ({"summary": ""}, ("INVALID", ["summary"])),
            ({"assigneeId": town.id_of(town.maya)}, ("NOT_FOUND", ["assigneeId"])),
            ({"requestId": weed}, ("NOT_FOUND", ["requestId"])),
            ({"dueAt": "2031-01-01T10:00:00"}, ("INVALID", ["dueAt"])),
            ({"dueAt": "2231-01-01T10:00:00Z"}, ("INVALID", ["dueAt"])),
        ):
            assert await town.refused(town.rosa, "createWorkOrder", **new | values) == refusal, values
    work = (await town.done(town.rosa, "createWorkOrder", "workOrder { id }", **new))["workOrder"]["id"]
    async with nothing_changes():
        assert await town.refused(town.rosa, "assignWorkOrder", workOrderId=work) == ("INVALID", ["assigneeId"])
        assert await town.refused(town.rosa, "changeWorkOrderDueAt", workOrderId=work) == ("INVALID", ["dueAt"])
        assert await town.refused(town.otto, "completeWorkOrder", workOrderId=work) == ("NOT_FOUND", ["workOrderId"])
        assert await town.refused(town.rosa, "completeWorkOrder", workOrderId=request) == ("INVALID", ["workOrderId"])


async def test_nothing_is_ordered_on_what_is_archived(town: Town) -> None:
    place, twin, survivor = await use_work(town), await town.report(), await town.report()
    await town.done(town.rosa, "mergeRequest", requestId=twin, survivorId=survivor)
    refused = await town.refused(town.rosa, "createWorkOrder", organizationId=place, summary="Fill", requestId=twin)
    assert refused == ("ILLEGAL_MOVE", None)
    asked = f'{{ node(id: "{twin}") {{ ... on ServiceRequest {{ viewerCan {{ orderWork {{ allowed }} }} }} }} }}'
    assert (await town.ask(town.rosa, asked))["node"]["viewerCan"]["orderWork"] == {"allowed": False}


async def test_who_is_staff_no_more_is_to_do_nothing_any_more(town: Town) -> None:
    place, ids = await use_work(town), []
    for summary in ("Sweep", "Fill it", "Paint"):
        given = {"organizationId": place, "summary": summary, "assigneeId": town.id_of(town.tom)}
        made = await town.done(town.rosa, "createWorkOrder", "workOrder { id }", **given)
        ids.append(made["workOrder"]["id"])
    await town.done(town.tom, "completeWorkOrder", workOrderId=ids[0])
    await town.done(town.rosa, "removeMember", organizationId=place, personId=town.id_of(town.tom))
    listed = '{ organization(slug: "springfield") { workOrders { nodes { summary assignee { name } } } } }'
    assert (await town.ask(town.rosa, listed))["organization"]["workOrders"]["nodes"] == [
        {"summary": summary, "assignee": None} for summary in ("Paint", "Fill it", "Sweep")
    ]
    unassigned = await HistoryRow.filter(type="WorkOrderAssigned").order_by("-id").limit(2)
    assert [row.data["previous_assignee_id"] for row in unassigned] == [town.tom.id] * 2
