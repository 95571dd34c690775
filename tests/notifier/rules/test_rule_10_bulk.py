"""Rule 10: a bulk mutation gives each recipient one mail."""

from __future__ import annotations

from notifier.notifications import Notification, State
from tests.telling import Telling, leave, mail_to, told


async def _three(telling: Telling) -> list[str]:
    summaries = ("A pothole on Elm Street", "A pothole on Oak Street", "A pothole on Ash Street")
    return [await telling.settled(summary=summary) for summary in summaries]


async def test_closing_three_requests_is_one_mail_to_each_reader_that_tells_all_three(telling: Telling) -> None:
    town = telling.town
    requests = await _three(telling)
    await telling.followed(requests[0], town.ines)
    mails = await telling.after(town.rosa, "closeRequests", requestIds=requests, comment="The street was repaved.")
    assert told(mails) == {
        ("tom@example.org", "staff_request_closed", "assignee"),
        ("maya@example.org", "request_closed", "reporter"),
        ("ines@example.org", "request_closed", "follower"),
    }
    to_maya = mail_to(mails, "maya@example.org")
    for part in (to_maya.text, to_maya.html):
        for summary in ("A pothole on Elm Street", "A pothole on Oak Street", "A pothole on Ash Street"):
            assert summary in part
    assert to_maya.text.count("The street was repaved.") == 1
    to_ines = mail_to(mails, "ines@example.org")
    assert "Oak Street" not in to_ines.text
    assert to_ines.subject == "A pothole on Elm Street (#1)"
    assert await Notification.filter(kind="request_closed", state=State.SENT).count() == 4


async def test_nothing_goes_before_the_whole_bulk_is_told(telling: Telling) -> None:
    requests = await _three(telling)
    await telling.town.done(telling.town.rosa, "closeRequests", requestIds=requests, comment="Done.")
    await telling.relay()
    assert await Notification.filter(state=State.PENDING, due__isnull=True).count() == 4
    assert len(await telling.deliver()) == 2


async def test_what_falls_away_leaves_the_rest_of_the_mail(telling: Telling) -> None:
    town = telling.town
    requests = await _three(telling)
    for request in requests:
        await telling.followed(request, town.ines)
    await town.done(town.rosa, "closeRequests", requestIds=requests, comment="Done.")
    await telling.relay()
    await town.done(town.ines, "muteRequest", requestId=requests[0])
    await leave(town.springfield, town.tom)
    mails = await telling.deliver()
    assert {mail.recipient for mail in mails} == {"maya@example.org", "ines@example.org"}
    to_ines = mail_to(mails, "ines@example.org")
    assert "Elm Street" not in to_ines.text
    assert "Oak Street" in to_ines.text
    assert "Ash Street" in to_ines.text
    rows = await Notification.filter(person_id=town.ines.id, kind="request_closed").order_by("id")
    assert [(row.state, row.skip) for row in rows] == [
        (State.SKIPPED, "muted"),
        (State.SENT, None),
        (State.SENT, None),
    ]


async def test_one_request_that_cannot_be_closed_closes_none_and_tells_nobody(telling: Telling) -> None:
    town = telling.town
    requests = await _three(telling)
    await telling.after(town.tom, "closeRequest", requestId=requests[1], comment="Done already.")
    code, path = await town.refused(town.rosa, "closeRequests", requestIds=requests, comment="Done.")
    assert (code, path) == ("ILLEGAL_MOVE", ["requestIds", "1"])
    assert await telling.run() == []
