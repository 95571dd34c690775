"""A request is late: the category's "escalate to" address hears of it."""

from __future__ import annotations

from casework.history import HistoryRow
from tests.telling import told
from tests.week import BOSS, Week, scan

LAST = "history(last: 1) { nodes { text } }"


async def test_the_escalate_address_hears_of_a_late_request(week: Week) -> None:
    await week.lamp()
    assert await week.at("2026-11-30T14:00") == []  # due, and not late yet
    mails = await week.at("2026-11-30T14:01")
    assert told(mails) == {(BOSS, "staff_sla_breached", "escalate_address")}
    assert mails[0].subject == "A dark lamp (#1)"
    for part in (mails[0].text, mails[0].html.replace("&nbsp;", "\u00a0")):
        assert "Monday, November 30, 2026 at 2:00\u00a0PM" in part
        assert "It is assigned to Mark Stone." in part
        assert "Maya Ortiz" not in part  # a bare address isn't told who reported it
    assert "Town of Springfield sends late requests of this category to this address." in mails[0].text


async def test_it_is_written_in_history_where_nobody_is_to_be_told(week: Week) -> None:
    request = await week.lamp()
    town = week.town
    await town.done(town.rosa, "updateRequestCategory", categoryId=town.id_of(town.lights), escalateTo=None)
    assert await week.at("2026-12-01T09:00") == []
    seen = await town.ask(
        town.tom,
        f'{{ node(id: "{request}") {{ ... on ServiceRequest {{ slaBreachedAt {LAST} }} }} }}',
    )
    assert seen["node"]["history"]["nodes"] == [{"text": "The deadline has passed"}]
    assert seen["node"]["slaBreachedAt"] == "2026-12-01T14:00:00+00:00"
    assert await HistoryRow.filter(type="SlaBreached").count() == 1


async def test_a_request_that_is_closed_before_the_mail_goes_is_no_longer_late(week: Week) -> None:
    request = await week.lamp()
    week.turn_to("2026-12-01T09:00")
    await scan()
    await week.telling.relay()
    mails = await week.telling.after(week.town.mark, "closeRequest", requestId=request, comment="Lit.")
    assert {mail.kind for mail in mails} == {"request_closed"}
    assert await week.telling.skips("staff_sla_breached") == {f"address:{BOSS}": "no_longer_true"}


async def test_a_later_due_date_in_time_makes_it_untrue(week: Week) -> None:
    request = await week.lamp()
    week.turn_to("2026-12-01T09:00")
    await scan()
    await week.telling.relay()
    await week.town.done(week.town.mark, "changeDueDate", requestId=request, dueAt="2026-12-04T22:00:00Z")
    assert await week.telling.run() == []
