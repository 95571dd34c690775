"""Rule 5: an anonymous reporter is masked wherever a resident can look; guests and callers."""

from __future__ import annotations

from notifier.notifications import Notification
from tests.telling import Telling, mail_to, told


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


async def test_what_a_guests_unconfirmed_address_would_get_is_skipped(telling: Telling) -> None:
    town = telling.town
    await town.done(
        None,
        "submitRequest",
        organizationId=town.id_of(town.springfield),
        categoryId=town.id_of(town.lights),
        summary="A dark lamp",
        reporterAddress="Guest@Example.NET",
    )
    await telling.run()
    assert await telling.skips("request_submitted") == {"address:guest@example.net": "unconfirmed"}


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
