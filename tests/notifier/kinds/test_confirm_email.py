"""Whoever reads mail at a new address is asked to confirm it."""

from __future__ import annotations

from casework.actions.profile import update_profile
from casework.history import HistoryRow
from casework.people import Person
from notifier.words import words_in
from tests.accounts import confirm_from, signed_up, token_in
from tests.telling import Telling, mail_to, told


async def test_a_new_account_confirms_from_its_mail_in_its_language(telling: Telling) -> None:
    ticket = await signed_up("new@example.net", name="Buy Cheap Pills", language="es")
    mails = await telling.run()
    assert told(mails) == {("new@example.net", "confirm_email", "account")}
    assert mails[0].subject == "Confirme su dirección de correo para Curbcast"
    assert "Pills" not in mails[0].raw.decode()  # a stranger may have typed the name
    assert mails[0].message["From"] == "Curbcast <curbcast@localhost>"
    await confirm_from(mails[0])
    assert (await Person.get(id=ticket.person_id)).confirmed_at is not None


async def test_a_changed_address_is_asked_at_the_new_one(telling: Telling) -> None:
    town = telling.town
    await update_profile(await town.viewer(town.maya), address="maya@new.example", time_zone="Pacific/Kiritimati")
    mails = await telling.run()
    assert told(mails) == {("maya@new.example", "confirm_email", "account")}
    asked_at = (await HistoryRow.get(type="AddressChangeRequested")).occurred_at
    local = words_in("en").moment(asked_at, "Pacific/Kiritimati")
    assert local in mails[0].text
    await confirm_from(mails[0])
    assert (await Person.get(id=town.maya.id)).address == "maya@new.example"


async def test_a_guest_is_asked_with_the_requests_number_and_link(telling: Telling) -> None:
    town = telling.town
    await town.done(
        None,
        "submitRequest",
        organizationId=town.id_of(town.springfield),
        categoryId=town.id_of(town.lights),
        summary="A dark lamp",
        reporterAddress="guest@example.net",
    )
    mail = mail_to(await telling.run(), "guest@example.net")
    assert (mail.kind, mail.subject) == ("confirm_email", "Confirm your e-mail address for Curbcast")
    for part in (mail.text, mail.html):
        assert "#1 A dark lamp" in part
        assert "http://127.0.0.1:8000/r/springfield/1" in part
    assert mail.message["List-Unsubscribe"] is None


async def test_a_mail_that_waited_until_its_link_was_used_is_not_sent(telling: Telling) -> None:
    await signed_up("new@example.net")
    (mail,) = await telling.run()
    await signed_up("other@example.net")
    await telling.relay()
    await confirm_from(mail)
    assert told(await telling.deliver()) == {("other@example.net", "confirm_email", "account")}
    assert token_in(mail)
