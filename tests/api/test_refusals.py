"""Every mutation on a request: who may not, and then nothing changed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.town import Town, nothing_changes

STAFF_ONLY: dict[str, dict[str, Any]] = {
    "assignRequest": {"assigneeId": None},
    "recategorizeRequest": {"categoryId": "lights"},
    "changeDueDate": {"dueAt": "2026-12-04T17:00:00Z"},
    "mergeRequest": {"survivorId": "other"},
    "setRequestVisibility": {"hidden": True},
    "addComment": {"body": "psst", "visibility": "INTERNAL"},
}
FOR_CONFIRMED: dict[str, dict[str, Any]] = {
    "updateRequest": {"summary": "Another"},
    "closeRequest": {"comment": "Done."},
    "addComment": {"body": "Hello"},
}


@pytest.mark.parametrize("mutation", STAFF_ONLY)
async def test_what_is_for_staff_is_refused_to_everyone_else(town: Town, mutation: str) -> None:
    request, other = await town.report(), await town.report()
    given = {"lights": town.id_of(town.lights), "other": other}
    values = {name: given.get(str(value), value) for name, value in STAFF_ONLY[mutation].items()}
    async with nothing_changes():
        refusals = [
            (await town.refused(person, mutation, requestId=request, **values))[0]
            for person in (town.maya, town.ines, town.nell, town.otto, None)
        ]
    assert refusals == ["FORBIDDEN", "FORBIDDEN", "FORBIDDEN", "FORBIDDEN", "SIGN_IN_REQUIRED"]


@pytest.mark.parametrize("mutation", FOR_CONFIRMED)
async def test_what_needs_a_confirmed_account_says_so(town: Town, mutation: str) -> None:
    request = await town.report()
    async with nothing_changes():
        refusals = [
            (await town.refused(person, mutation, requestId=request, **FOR_CONFIRMED[mutation]))[0]
            for person in (town.nell, None)
        ]
    assert refusals == ["UNCONFIRMED", "SIGN_IN_REQUIRED"]


@pytest.mark.parametrize("mutation", ["followRequest", "unfollowRequest", "muteRequest", "unmuteRequest"])
async def test_a_guest_can_not_follow_or_mute(town: Town, mutation: str) -> None:
    request = await town.report()
    async with nothing_changes():
        assert await town.refused(None, mutation, requestId=request) == ("SIGN_IN_REQUIRED", None)


async def test_only_owners_and_managers_add_categories_and_only_to_their_own(town: Town) -> None:
    values = {"organizationId": town.id_of(town.springfield), "name": "Trees"}
    async with nothing_changes():
        refusals = [
            await town.refused(person, "createRequestCategory", **values)
            for person in (town.tom, town.maya, town.nell, town.otto, None)
        ]
    assert [code for code, _ in refusals] == ["FORBIDDEN"] * 4 + ["SIGN_IN_REQUIRED"]


async def test_a_move_that_the_status_does_not_allow_is_refused(town: Town) -> None:
    request = await town.report()
    async with nothing_changes():
        early = await town.refused(town.maya, "reopenRequest", requestId=request, comment="Again")
        resident = await town.refused(town.maya, "acknowledgeRequest", requestId=request, comment="Seen")
    await town.done(town.tom, "acknowledgeRequest", requestId=request, comment="Seen")
    async with nothing_changes():
        twice = await town.refused(town.tom, "acknowledgeRequest", requestId=request, comment="Seen")
        by_resident = await town.refused(town.maya, "closeRequest", requestId=request, comment="Done")
    assert [early, resident, twice, by_resident] == [("ILLEGAL_MOVE", None)] * 4


async def test_what_the_viewer_can_do_is_what_the_mutations_accept(town: Town) -> None:
    request = await town.report()
    verbs = "update comment commentInternally acknowledge close reopen follow assign recategorize changeDueDate merge"
    fields = " ".join(f"{verb} {{ allowed code }}" for verb in f"{verbs} setVisibility".split())
    document = f"query ($id: ID!) {{ request(id: $id) {{ viewerCan {{ {fields} }} }} }}"

    async def can(person: Any) -> dict[str, str | None]:
        answer = await town.ask(person, document, id=request)
        found = answer["request"]["viewerCan"]
        return {verb: None if each["allowed"] else each["code"] for verb, each in found.items()}

    staff = await can(town.tom)
    assert {verb for verb, code in staff.items() if code is None} == {*f"{verbs} setVisibility".split()} - {"reopen"}
    assert staff["reopen"] == "ILLEGAL_MOVE"
    reporter = await can(town.maya)
    assert {verb for verb, code in reporter.items() if code is None} == {"update", "comment", "close", "follow"}
    resident = await can(town.ines)
    assert {verb for verb, code in resident.items() if code is None} == {"comment", "close", "follow"}
    assert set((await can(None)).values()) == {"SIGN_IN_REQUIRED"}
