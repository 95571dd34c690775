"""An answer is made once for all who see the same, and never handed to anybody who sees something else."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

import pytest

from api.ids import cursor
from api.live.live import Live
from casework import history
from casework.people import Person
from tests.listening import Socket, listening
from tests.live.test_subscriptions import ACTIVITY
from tests.telling import Telling

# Every field that may be in a shared answer (api.live.sight.SHARED), and some that may not.
EVERYTHING = """subscription ($requestId: ID!, $after: String) {
  requestActivity(requestId: $requestId, after: $after) {
    cursor
    event { id type isInternal occurredAt text reason actor { id name handle }
      comment { id body visibility byStaff isHeld accompanies createdAt author { id name handle } } }
    request { id number summary description status place latitude longitude photoUrls isAnonymous isPrivate isHeld
      reporterAddress dueAt createdAt updatedAt closedAt reporter { id name handle } assignee { id name handle }
      category { id name description isPrivate } organization { id slug name } %s }
  }
}"""
SHARED = EVERYTHING % ""
OWN = EVERYTHING % "viewerFollows viewerIsReporter"


async def busy(telling: Telling, **values: Any) -> tuple[str, str]:
    """A request on which much has happened, inside and outside, and the cursor of before."""
    town = telling.town
    start = cursor((await history.newest())[0])
    request = await town.report(**values)
    await town.done(town.tom, "addComment", requestId=request, body="Hush: zyzzyva.", visibility="INTERNAL")
    await town.done(town.rosa, "assignRequest", requestId=request, assigneeId=town.id_of(town.mark))
    await town.done(town.rosa, "changeDueDate", requestId=request, dueAt="2031-01-02T03:04:05Z")
    await town.done(town.maya, "addComment", requestId=request, body="Please hurry.")
    await town.done(town.tom, "acknowledgeRequest", requestId=request, comment="On it.")
    await telling.heard()
    return request, start


async def heard(telling: Telling, person: Person | None, document: str, **variables: Any) -> tuple[Any, str | None]:
    async with listening(telling.town.app, telling.town.token(person)) as socket:
        found = await socket.subscribe(document, **variables)
        return found.taken(), found.code


@pytest.mark.parametrize("values", [{}, {"anonymous": True}, {"categoryId": "complaints"}], ids=str)
@pytest.mark.parametrize("document", [SHARED, OWN], ids=["shared", "own"])
async def test_everybody_hears_in_company_what_they_would_hear_alone(
    telling: Telling, monkeypatch: pytest.MonkeyPatch, values: dict[str, Any], document: str
) -> None:
    town = telling.town
    given = {**values, **({"categoryId": town.id_of(town.complaints)} if "categoryId" in values else {})}
    request, start = await busy(telling, **given)
    people = [None, town.maya, town.ines, town.nell, town.tom, town.mark, town.rosa, town.otto]
    asked = {"requestId": request, "after": start}
    together = [await heard(telling, person, document, **asked) for person in people]
    with monkeypatch.context() as patch:
        patch.setattr("api.live.live.is_shared", lambda *_: False)
        alone = [await heard(telling, person, document, **asked) for person in people]
    assert together == alone
    outside, inside = json.dumps([together[0], together[2:4], together[7]]), json.dumps(together[4])
    for secret in ("zyzzyva", "2031-01-02", "Mark Stone"):
        assert secret in inside
        assert secret not in outside


def company(live: Live) -> dict[str, set[str]]:
    """Who shares answers with whom: the names of the subscriptions in each group."""
    found: dict[str, set[str]] = defaultdict(set)
    for group in live.members:
        names = {member.name for member in group.members}
        found[min(names)] |= names
    return dict(found)


async def follow(socket: Socket, name: str, request: str, document: str = ACTIVITY) -> None:
    payload = {"query": document, "variables": {"requestId": request}}
    socket.send({"type": "subscribe", "id": name, "payload": payload})
    await socket.settled()


async def test_who_sees_the_same_shares_answers_and_nobody_else_does(telling: Telling, live: Live) -> None:
    town = telling.town
    request = await telling.settled()
    await Person.filter(id=town.nell.id).update(language="es")
    sockets = []
    for name, language in (
        ("guest", ""),
        ("guest who reads Spanish", "es"),
        ("maya", ""),
        ("ines", ""),
        ("nell", ""),
        ("tom", ""),
        ("mark", ""),
        ("otto", ""),
    ):
        socket = Socket(town.app, language=language)
        await socket.init(None if name.startswith("guest") else town.token(getattr(town, name)))
        await follow(socket, name, request)
        sockets.append(socket)
    assert company(live) == {
        "guest": {"guest", "maya", "ines"},
        "guest who reads Spanish": {"guest who reads Spanish", "nell"},
        "tom": {"tom"},  # a member
        "mark": {"mark"},  # a manager
        "otto": {"otto"},  # another town's owner
    }
    for socket in sockets:
        await socket.gone()


async def test_whoever_asks_for_what_is_their_own_shares_with_nobody(telling: Telling, live: Live) -> None:
    town = telling.town
    request = await telling.settled()
    async with listening(town.app, town.token(town.maya)) as one, listening(town.app, town.token(town.ines)) as other:
        await follow(one, "maya", request, OWN)
        await follow(other, "ines", request, OWN)
        assert company(live) == {"maya": {"maya"}, "ines": {"ines"}}


async def test_the_author_of_what_is_held_follows_it_alone(telling: Telling, live: Live) -> None:
    town = telling.town
    await town.done(town.mark, "updateOrganization", organizationId=town.id_of(town.springfield), heldWords=["blatt"])
    request = await town.report(summary="Blatt!")
    await telling.heard()
    async with (
        listening(town.app, town.token(town.maya)) as author,
        listening(town.app, town.token(town.ines)) as stranger,
        listening(town.app, town.token(town.tom)) as staff,
    ):
        for socket, name in ((author, "author"), (staff, "staff"), (stranger, "stranger")):
            await follow(socket, name, request)
        assert company(live) == {"author": {"author"}, "staff": {"staff"}}
        (refusal,) = [each for each in stranger.said if each.get("id") == "stranger"]
        assert refusal["payload"][0]["extensions"]["code"] == "NOT_FOUND"


async def test_a_stream_that_ends_says_why_in_its_listeners_language(telling: Telling) -> None:
    town = telling.town
    await Person.filter(id=town.ines.id).update(language="es")
    request = await telling.settled()
    async with (
        listening(town.app, town.token(town.ines)) as spanish,
        listening(town.app, town.token(town.nell)) as english,
    ):
        streams = [await each.subscribe(ACTIVITY, requestId=request) for each in (spanish, english)]
        await town.done(town.tom, "setRequestVisibility", requestId=request, hidden=True)
        await telling.heard()
        assert [each.errors and each.errors[0]["message"] for each in streams] == [
            "Aquí no hay nada que pueda seguir, o ya no lo hay.",
            "There is nothing here that you may follow, or not any more.",
        ]
