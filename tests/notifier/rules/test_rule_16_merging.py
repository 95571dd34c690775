"""Rule 16: merging within one organization, into a survivor that is not more private and not merged itself."""

from __future__ import annotations

from casework.history import HistoryRow
from casework.requests import ServiceRequest
from tests.telling import Telling, told


async def test_what_cannot_be_merged_is_refused_with_the_field(telling: Telling) -> None:
    town = telling.town
    first, second, third = [await telling.settled() for _ in range(3)]
    private = await telling.settled(categoryId=town.id_of(town.complaints))
    foreign = await telling.settled(
        town.otto, organizationId=town.id_of(town.shelbyville), categoryId=town.id_of(town.weeds)
    )
    for survivor, code in ((foreign, "CANNOT_MERGE"), (private, "CANNOT_MERGE"), (first, "CANNOT_MERGE")):
        refused = await town.refused(town.tom, "mergeRequest", requestId=first, survivorId=survivor)
        assert refused == (code, ["survivorId"])
    await telling.after(town.tom, "mergeRequest", requestId=second, survivorId=third)
    assert await town.refused(town.tom, "mergeRequest", requestId=first, survivorId=second) == (
        "CANNOT_MERGE",
        ["survivorId"],
    )
    assert await telling.run() == []


async def test_the_merge_is_the_only_event_and_archives_the_duplicate(telling: Telling) -> None:
    town = telling.town
    survivor, duplicate = await telling.settled(town.otto), await telling.settled()
    await telling.followed(duplicate, town.ines)
    before = await HistoryRow.all().count()
    await telling.after(town.tom, "mergeRequest", requestId=duplicate, survivorId=survivor)
    assert await HistoryRow.all().count() == before + 1
    assert (await ServiceRequest.get(number=2)).status == "archived"
    assert await town.refused(town.tom, "reopenRequest", requestId=duplicate, comment="No.") == ("ILLEGAL_MOVE", None)


async def test_a_mute_comes_along_for_those_who_did_not_follow_the_survivor_already(telling: Telling) -> None:
    town = telling.town
    survivor, duplicate = await telling.settled(town.otto), await telling.settled()
    await telling.followed(duplicate, town.ines)
    await telling.followed(survivor, town.maya)
    for person in (town.ines, town.maya):
        await telling.after(person, "muteRequest", requestId=duplicate)
    await telling.after(town.tom, "mergeRequest", requestId=duplicate, survivorId=survivor)
    mails = await telling.after(town.tom, "closeRequest", requestId=survivor, comment="Done.")
    assert told(mails) == {
        ("otto@example.org", "request_closed", "reporter"),
        ("maya@example.org", "request_closed", "follower"),
    }
    assert await telling.skips("request_closed") == {f"person:{town.ines.id}": "muted"}
