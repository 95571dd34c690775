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
        assert "Before: Friday, December 4, 2026 at 5:00\u00a0PM" in part.replace("&nbsp;", "\u00a0")
        assert "Now: Tuesday, December 8, 2026 at 5:00\u00a0PM" in part.replace("&nbsp;", "\u00a0")


async def test_only_the_latest_date_is_worth_a_mail(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled()
    await town.done(town.rosa, "changeDueDate", requestId=request, dueAt="2026-12-04T22:00:00Z")
    await telling.relay()
    await town.done(town.rosa, "changeDueDate", requestId=request, dueAt="2026-12-08T22:00:00Z")
    mails = await telling.run()
    assert told(mails) == {("tom@example.org", "staff_due_date_changed", "assignee")}
    assert await telling.skips("staff_due_date_changed") == {f"person:{town.tom.id}": "no_longer_true"}


async def test_a_spanish_assignee_reads_it_in_their_words_and_the_towns_time(telling: Telling) -> None:
    town = telling.town
    await town.done(town.tom, "updateProfile", language="es", timeZone="Europe/Madrid")
    request = await telling.settled()
    mails = await telling.after(town.rosa, "changeDueDate", requestId=request, dueAt="2026-12-04T22:00:00Z")
    for part in (mails[0].text, mails[0].html):
        assert "Ahora: viernes, 4 de diciembre de 2026, 17:00" in part


async def test_removing_it_is_told_too(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled()
    await telling.after(town.rosa, "changeDueDate", requestId=request, dueAt="2026-12-04T22:00:00Z")
    mails = await telling.after(town.rosa, "changeDueDate", requestId=request, dueAt=None)
    assert told(mails) == {("tom@example.org", "staff_due_date_changed", "assignee")}
    assert "Now: no due date" in mails[0].text


async def test_the_same_date_again_is_no_change(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled()
    await telling.after(town.rosa, "changeDueDate", requestId=request, dueAt="2026-12-04T22:00:00Z")
    assert await telling.after(town.rosa, "changeDueDate", requestId=request, dueAt="2026-12-04T17:00:00-05:00") == []


async def test_a_member_who_follows_hears_of_it_as_well(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled()
    await telling.followed(request, town.mark, town.ines)
    mails = await telling.after(town.rosa, "changeDueDate", requestId=request, dueAt="2026-12-04T22:00:00Z")
    assert told(mails) == {
        ("tom@example.org", "staff_due_date_changed", "assignee"),
        ("mark@example.org", "staff_due_date_changed", "staff_subscriber"),
    }
