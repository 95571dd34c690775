"""Staff set a due date: the assignee hears of it, residents never."""

from __future__ import annotations

from tests.telling import Telling, told


async def test_the_assignee_reads_the_old_and_the_new_date_in_the_towns_time(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled()
    await telling.after(town.rosa, "changeDueDate", requestId=request, dueAt="2026-12-04T22:00:00Z")
    mails = await telling.after(town.rosa, "changeDueDate", requestId=request, dueAt="2026-12-08T22:00:00Z")
    assert told(mails) == {("tom@example.org", "staff_due_date_changed", "assignee")}
    for part in (mails[0].text, mails[0].html):
        assert "December 4, 2026" in part
        assert "December 8, 2026" in part
        assert "5:00" in part


async def test_only_the_latest_date_is_worth_a_mail(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled()
    await town.done(town.rosa, "changeDueDate", requestId=request, dueAt="2026-12-04T22:00:00Z")
    await telling.relay()
    await town.done(town.rosa, "changeDueDate", requestId=request, dueAt="2026-12-08T22:00:00Z")
    mails = await telling.run()
    assert told(mails) == {("tom@example.org", "staff_due_date_changed", "assignee")}
    assert await telling.skips("staff_due_date_changed") == {f"person:{town.tom.id}": "no_longer_true"}
