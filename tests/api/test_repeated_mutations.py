"""A mutation that is sent twice is done once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import time_machine

from api.transaction import AnsweredMutation, forget_answers
from casework import clock
from casework.actions.accounts import start_session
from casework.history import HistoryRow
from casework.requests import Comment, ServiceRequest
from tests.town import Town, nothing_changes

KEY = "0123456789abcdef"
SHOWN = "request { id number status }"


def report(town: Town, **values: Any) -> dict[str, Any]:
    return {
        "organizationId": town.id_of(town.springfield),
        "categoryId": town.id_of(town.potholes),
        "summary": "A pothole",
        **values,
    }


async def test_the_same_client_mutation_id_gets_the_first_answer(town: Town) -> None:
    first = await town.done(town.maya, "submitRequest", SHOWN, **report(town, clientMutationId=KEY))
    async with nothing_changes():
        second = await town.done(town.maya, "submitRequest", SHOWN, **report(town, clientMutationId=KEY))
    assert first == second
    assert await ServiceRequest.all().count() == 1


async def test_the_same_id_with_other_input_is_a_conflict(town: Town) -> None:
    await town.done(town.maya, "submitRequest", **report(town, clientMutationId=KEY))
    async with nothing_changes():
        refusal = await town.refused(
            town.maya, "submitRequest", **report(town, summary="Another", clientMutationId=KEY)
        )
    assert refusal == ("CONFLICT", ["clientMutationId"])


async def test_a_short_id_is_only_echoed(town: Town) -> None:
    for _ in range(2):
        await town.done(town.maya, "submitRequest", **report(town, clientMutationId=KEY[:15]))
    assert await ServiceRequest.all().count() == 2


async def test_a_refusal_is_repeated_too_and_still_nothing_is_done(town: Town) -> None:
    request = await town.report()
    values = {"requestId": request, "comment": "Again", "clientMutationId": KEY}
    first = await town.mutate(town.maya, "reopenRequest", SHOWN, **values)
    await town.done(town.tom, "closeRequest", requestId=request, comment="Done.")
    async with nothing_changes():
        second = await town.mutate(town.maya, "reopenRequest", SHOWN, **values)
    assert first == second
    assert [error["code"] for error in first["userErrors"]] == ["ILLEGAL_MOVE"]


async def test_an_id_counts_for_one_session_and_one_field(town: Town) -> None:
    elsewhere = await start_session(town.maya, label="telephone")
    await town.done(town.maya, "submitRequest", **report(town, clientMutationId=KEY))
    await town.done(town.ines, "submitRequest", **report(town, clientMutationId=KEY))
    document = "mutation ($input: SubmitRequestInput!) { submitRequest(input: $input) { userErrors { code } } }"
    answer = await town.graphql(elsewhere, document, {"input": report(town, clientMutationId=KEY)})
    assert answer == {"data": {"submitRequest": {"userErrors": []}}}
    assert await ServiceRequest.all().count() == 3
    request = await town.report()
    await town.done(town.maya, "followRequest", requestId=request, clientMutationId=KEY)
    await town.done(town.maya, "muteRequest", requestId=request, clientMutationId=KEY)


async def test_guests_with_the_same_id_do_not_read_each_others_answers(town: Town) -> None:
    mine = await town.done(None, "submitRequest", SHOWN, **report(town, clientMutationId=KEY))
    again = await town.done(None, "submitRequest", SHOWN, **report(town, clientMutationId=KEY))
    other = await town.done(None, "submitRequest", SHOWN, **report(town, summary="Another", clientMutationId=KEY))
    assert mine == again
    assert (mine["request"]["number"], other["request"]["number"]) == (1, 2)


async def test_the_idempotency_key_header_does_the_same_for_each_field_of_a_document(town: Town) -> None:
    request = await town.report()
    document = """mutation ($id: ID!, $said: String!) {
      a: addComment(input: {requestId: $id, body: $said}) { comment { id } userErrors { code path } }
      b: addComment(input: {requestId: $id, body: "second"}) { comment { id } userErrors { code path } }
    }"""

    async def send(said: str) -> Any:
        headers = {"idempotency-key": "k1"}
        answer = await town.graphql(town.token(town.ines), document, {"id": request, "said": said}, headers=headers)
        return answer["data"]

    first = await send("first")
    assert await send("first") == first
    assert await Comment.all().count() == 2
    changed = await send("changed")
    assert changed["a"] == {"comment": None, "userErrors": [{"code": "CONFLICT", "path": None}]}
    assert changed["b"] == first["b"]


async def test_a_replay_shows_only_what_the_viewer_may_still_see(town: Town) -> None:
    request = await town.report()
    values = {"requestId": request, "clientMutationId": KEY}
    await town.done(town.ines, "followRequest", SHOWN, **values)
    await town.done(town.tom, "setRequestVisibility", requestId=request, hidden=True)
    assert (await town.done(town.ines, "followRequest", SHOWN, **values))["request"] is None


async def test_answers_are_forgotten_after_a_day(town: Town) -> None:
    await town.done(town.maya, "submitRequest", **report(town, clientMutationId=KEY))
    with time_machine.travel(clock.now() + timedelta(hours=24, seconds=1), tick=False):
        await town.done(town.maya, "submitRequest", **report(town, clientMutationId=KEY))
        assert await ServiceRequest.all().count() == 2
        assert await forget_answers() == 0
    with time_machine.travel(clock.now() + timedelta(hours=49), tick=False):
        assert await forget_answers() == 1
    assert await AnsweredMutation.all().count() == 0


async def test_of_two_copies_at_once_one_is_done_and_both_get_its_answer(town: Town) -> None:
    sent = [town.done(town.maya, "submitRequest", SHOWN, **report(town, clientMutationId=KEY)) for _ in range(5)]
    answers = await asyncio.gather(*sent)
    assert answers == [answers[0]] * 5
    assert await ServiceRequest.all().count() == 1


async def test_two_who_close_at_once_make_one_closing_and_one_refusal(town: Town) -> None:
    request = await town.report()
    answers = await asyncio.gather(
        *(town.mutate(person, "closeRequest", requestId=request, comment="Done.") for person in (town.tom, town.mark))
    )
    codes = sorted(error["code"] for answer in answers for error in answer["userErrors"])
    assert codes == ["ILLEGAL_MOVE"]
    assert await HistoryRow.filter(type="RequestClosed").count() == 1
    assert await Comment.all().count() == 1
