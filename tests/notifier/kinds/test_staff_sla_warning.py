"""A request is soon late: its assignee hears of it, where the organization or they themselves want to."""

from __future__ import annotations

from tests.telling import told
from tests.week import Week

WARNED = {("mark@example.org", "staff_sla_warning", "assignee")}


async def switch_on(week: Week) -> None:
    town = week.town
    await town.done(
        town.rosa,
        "updateOrganization",
        organizationId=town.id_of(town.springfield),
        switchedOnKinds=["staff_sla_warning"],
    )


async def test_nobody_is_warned_unless_somebody_wants_it(week: Week) -> None:
    await week.lamp()
    assert await week.at("2026-11-30T13:30") == []
    assert await week.telling.skips("staff_sla_warning") == {f"person:{week.town.mark.id}": "switched_off"}


async def test_the_assignee_is_warned_when_four_fifths_of_the_working_time_have_passed(week: Week) -> None:
    await switch_on(week)
    await week.lamp()
    assert await week.at("2026-11-30T13:12") == []
    mails = await week.at("2026-11-30T13:13")
    assert told(mails) == WARNED
    for part in (mails[0].text, mails[0].html.replace("&nbsp;", "\u00a0")):
        assert "This request is due soon: on Monday, November 30, 2026 at 2:00\u00a0PM" in part
    assert await week.at("2026-11-30T13:59") == []


async def test_a_member_may_wish_for_it_where_the_organization_does_not(week: Week) -> None:
    await week.town.done(week.town.mark, "updateNotificationPreference", kind="staff_sla_warning", cadence="IMMEDIATE")
    await week.lamp()
    assert told(await week.at("2026-11-30T13:30")) == WARNED


async def test_and_not_wish_for_it_where_the_organization_does(week: Week) -> None:
    await switch_on(week)
    await week.town.done(week.town.mark, "updateNotificationPreference", kind="staff_sla_warning", cadence="OFF")
    await week.lamp()
    assert await week.at("2026-11-30T13:30") == []
    assert await week.telling.skips("staff_sla_warning") == {f"person:{week.town.mark.id}": "preference_off"}


async def test_a_warning_that_comes_too_late_is_none(week: Week) -> None:
    await switch_on(week)
    await week.lamp()
    assert {mail.kind for mail in await week.at("2026-11-30T15:00")} == {"staff_sla_breached"}
