"""Rule 4: private requests reach their reporter and staff only."""

from __future__ import annotations

from tests.telling import Telling, told


async def test_a_follower_of_a_request_that_staff_hide_hears_no_more(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled()
    await telling.followed(request, town.ines, town.mark)
    await telling.after(town.rosa, "setRequestVisibility", requestId=request, hidden=True)
    mails = await telling.after(town.rosa, "closeRequest", requestId=request, comment="Done.")
    assert told(mails) == {
        ("tom@example.org", "staff_request_closed", "assignee"),
        ("mark@example.org", "staff_request_closed", "staff_subscriber, follower"),
        ("maya@example.org", "request_closed", "reporter"),
    }
    assert await telling.skips("request_closed") == {f"person:{town.ines.id}": "private"}


async def test_what_is_hidden_before_the_mail_goes_is_not_told(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled()
    await telling.followed(request, town.ines)
    await town.done(town.tom, "closeRequest", requestId=request, comment="Done.")
    await telling.relay()
    await town.done(town.rosa, "setRequestVisibility", requestId=request, hidden=True)
    assert told(await telling.run()) == {("maya@example.org", "request_closed", "reporter")}
    assert await telling.skips("request_closed") == {f"person:{town.ines.id}": "private"}


async def test_a_private_category_reaches_reporter_and_staff(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled(categoryId=town.id_of(town.complaints))
    mails = await telling.after(town.rosa, "closeRequest", requestId=request, comment="Talked to them.")
    assert told(mails) == {("maya@example.org", "request_closed", "reporter")}
    assert await town.refused(town.ines, "followRequest", requestId=request) == ("NOT_FOUND", ["requestId"])
