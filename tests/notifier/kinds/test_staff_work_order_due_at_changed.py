"""A work order's date moves: whoever is to do it hears of it."""

from __future__ import annotations

from tests.notifier.kinds.test_staff_work_order_assigned import order
from tests.telling import Telling, told

TO_TOM = {("tom@example.org", "staff_work_order_due_at_changed", "assignee")}


async def test_who_is_to_do_it_reads_the_old_and_the_new_date(telling: Telling) -> None:
    town = telling.town
    work = await order(telling, assigneeId=town.id_of(town.tom), dueAt="2026-12-04T22:00:00Z")
    mails = await telling.after(town.rosa, "changeWorkOrderDueAt", workOrderId=work, dueAt="2026-12-08T22:00:00Z")
    assert told(mails) == TO_TOM
    for part in (mails[0].text, mails[0].html.replace("&nbsp;", "\u00a0")):
        assert "Before: Friday, December 4, 2026 at 5:00\u00a0PM" in part
        assert "Now: Tuesday, December 8, 2026 at 5:00\u00a0PM" in part
    mails = await telling.after(town.rosa, "changeWorkOrderDueAt", workOrderId=work, dueAt=None)
    assert told(mails) == TO_TOM
    assert "Now: no due date" in mails[0].text


async def test_only_the_latest_date_is_worth_a_mail(telling: Telling) -> None:
    town = telling.town
    work = await order(telling, assigneeId=town.id_of(town.tom))
    for day in (4, 8):
        await town.done(town.rosa, "changeWorkOrderDueAt", workOrderId=work, dueAt=f"2026-12-0{day}T22:00:00Z")
        await telling.relay()
    assert told(await telling.run()) == TO_TOM
    assert await telling.skips("staff_work_order_due_at_changed") == {f"person:{town.tom.id}": "no_longer_true"}


async def test_one_that_is_nobodys_is_told_nobody(telling: Telling) -> None:
    work = await order(telling)
    assert (
        await telling.after(telling.town.rosa, "changeWorkOrderDueAt", workOrderId=work, dueAt="2026-12-08T22:00:00Z")
        == []
    )
