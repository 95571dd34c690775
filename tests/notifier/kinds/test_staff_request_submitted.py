"""A request comes in: its automatic assignee and its route addresses hear of it."""

from __future__ import annotations

from tests.telling import Telling, mail_to, told


async def test_the_automatic_assignee_and_the_route_address_hear_of_a_new_request(telling: Telling) -> None:
    await telling.town.report(place="12 Elm Street")
    mails = await telling.run()
    assert told(mails) == {
        ("tom@example.org", "staff_request_submitted", "assignee"),
        ("streets@springfield.example", "staff_request_submitted", "route_address"),
        ("maya@example.org", "request_submitted", "reporter"),
    }
    mail = mail_to(mails, "tom@example.org")
    assert mail.subject == "A pothole on Elm Street (#1)"
    for part in (mail.text, mail.html):
        assert "12 Elm Street" in part
        assert "Maya Ortiz" in part
        assert "This request is assigned to you." in part
    to_address = mail_to(mails, "streets@springfield.example")
    assert "Town of Springfield sends requests of this category to this address." in to_address.text
    assert "Maya Ortiz" not in to_address.text + to_address.html


async def test_a_category_without_assignee_and_addresses_tells_no_staff(telling: Telling) -> None:
    await telling.town.report(categoryId=telling.town.id_of(telling.town.lights))
    assert told(await telling.run()) == {("maya@example.org", "request_submitted", "reporter")}
