"""A request moves to another category, which may bring its own assignee and addresses."""

from __future__ import annotations

from tests.telling import Telling, mail_to, told


async def test_the_assignee_hears_when_the_new_category_has_none_of_its_own(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled()
    mails = await telling.after(town.rosa, "recategorizeRequest", requestId=request, categoryId=town.id_of(town.lights))
    assert told(mails) == {("tom@example.org", "staff_request_recategorized", "assignee")}
    assert "Potholes" in mails[0].text
    assert "Street lights" in mails[0].text


async def test_the_new_categorys_addresses_and_assignee_and_the_displaced_one_hear(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled(categoryId=town.id_of(town.lights))
    await telling.after(town.rosa, "assignRequest", requestId=request, assigneeId=town.id_of(town.mark))
    mails = await telling.after(
        town.rosa, "recategorizeRequest", requestId=request, categoryId=town.id_of(town.potholes)
    )
    assert told(mails) == {
        ("tom@example.org", "staff_request_recategorized", "assignee"),
        ("mark@example.org", "staff_request_recategorized", "was_assignee"),
        ("streets@springfield.example", "staff_request_recategorized", "route_address"),
    }
    assert "This request was assigned to you until now." in mail_to(mails, "mark@example.org").text
