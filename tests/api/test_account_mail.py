"""The six rows of account mail, each from the mutation that causes it to the mailbox."""

from __future__ import annotations

from casework.people import Person
from casework.requests import ServiceRequest
from tests.accounts import PASSWORD, confirmed_person, token_in
from tests.telling import Mail, Telling, mail_to, told
from tests.town import nothing_changes

NO_WAY_DOWN = ("List-Unsubscribe", "List-Unsubscribe-Post")


def is_account_mail(mail: Mail, kind: str, subject: str) -> None:
    assert (mail.kind, mail.subject) == (kind, subject)
    assert [mail.message[name] for name in NO_WAY_DOWN] == [None, None]
    assert "/u/" not in mail.text + mail.html


async def test_each_of_the_six_goes_out_with_its_subject_and_no_way_down(telling: Telling) -> None:
    town = telling.town
    place = town.id_of(town.springfield)
    invite = {"organizationId": place, "role": "INTERNAL"}
    mails = await telling.after(town.rosa, "inviteMember", address="hire@example.net", **invite)
    is_account_mail(
        mail_to(mails, "hire@example.net"), "member_invited", "A Curbcast account has been created on your behalf"
    )
    mails = await telling.after(town.rosa, "inviteMember", address="ines@example.org", **invite)
    is_account_mail(
        mail_to(mails, "ines@example.org"),
        "member_added",
        "You've been added to the Town of Springfield organization on Curbcast",
    )
    mails = await telling.after(None, "requestPasswordReset", address="maya@example.org")
    is_account_mail(mail_to(mails, "maya@example.org"), "password_reset", "Choose a new Curbcast password")
    new = {"name": "New Person", "password": PASSWORD}
    mails = await telling.after(None, "signUp", address="new@example.net", **new)
    is_account_mail(mail_to(mails, "new@example.net"), "confirm_email", "Confirm your e-mail address for Curbcast")
    mails = await telling.after(None, "signUp", address="maya@example.org", **new)
    is_account_mail(mail_to(mails, "maya@example.org"), "account_exists", "You already have a Curbcast account")

    person = await confirmed_person(telling, "mover@example.net")
    signed_in = await town.done(None, "signIn", "token", address="mover@example.net", password=PASSWORD)
    town.tokens[person.id] = signed_in["token"]
    mails = await telling.after(person, "updateProfile", address="moved@example.net", password=PASSWORD)
    asked = mail_to(mails, "moved@example.net")
    assert asked.kind == "confirm_email"
    mails = await telling.after(None, "confirmEmail", token=token_in(asked))
    is_account_mail(mail_to(mails, "mover@example.net"), "address_changed", "Your Curbcast address was changed")


async def test_a_removed_member_gets_no_more_staff_mail_though_it_was_written_already(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled()
    await town.done(town.maya, "addComment", requestId=request, body="Any news?")
    await telling.relay()
    place, tom = town.id_of(town.springfield), town.id_of(town.tom)
    await town.done(town.rosa, "removeMember", organizationId=place, personId=tom)
    assert await telling.run() == []
    assert await telling.skips("staff_public_comment") == {f"person:{town.tom.id}": "not_staff"}
    assert (await ServiceRequest.get()).assignee_id is None
    history = "query ($id: ID!) { request(id: $id) { history { nodes { text } } } }"
    told_of = (await town.ask(town.mark, history, id=request))["request"]["history"]["nodes"]
    assert [each["text"] for each in told_of] == [
        "Maya Ortiz reported this",
        "Maya Ortiz commented",
        "Rosa Diaz changed who is assigned",
    ]
    async with nothing_changes():
        rosa = {"organizationId": place, "personId": town.id_of(town.rosa)}
        assert await town.refused(town.rosa, "removeMember", **rosa) == ("LAST_OWNER", None)


async def test_a_caller_whose_address_staff_typed_claims_the_account_from_the_first_mail(telling: Telling) -> None:
    town = telling.town
    request = await town.report(
        town.mark, reporterAddress="caller@example.net", categoryId=town.id_of(town.lights), summary="By phone"
    )
    mail = mail_to(await telling.run(), "caller@example.net")
    assert mail.kind == "request_submitted"
    assert "Mark Stone" in mail.text
    await town.done(None, "acceptInvitation", token=token_in(mail), name="Carla Caller", password=PASSWORD)
    signed_in = await town.done(None, "signIn", "token", address="caller@example.net", password=PASSWORD)
    carla = await Person.get(address="caller@example.net")
    town.tokens[carla.id] = signed_in["token"]
    mine = await town.ask(
        carla, "{ viewer { isConfirmed reportedRequests { nodes { id summary } } memberships { role } } }"
    )
    assert mine["viewer"] == {
        "isConfirmed": True,
        "reportedRequests": {"nodes": [{"id": request, "summary": "By phone"}]},
        "memberships": [],
    }
    mails = await telling.after(town.mark, "addComment", requestId=request, body="We are on it.", visibility="PUBLIC")
    assert told(mails) == {("caller@example.net", "request_commented", "reporter")}
