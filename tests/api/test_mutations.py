"""Every mutation: who may, and what it answers."""

from __future__ import annotations

from casework.history import HistoryRow
from tests.town import Town, nothing_changes

STATUS = "request { status }"


async def events(town: Town) -> list[str]:
    return [str(kind) for kind in await HistoryRow.all().order_by("id").values_list("type", flat=True)][4:]


async def test_a_resident_reports_something_and_is_its_reporter(town: Town) -> None:
    payload = await town.done(
        town.maya,
        "submitRequest",
        "request { number summary status place latitude longitude photoUrls isAnonymous viewerIsReporter closedAt"
        " reporter { name handle } category { name } organization { slug } }",
        organizationId=town.id_of(town.springfield),
        categoryId=town.id_of(town.potholes),
        summary="  A pothole ",
        place="Elm Street 4",
        latitude=42.5,
        longitude=-71.25,
        photoUrls=["https://photos.example/1.jpg"],
        clientMutationId="7",
    )
    assert payload == {
        "request": {
            "number": 1,
            "summary": "A pothole",
            "status": "OPEN",
            "place": "Elm Street 4",
            "latitude": 42.5,
            "longitude": -71.25,
            "photoUrls": ["https://photos.example/1.jpg"],
            "isAnonymous": False,
            "viewerIsReporter": True,
            "closedAt": None,
            "reporter": {"name": "Maya Ortiz", "handle": "maya"},
            "category": {"name": "Potholes"},
            "organization": {"slug": "springfield"},
        },
        "userErrors": [],
        "clientMutationId": "7",
    }
    assert await events(town) == ["RequestSubmitted"]


async def test_a_guest_reports_something_private_and_sees_it_this_once(town: Town) -> None:
    payload = await town.done(
        None,
        "submitRequest",
        "request { id isPrivate reporter { name } reporterAddress }",
        organizationId=town.id_of(town.springfield),
        categoryId=town.id_of(town.complaints),
        summary="About a neighbour",
        reporterAddress="guest@example.org",
    )
    shown = payload["request"]
    assert (shown["isPrivate"], shown["reporter"], shown["reporterAddress"]) == (True, None, None)
    assert await town.ask(None, "query ($id: ID!) { request(id: $id) { id } }", id=shown["id"]) == {"request": None}


async def test_staff_type_in_what_a_caller_says(town: Town) -> None:
    request = await town.report(town.tom, reporterAddress="Caller@Example.org")
    answer = await town.ask(town.tom, "query ($id: ID!) { request(id: $id) { reporterAddress } }", id=request)
    assert answer == {"request": {"reporterAddress": "caller@example.org"}}


async def test_the_reporter_mends_their_report_and_others_do_not(town: Town) -> None:
    request = await town.report()
    mended = await town.done(
        town.maya, "updateRequest", "request { summary place }", requestId=request, place="Elm Street 9"
    )
    assert mended["request"] == {"summary": "A pothole on Elm Street", "place": "Elm Street 9"}
    async with nothing_changes():
        assert await town.refused(town.ines, "updateRequest", requestId=request, summary="Mine") == ("FORBIDDEN", None)


async def test_staff_handle_a_request_from_its_report_to_its_closing(town: Town) -> None:
    request = await town.report()
    seen = await town.done(town.tom, "acknowledgeRequest", STATUS, requestId=request, comment="We are on it.")
    moved = await town.done(
        town.tom,
        "recategorizeRequest",
        "request { category { name } }",
        requestId=request,
        categoryId=town.id_of(town.lights),
    )
    given = await town.done(
        town.rosa,
        "assignRequest",
        "request { assignee { handle } }",
        requestId=request,
        assigneeId=town.id_of(town.mark),
    )
    due = await town.done(
        town.mark, "changeDueDate", "request { dueAt }", requestId=request, dueAt="2026-12-04T17:00:00-05:00"
    )
    closed = await town.done(town.mark, "closeRequest", STATUS, requestId=request, comment="The lamp is new.")
    opened = await town.done(town.maya, "reopenRequest", STATUS, requestId=request, comment="It is dark again.")
    assert [
        seen["request"],
        moved["request"],
        given["request"],
        due["request"],
        closed["request"],
        opened["request"],
    ] == [
        {"status": "ACKNOWLEDGED"},
        {"category": {"name": "Street lights"}},
        {"assignee": {"handle": "mark"}},
        {"dueAt": "2026-12-04T22:00:00+00:00"},
        {"status": "CLOSED"},
        {"status": "OPEN"},
    ]
    assert await events(town) == [
        "RequestSubmitted",
        "RequestAcknowledged",
        "RequestRecategorized",
        "RequestAssigned",
        "DueDateChanged",
        "RequestClosed",
        "RequestReopened",
    ]


async def test_null_unassigns_and_clears_but_leaving_it_out_is_an_error(town: Town) -> None:
    request = await town.report()
    await town.done(town.tom, "changeDueDate", requestId=request, dueAt="2026-12-04T17:00:00Z")
    nobody = await town.done(
        town.tom, "assignRequest", "request { assignee { name } }", requestId=request, assigneeId=None
    )
    never = await town.done(town.tom, "changeDueDate", "request { dueAt }", requestId=request, dueAt=None)
    assert (nobody["request"], never["request"]) == ({"assignee": None}, {"dueAt": None})
    async with nothing_changes():
        assert await town.refused(town.tom, "assignRequest", requestId=request) == ("INVALID", ["assigneeId"])
        assert await town.refused(town.tom, "changeDueDate", requestId=request) == ("INVALID", ["dueAt"])


