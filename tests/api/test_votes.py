"""Saying "me too": each person counts once, may follow as they do, and can take it back."""

from __future__ import annotations

from casework.history import HistoryRow
from tests.telling import Telling, told
from tests.town import Town, nothing_changes

SEEN = "request { voteCount viewerVoted viewerFollows }"


def seen(votes: int, voted: bool, follows: bool) -> dict[str, object]:
    return {"voteCount": votes, "viewerVoted": voted, "viewerFollows": follows}


async def test_each_person_counts_once_and_can_take_it_back(town: Town) -> None:
    request = await town.report()
    for person, mutation, shown in (
        (town.ines, "vote", seen(1, True, False)),
        (town.ines, "vote", seen(1, True, False)),
        (town.otto, "vote", seen(2, True, False)),
        (town.ines, "unvote", seen(1, False, False)),
        (town.ines, "unvote", seen(1, False, False)),
        (town.ines, "vote", seen(2, True, False)),
    ):
        payload = await town.done(person, mutation, SEEN, requestId=request)
        assert payload["request"] == shown, (person.handle, mutation)
    events = await HistoryRow.filter(type__in=["RequestVoted", "RequestUnvoted"]).order_by("id")
    assert [(row.type, row.actor_id) for row in events] == [
        ("RequestVoted", town.ines.id),
        ("RequestVoted", town.otto.id),
        ("RequestUnvoted", town.ines.id),
        ("RequestVoted", town.ines.id),
    ]


async def test_nobody_not_even_staff_reads_who_voted(town: Town) -> None:
    request = await town.report()
    await town.done(town.ines, "vote", requestId=request)
    asked = f'{{ node(id: "{request}") {{ ... on ServiceRequest {{ voteCount history {{ nodes {{ type }} }} }} }} }}'
    shown = await town.ask(town.rosa, asked)
    assert shown["node"]["voteCount"] == 1
    assert "Vote" not in str(shown["node"]["history"])


async def test_the_reporter_counts_already(town: Town) -> None:
    request = await town.report()
    async with nothing_changes():
        assert await town.refused(town.maya, "vote", requestId=request) == ("ILLEGAL_MOVE", None)
    asked = f'{{ node(id: "{request}") {{ ... on ServiceRequest {{ viewerCan {{ vote {{ allowed reason }} }} }} }} }}'
    mine, hers = await town.ask(town.maya, asked), await town.ask(town.ines, asked)
    assert mine["node"]["viewerCan"]["vote"]["reason"] == "You reported this request, so you count already."
    assert hers["node"]["viewerCan"]["vote"] == {"allowed": True, "reason": None}


async def test_a_category_that_takes_nothing_from_residents_takes_no_votes(town: Town) -> None:
    request = await town.report()
    await town.done(
        town.rosa, "updateRequestCategory", categoryId=town.id_of(town.potholes), residentRestriction="NOTHING"
    )
    async with nothing_changes():
        assert await town.refused(town.ines, "vote", requestId=request) == ("RESTRICTED", None)
    await town.done(town.mark, "vote", requestId=request)


async def test_who_wants_to_follow_as_well_is_told_so_and_hears_of_it(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled(categoryId=town.id_of(town.lights))
    await telling.after(town.otto, "vote", requestId=request)
    mails = await telling.after(town.ines, "vote", requestId=request, follow=True)
    assert told(mails) == {("ines@example.org", "request_followed", "follower")}
    assert await telling.after(town.ines, "vote", requestId=request, follow=True) == []
    mails = await telling.after(town.tom, "closeRequest", requestId=request, comment="Lit.")
    assert {mail.recipient for mail in mails} == {"ines@example.org", "maya@example.org"}


async def test_the_votes_of_a_duplicate_come_along(town: Town) -> None:
    survivor, duplicate = await town.report(town.ines), await town.report()
    for person in (town.ines, town.otto, town.mark):
        await town.done(person, "vote", requestId=duplicate)
    await town.done(town.otto, "vote", requestId=survivor)
    await town.done(town.rosa, "mergeRequest", requestId=duplicate, survivorId=survivor)
    asked = f'{{ node(id: "{survivor}") {{ ... on ServiceRequest {{ voteCount viewerVoted }} }} }}'
    shown = await town.ask(town.mark, asked)
    assert shown["node"] == {"voteCount": 2, "viewerVoted": True}  # Otto's once, Mark's; Ines reported it
