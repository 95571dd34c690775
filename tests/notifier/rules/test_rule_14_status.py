"""Rule 14: every status change carries a comment, part of that one event; and how a category restricts residents."""

from __future__ import annotations

from typing import Any

import pytest

from casework.history import HistoryRow
from tests.telling import Telling
from tests.town import nothing_changes

VERBS: dict[str, tuple[str, dict[str, str]]] = {
    "comment": ("addComment", {"body": "Hello"}),
    "update": ("updateRequest", {"summary": "A deep hole"}),
    "close": ("closeRequest", {"comment": "Gone."}),
    "reopen": ("reopenRequest", {"comment": "Back."}),
}
SAYS = "comment update"
RESTRICTIONS = {  # what is left on an open request, and on a closed one
    "NONE": (f"{SAYS} close", f"{SAYS} reopen"),
    "NO_REOPENS": (f"{SAYS} close", SAYS),
    "NO_STATUS_CHANGES": (SAYS, SAYS),
    "NOTHING_ON_CLOSED": (f"{SAYS} close", ""),
    "NOTHING": ("", ""),
}
"""For the requester; whatever is left to other residents, what was reported they don't mend."""


async def test_a_status_change_is_one_event_with_its_comment(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled()
    mails = await telling.after(town.tom, "acknowledgeRequest", requestId=request, comment="On our list.")
    assert [mail.kind for mail in mails] == ["request_acknowledged"]
    assert await HistoryRow.filter(type="PublicCommentAdded").count() == 0


async def test_a_status_change_without_a_comment_is_refused_and_tells_nobody(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled()
    for mutation in ("acknowledgeRequest", "closeRequest"):
        assert await town.refused(town.tom, mutation, requestId=request, comment=" \n ") == ("INVALID", ["comment"])
    assert await telling.run() == []


async def _tried(telling: Telling, person: Any, request: str, move: str, left: str) -> None:
    """Somebody does what is left to them, and of all else reads why not: before they try, and when they do."""
    town = telling.town
    asked = " ".join(f"{verb} {{ code reason }}" for verb in VERBS)
    document = f"query ($id: ID!) {{ request(id: $id) {{ viewerCan {{ {asked} }} }} }}"
    can = (await town.ask(person, document, id=request))["request"]["viewerCan"]
    for verb in ("comment", "update", move):
        mutation, values = VERBS[verb]
        is_reporters = verb == "update" and person is not town.maya
        if verb in left.split() and not is_reporters:
            assert can[verb] == {"code": None, "reason": None}, verb
            await town.done(person, mutation, requestId=request, **values)
            continue
        async with nothing_changes():
            (error,) = (await town.mutate(person, mutation, requestId=request, **values))["userErrors"]
        assert can[verb] == {"code": error["code"], "reason": error["message"]}
        assert error["code"] == ("FORBIDDEN" if is_reporters else "RESTRICTED")


@pytest.mark.parametrize("restriction", RESTRICTIONS)
async def test_a_category_restricts_its_requester_and_all_others_apart_and_says_how(
    telling: Telling, restriction: str
) -> None:
    town = telling.town
    potholes = {"categoryId": town.id_of(town.potholes)}
    for part, bound, free in (("requester", town.maya, town.ines), ("resident", town.ines, town.maya)):
        limits = {"requesterRestriction": "NONE", "residentRestriction": "NONE", f"{part}Restriction": restriction}
        await town.done(town.rosa, "updateRequestCategory", **potholes, **limits)
        request = await town.report()
        for move, left in zip(("close", "reopen"), RESTRICTIONS[restriction], strict=True):
            await _tried(telling, bound, request, move, left)
            if move not in left:
                mutation, values = VERBS[move]
                await town.done(free, mutation, requestId=request, **values)
