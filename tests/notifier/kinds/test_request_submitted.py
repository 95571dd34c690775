"""A resident reports something and gets a receipt."""

from __future__ import annotations

from tests.telling import Telling, mail_to, told


async def test_the_reporter_gets_a_receipt_with_number_link_and_what_comes_next(telling: Telling) -> None:
    await telling.town.report()
    mail = mail_to(await telling.run(), "maya@example.org")
    assert mail.subject == "A pothole on Elm Street (#1)"
    for part in (mail.text, mail.html):
        assert "#1" in part
        assert "http://127.0.0.1:8000/r/springfield/1" in part
        assert "What happens next" in part
        assert "You reported this request." in part


async def test_a_caller_whose_address_staff_typed_reads_who_typed_it_and_why(telling: Telling) -> None:
    town = telling.town
    await town.report(town.mark, reporterAddress="caller@example.net")
    mails = await telling.run()
    assert told(mails) == {
        ("tom@example.org", "staff_request_submitted", "assignee"),
        ("streets@springfield.example", "staff_request_submitted", "route_address"),
        ("caller@example.net", "request_submitted", "reporter"),
    }
    assert "Mark Stone" in mail_to(mails, "caller@example.net").text


async def test_a_reader_of_spanish_gets_it_in_spanish(telling: Telling) -> None:
    await type(telling.town.maya).filter(id=telling.town.maya.id).update(language="es")
    await telling.town.report()
    mail = mail_to(await telling.run(), "maya@example.org")
    assert "Usted informó de esta solicitud." in mail.text or "solicitud" in mail.text
    assert 'lang="es"' in mail.html