async def test_several_requests_close_as_one_deed_or_not_at_all(town: Town) -> None:
    one, two = await town.report(), await town.report()
    payload = await town.done(
        town.tom, "closeRequests", "requests { id status }", requestIds=[two, one, two], comment="Done."
    )
    assert payload["requests"] == [{"id": two, "status": "CLOSED"}, {"id": one, "status": "CLOSED"}]
    bulks = await HistoryRow.filter(type="RequestClosed").values_list("bulk", flat=True)
    assert len(bulks) == 2
    assert len(set(bulks)) == 1
    three = await town.report()
    async with nothing_changes():
        refusal = await town.refused(town.tom, "closeRequests", requestIds=[three, one], comment="Done.")
        assert refusal == ("ILLEGAL_MOVE", ["requestIds", "1"])


async def test_a_duplicate_is_merged_and_points_to_its_survivor(town: Town) -> None:
    duplicate, survivor = await town.report(), await town.report(town.ines)
    payload = await town.done(
        town.tom,
        "mergeRequest",
        "request { status mergedInto { id } }",
        requestId=duplicate,
        survivorId=survivor,
    )
    assert payload["request"] == {"status": "ARCHIVED", "mergedInto": {"id": survivor}}
    async with nothing_changes():
        again = await town.refused(town.tom, "mergeRequest", requestId=duplicate, survivorId=survivor)
        itself = await town.refused(town.tom, "mergeRequest", requestId=survivor, survivorId=survivor)
    assert (again, itself) == (("CANNOT_MERGE", ["requestId"]), ("CANNOT_MERGE", ["survivorId"]))


async def test_a_hidden_request_is_gone_for_residents_but_its_reporter(town: Town) -> None:
    request = await town.report()
    await town.done(town.tom, "setRequestVisibility", requestId=request, hidden=True)
    see = "query ($id: ID!) { request(id: $id) { isPrivate } }"
    assert await town.ask(town.ines, see, id=request) == {"request": None}
    assert await town.ask(town.maya, see, id=request) == {"request": {"isPrivate": True}}
    async with nothing_changes():
        assert await town.refused(town.ines, "followRequest", requestId=request) == ("NOT_FOUND", ["requestId"])
    await town.done(town.tom, "setRequestVisibility", requestId=request, hidden=False)
    assert await town.ask(town.ines, see, id=request) == {"request": {"isPrivate": False}}


async def test_comments_are_public_or_internal(town: Town) -> None:
    request = await town.report()
    said = await town.done(
        town.ines,
        "addComment",
        "comment { body author { handle } visibility byStaff accompanies } request { id }",
        requestId=request,
        body="It is deep.",
    )
    inside = await town.done(
        town.tom,
        "addComment",
        "comment { visibility byStaff }",
        requestId=request,
        body="@rosa please look",
        visibility="INTERNAL",
    )
    assert said["comment"] == {
        "body": "It is deep.",
        "author": {"handle": "ines"},
        "visibility": "PUBLIC",
        "byStaff": False,
        "accompanies": None,
    }
    assert said["request"] == {"id": request}
    assert inside["comment"] == {"visibility": "INTERNAL", "byStaff": True}
    mentioned = await HistoryRow.get(type="InternalCommentAdded")
    assert mentioned.data["mentioned_ids"] == [town.rosa.id]


async def test_following_and_muting_show_at_once_also_within_one_document(town: Town) -> None:
    request = await town.report()
    answer = await town.ask(
        town.ines,
        """mutation ($id: ID!) {
          a: followRequest(input: {requestId: $id}) { request { viewerFollows viewerMutes } userErrors { code } }
          b: muteRequest(input: {requestId: $id}) { request { viewerFollows viewerMutes } userErrors { code } }
          c: unfollowRequest(input: {requestId: $id}) { request { viewerFollows viewerMutes } userErrors { code } }
          d: unmuteRequest(input: {requestId: $id}) { request { viewerFollows viewerMutes } userErrors { code } }
        }""",
        id=request,
    )
    assert [(each["request"]["viewerFollows"], each["request"]["viewerMutes"]) for each in answer.values()] == [
        (True, False),
        (True, True),
        (False, True),
        (False, False),
    ]


async def test_an_owner_adds_a_category(town: Town) -> None:
    payload = await town.done(
        town.rosa,
        "createRequestCategory",
        "requestCategory { name isPrivate assignee { handle } routeAddresses escalateTo requesterRestriction"
        " residentRestriction switchedOffKinds isDeleted description }",
        organizationId=town.id_of(town.springfield),
        name="Graffiti",
        assigneeId=town.id_of(town.tom),
        routeAddresses=["Walls@Springfield.example", "walls@springfield.example"],
        escalateTo="chief@springfield.example",
        residentRestriction="NO_REOPENS",
        switchedOffKinds=["request_submitted"],
    )
    assert payload["requestCategory"] == {
        "name": "Graffiti",
        "isPrivate": False,
        "assignee": {"handle": "tom"},
        "routeAddresses": ["walls@springfield.example"],
        "escalateTo": "chief@springfield.example",
        "requesterRestriction": "NONE",
        "residentRestriction": "NO_REOPENS",
        "switchedOffKinds": ["request_submitted"],
        "isDeleted": False,
        "description": "",
    }
