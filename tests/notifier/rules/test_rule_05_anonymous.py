"""Rule 5: an anonymous reporter is masked wherever a resident can look; guests and callers."""

from __future__ import annotations

import pytest

from casework.access import NOBODY
from casework.actions.members import accept_invitation
from casework.requests import ServiceRequest
from notifier.notifications import Notification
from tests.accounts import confirm_from, confirmed_person, token_in
from tests.telling import Telling, mail_to, told
from tests.town import SECRET


async def test_residents_and_addresses_do_not_read_the_name_and_members_do(telling: Telling) -> None:
    town = telling.town
    await town.report(anonymous=True)
    mails = await telling.run()
    assert "Maya Ortiz" in mail_to(mails, "tom@example.org").text
    assert "Maya" not in mail_to(mails, "streets@springfield.example").raw.decode()
    assert "maya@example.org" in {mail.recipient for mail in mails}


async def test_what_an_anonymous_reporter_says_later_is_masked_too(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled(anonymous=True)
    await telling.followed(request, town.ines)
    mails = await telling.after(town.maya, "addComment", requestId=request, body="Still there.", visibility="PUBLIC")
    assert told(mails) == {
        ("tom@example.org", "staff_public_comment", "assignee"),
        ("ines@example.org", "request_commented", "follower"),
    }
    assert "Maya" not in mail_to(mails, "ines@example.org").raw.decode()
    assert "Maya Ortiz" in mail_to(mails, "tom@example.org").text


async def test_a_member_who_reported_anonymously_acts_under_their_own_name(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled(town.mark, anonymous=True, categoryId=town.id_of(town.lights))
    await telling.followed(request, town.ines)
    mails = await telling.after(town.mark, "acknowledgeRequest", requestId=request, comment="We know.")
    assert "Mark Stone" in mail_to(mails, "ines@example.org").text


async def test_a_guest_without_an_address_gets_no_mail(telling: Telling) -> None:
    town = telling.town
    payload = await town.mutate(
        None,
        "submitRequest",
        organizationId=town.id_of(town.springfield),
        categoryId=town.id_of(town.lights),
        summary="A dark lamp",
    )
    assert payload["userErrors"] == []
    assert await telling.run() == []


async def _by_guest(telling: Telling, address: str) -> str:
    town = telling.town
    payload = await town.done(
        None,
        "submitRequest",
        "request { id }",
        organizationId=town.id_of(town.springfield),
        categoryId=town.id_of(town.lights),
        summary="A dark lamp",
        reporterAddress=address,
    )
    return str(payload["request"]["id"])


async def test_what_a_guests_unconfirmed_address_would_get_is_skipped_and_stays_so(telling: Telling) -> None:
    request = await _by_guest(telling, "Guest@Example.NET")
    mails = await telling.run()
    assert told(mails) == {("guest@example.net", "confirm_email", "account")}
    assert await telling.skips("request_submitted") == {"address:guest@example.net": "unconfirmed"}
    await confirm_from(mails[0])
    assert await telling.run() == []
    mails = await telling.after(telling.town.tom, "closeRequest", requestId=request, comment="Done.")
    assert told(mails) == {("guest@example.net", "request_closed", "reporter")}


async def test_a_guests_address_is_asked_once_and_not_for_each_request(telling: Telling) -> None:
    await _by_guest(telling, "guest@example.net")
    asked = await telling.run()
    await _by_guest(telling, "guest@example.net")
    assert await telling.run() == []
    await confirm_from(asked[0])
    await _by_guest(telling, "guest@example.net")
    assert told(await telling.run()) == {("guest@example.net", "request_submitted", "reporter")}


@pytest.mark.parametrize("holds", [False, True])
async def test_a_guest_is_written_to_in_the_language_that_their_client_spoke(telling: Telling, holds: bool) -> None:
    town = telling.town
    place = town.id_of(town.springfield)
    await town.done(town.mark, "updateOrganization", organizationId=place, holdGuests=holds)
    document = "mutation ($input: SubmitRequestInput!) { submitRequest(input: $input) { request { id } } }"
    lamp = {"organizationId": place, "categoryId": town.id_of(town.lights), "summary": "Farola apagada"}
    answer = await town.graphql(
        None,
        document,
        {"input": {**lamp, "reporterAddress": "guest@example.net"}},
        headers={"accept-language": "es-MX,en;q=0.5"},
    )
    request = answer["data"]["submitRequest"]["request"]["id"]
    if holds:
        assert await telling.run() == []
        await town.done(town.mark, "releaseContent", contentId=request)
    asked = mail_to(await telling.run(), "guest@example.net")
    assert asked.subject == "Confirme su dirección de correo para Curbcast"
    await confirm_from(asked)
    mails = await telling.after(town.tom, "closeRequest", requestId=request, comment="Done.")
    assert "Town of Springfield, a través de Curbcast" in mail_to(mails, "guest@example.net").text


async def test_an_account_whose_address_a_guest_typed_is_asked_too_and_takes_the_request_over(
    telling: Telling,
) -> None:
    town = telling.town
    await town.done(town.maya, "updateProfile", language="es")
    request = await _by_guest(telling, "maya@example.org")
    mails = await telling.run()
    assert told(mails) == {("maya@example.org", "confirm_email", "account")}
    assert mails[0].subject == "Confirme su dirección de correo para Curbcast"
    assert await telling.skips("request_submitted") == {f"person:{town.maya.id}": "unconfirmed"}
    assert await telling.after(town.tom, "acknowledgeRequest", requestId=request, comment="Seen.") == []
    await confirm_from(mails[0])
    reporter = await town.ask(None, "query ($id: ID!) { request(id: $id) { reporter { name } } }", id=request)
    assert reporter["request"]["reporter"] == {"name": "Maya Ortiz"}
    mails = await telling.after(town.tom, "closeRequest", requestId=request, comment="Done.")
    assert told(mails) == {("maya@example.org", "request_closed", "reporter")}


async def test_a_route_address_that_a_guest_typed_as_their_own_still_gets_its_staff_mail(telling: Telling) -> None:
    town = telling.town
    await type(town.lights).filter(id=town.lights.id).update(route_addresses=["lamps@springfield.example"])
    await _by_guest(telling, "lamps@springfield.example")
    assert told(await telling.run()) == {
        ("lamps@springfield.example", "confirm_email", "account"),
        ("lamps@springfield.example", "staff_request_submitted", "route_address"),
    }


async def test_a_caller_is_invited_once_and_their_account_takes_their_requests_over(telling: Telling) -> None:
    town = telling.town
    first = await town.report(town.mark, categoryId=town.id_of(town.lights), reporterAddress="caller@example.net")
    (mail,) = await telling.run()
    token = token_in(mail)
    await town.report(town.mark, categoryId=town.id_of(town.lights), reporterAddress="caller@example.net")
    (second,) = await telling.run()
    assert "/join/" not in second.text
    caller = await accept_invitation(
        NOBODY, secret=SECRET, token=token, name="Carla Call", password_hash="none that matches"
    )
    assert await ServiceRequest.filter(reporter_id=caller.id, reporter_address__isnull=True).count() == 2
    mails = await telling.after(town.tom, "closeRequest", requestId=first, comment="Done.")
    assert told(mails) == {
        ("caller@example.net", "request_closed", "reporter"),
    }


async def test_a_guests_request_is_not_taken_over_by_an_account_whose_address_was_only_typed(
    telling: Telling,
) -> None:
    await _by_guest(telling, "new@example.net")
    await telling.run()
    person = await confirmed_person(telling, "new@example.net")
    assert await ServiceRequest.filter(reporter_id=person.id).count() == 0


async def test_an_address_that_a_guest_typed_is_never_taken_for_the_actor(telling: Telling) -> None:
    town = telling.town
    await town.done(
        None,
        "submitRequest",
        organizationId=town.id_of(town.springfield),
        categoryId=town.id_of(town.potholes),
        summary="A pothole",
        reporterAddress="tom@example.org",
    )
    await telling.run()
    row = await Notification.get(person_id=town.tom.id, kind="staff_request_submitted")
    assert row.state == "sent"
