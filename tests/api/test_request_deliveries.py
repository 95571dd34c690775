"""Staff look at who was told of what happened on a request, and what became of the mail; nobody is named to them whom
they need not know."""

from __future__ import annotations

from typing import Any

from notifier.outcome import Outcome
from notifier.receipts import take_in
from tests.notifier.areas import INSIDE, watch
from tests.notifier.test_reports import report
from tests.telling import Telling, mail_to

ASKED = """query ($id: ID!, $event: ID, $states: [NotificationState!], $first: Int, $after: String) {
  requestDeliveries(requestId: $id, eventId: $event, states: $states, first: $first, after: $after) {
    totalCount pageInfo { hasNextPage endCursor }
    nodes { event { id type } kind reason person { handle } address state cause cadence attempts
            cameBack { verdict status detail } } } }"""


async def ask(telling: Telling, request: str, **asked: Any) -> dict[str, Any]:
    answer = await telling.town.ask(telling.town.rosa, ASKED, id=request, **asked)
    return dict(answer["requestDeliveries"])


def brief(node: dict[str, Any]) -> tuple[Any, ...]:
    who = node["person"]["handle"] if node["person"] else node["address"]
    return node["kind"], node["reason"], who, node["state"], node["cause"]


async def test_each_recipient_is_listed_by_their_reason_and_residents_are_not_named(telling: Telling) -> None:
    town = telling.town
    await watch(telling, town.otto)
    request = await telling.settled(**INSIDE)
    await telling.followed(request, town.ines)
    await town.done(town.ines, "muteRequest", requestId=request)
    telling.transport.answer = lambda to: Outcome("failed", 550, "No") if "tom" in to else Outcome("sent", 250, "Ok")
    mails = await telling.after(town.rosa, "closeRequest", requestId=request, comment="Filled.")
    await take_in(telling.settings, report("postfix_unknown", mail_to(mails, "maya@example.org")))

    found = await ask(telling, request)
    assert {brief(node) for node in found["nodes"] if node["event"]["type"] == "RequestClosed"} == {
        ("staff_request_closed", "assignee", "tom", "FAILED", "refused"),
        ("request_closed", "reporter", None, "SENT", None),
        ("request_closed", "follower", None, "SKIPPED", "muted"),
        ("watch_area_activity", "watch_area", None, "HELD", None),
    }
    assert {brief(node) for node in found["nodes"] if node["event"]["type"] == "RequestSubmitted"} == {
        ("staff_request_submitted", "assignee", "tom", "SENT", None),
        ("staff_request_submitted", "route_address", "streets@springfield.example", "SENT", None),
        ("request_submitted", "reporter", None, "SENT", None),
        ("watch_area_request", "watch_area", None, "HELD", None),
    }
    assert {node["event"]["type"] for node in found["nodes"]} == {"RequestClosed", "RequestSubmitted"}  # no follow
    back = [node["cameBack"] for node in found["nodes"] if node["cameBack"]]
    assert back == [[{"verdict": "dead", "status": "5.1.1", "detail": ""}]]


async def test_they_come_in_pages_of_one_event_or_of_some_states(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled()
    await telling.after(town.rosa, "closeRequest", requestId=request, comment="Filled.")
    whole = await ask(telling, request)
    closed = whole["nodes"][0]["event"]["id"]
    assert (whole["totalCount"], len((await ask(telling, request, event=closed))["nodes"])) == (5, 2)
    assert (await ask(telling, request, states=["SKIPPED", "HELD"]))["nodes"] == []
    paged: list[Any] = []
    after, more = None, True
    while more:
        part = await ask(telling, request, first=2, after=after)
        paged += part["nodes"]
        after, more = part["pageInfo"]["endCursor"], part["pageInfo"]["hasNextPage"]
    assert paged == whole["nodes"]
