"""Rule 1: nobody is mailed about what they did themselves, receipts and those who ask for it apart."""

from __future__ import annotations

from notifier.preferences import ReaderSettings
from tests.telling import Telling, told


async def test_a_reporter_who_closes_their_own_request_hears_nothing_of_it(telling: Telling) -> None:
    request = await telling.settled()
    await telling.followed(request, telling.town.maya)
    mails = await telling.after(telling.town.maya, "closeRequest", requestId=request, comment="Gone.")
    assert told(mails) == {("tom@example.org", "staff_request_closed", "assignee")}
    assert await telling.skips("request_closed") == {f"person:{telling.town.maya.id}": "actor"}


async def test_who_wants_mail_about_their_own_actions_gets_it(telling: Telling) -> None:
    await ReaderSettings.create(person_id=telling.town.maya.id, own_actions=True)
    request = await telling.settled()
    mails = await telling.after(telling.town.maya, "closeRequest", requestId=request, comment="Gone.")
    assert told(mails) == {
        ("tom@example.org", "staff_request_closed", "assignee"),
        ("maya@example.org", "request_closed", "reporter"),
    }


async def test_the_owner_of_a_route_address_is_not_told_of_their_own_report(telling: Telling) -> None:
    town = telling.town
    await type(town.potholes).filter(id=town.potholes.id).update(route_addresses=["ines@example.org"])
    await town.report(town.ines)
    assert told(await telling.run()) == {
        ("tom@example.org", "staff_request_submitted", "assignee"),
        ("ines@example.org", "request_submitted", "reporter"),
    }
