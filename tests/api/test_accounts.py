"""Accounts over GraphQL: in, out and back again, and what nobody is told."""

from __future__ import annotations

import json

from tortoise import Tortoise

from api.ids import global_id
from api.transaction import AnsweredMutation
from casework.areas import AreaFollow, WatchArea
from casework.people import Person, Session
from casework.tokens import Purpose, Ticket, token_of
from notifier.notifications import Notification
from notifier.preferences import AreaChoice, Preference
from tests.accounts import PASSWORD, confirmed_person, token_in
from tests.notifier.areas import ELM_PARK, watch
from tests.telling import Telling, mail_to, told
from tests.town import SECRET, Town, nothing_changes

VIEWER = "viewer { name handle address isConfirmed }"


async def signs_up(town: Town, address: str = "new@example.net", **values: str) -> None:
    given = {"name": "New Person", "address": address, "password": PASSWORD} | values
    assert await town.mutate(None, "signUp", **given) == {"userErrors": [], "clientMutationId": None}


async def signs_in(town: Town, address: str = "new@example.net", password: str = PASSWORD) -> str:
    payload = await town.done(None, "signIn", f"token {VIEWER}", address=address, password=password, label="phone")
    assert payload["viewer"]["address"] == address.lower()
    return str(payload["token"])


async def test_from_signing_up_to_a_new_password(telling: Telling) -> None:
    town = telling.town
    await signs_up(town)
    mail = mail_to(await telling.run(), "new@example.net")
    assert await town.refused(None, "signIn", address="new@example.net", password="wrong password") == (
        "WRONG_CREDENTIALS",
        None,
    )
    await town.done(None, "confirmEmail", token=token_in(mail))
    assert await town.refused(None, "confirmEmail", token=token_in(mail)) == ("BAD_LINK", ["token"])
    token = await signs_in(town, "New@Example.net")
    answer = await town.graphql(token, f"{{ {VIEWER} viewer {{ sessions {{ label isCurrent }} }} }}")
    assert answer["data"]["viewer"] == {
        "name": "New Person",
        "handle": "new-person",
        "address": "new@example.net",
        "isConfirmed": True,
        "sessions": [{"label": "phone", "isCurrent": True}],
    }
    await town.done(None, "requestPasswordReset", address="new@example.net")
    reset = token_in(mail_to(await telling.run(), "new@example.net"))
    assert await town.refused(None, "resetPassword", token=reset, password="short") == ("INVALID", ["password"])
    await town.done(None, "resetPassword", token=reset, password="a much better one")
    assert (await town.post({"query": "{ viewer { name } }"}, token=token)).status_code == 401
    await signs_in(town, password="a much better one")


async def test_an_address_that_has_an_account_gets_the_same_answer_and_a_mail(telling: Telling) -> None:
    town = telling.town
    await signs_up(town, "maya@example.org")
    await town.done(None, "requestPasswordReset", address="nobody@example.net")
    assert told(await telling.run()) == {("maya@example.org", "account_exists", "account")}
    assert await Person.filter(address="maya@example.org").count() == 1


async def test_sessions_are_listed_and_ended_by_their_own_person_alone(town: Town) -> None:
    token = town.token(town.maya)
    listed = await town.ask(town.maya, "{ viewer { sessions { id label isCurrent } } }")
    (session,) = listed["viewer"]["sessions"]
    assert (session["label"], session["isCurrent"]) == ("test", True)
    async with nothing_changes():
        assert await town.refused(town.ines, "revokeSession", sessionId=session["id"]) == (
            "NOT_FOUND",
            ["sessionId"],
        )
        assert await town.refused(None, "revokeSession", sessionId=session["id"]) == ("NOT_FOUND", ["sessionId"])
        assert await town.refused(None, "signOut") == ("SIGN_IN_REQUIRED", None)
    await town.done(town.maya, "signOut")
    assert (await town.post({"query": "{ viewer { name } }"}, token=token)).status_code == 401
    other = await town.ask(town.ines, "{ viewer { sessions { id } } }")
    await town.done(town.ines, "revokeSession", sessionId=other["viewer"]["sessions"][0]["id"])
    assert await Session.filter(person_id=town.ines.id, revoked_at__isnull=True).count() == 0


async def test_no_answer_to_a_sign_in_is_kept_and_no_password_can_be_tried_on_what_is(town: Town) -> None:
    values = {"address": "nobody@example.net", "password": PASSWORD, "clientMutationId": "0123456789abcdef"}
    await town.refused(None, "signIn", **values)
    assert await AnsweredMutation.all().count() == 0
    await town.done(None, "signUp", name="New", **values)
    kept = await AnsweredMutation.get()
    assert len(kept.body) == 64


async def test_a_profile_is_changed_and_a_new_address_needs_the_password(telling: Telling) -> None:
    town = telling.town
    changed = await town.done(
        town.maya, "updateProfile", "viewer { name language timeZone }", name="Maya O.", language="es", timeZone="UTC"
    )
    assert changed["viewer"] == {"name": "Maya O.", "language": "es", "timeZone": "UTC"}
    async with nothing_changes():
        for values, field in (
            ({"address": "maya@new.example"}, "password"),
            ({"language": "tlh"}, "language"),
            ({"timeZone": "Mars/Olympus"}, "timeZone"),
            ({"name": "a\nb"}, "name"),
        ):
            assert await town.refused(town.maya, "updateProfile", **values) == ("INVALID", [field])
        assert await town.refused(town.maya, "updateProfile", handle="Ines") == ("CONFLICT", ["handle"])
        assert await town.refused(None, "updateProfile", name="X") == ("SIGN_IN_REQUIRED", None)
    await signs_up(town)
    token = token_in(mail_to(await telling.run(), "new@example.net"))
    await town.done(None, "confirmEmail", token=token)
    person = await Person.get(address="new@example.net")
    town.tokens[person.id] = await signs_in(town)
    await town.done(person, "updateProfile", address="newer@example.net", password=PASSWORD)
    asked = mail_to(await telling.run(), "newer@example.net")
    await town.done(None, "confirmEmail", token=token_in(asked))
    assert told(await telling.run()) == {("new@example.net", "address_changed", "account")}
    await signs_in(town, "newer@example.net")


async def test_an_account_is_exported_whole_and_closed_for_good(telling: Telling) -> None:
    town = telling.town
    await signs_up(town)
    ticket = await Ticket.get(purpose=Purpose.CONFIRM)
    await town.done(None, "confirmEmail", token=token_of(SECRET, ticket))
    person = await Person.get(address="new@example.net")
    town.tokens[person.id] = await signs_in(town)
    request = await town.report(person, summary="A hole of mine")
    await town.done(person, "addComment", requestId=request, body="It is deep.")
    await telling.run()
    exported = await town.done(person, "exportAccount", "data")
    data = json.loads(exported["data"])
    assert data["account"]["address"] == "new@example.net"
    assert [each["summary"] for each in data["requests"]] == ["A hole of mine"]
    assert [each["body"] for each in data["comments"]] == ["It is deep."]
    assert [each["kind"] for each in data["notifications"]] == [
        "confirm_email",
        "request_submitted",
        "request_commented",
    ]
    assert PASSWORD not in exported["data"]
    assert "argon2" not in exported["data"]
    assert "Maya" not in exported["data"]
    async with nothing_changes():
        assert await town.refused(person, "closeAccount", password="wrong password") == ("INVALID", ["password"])
        assert await town.refused(None, "closeAccount", password=PASSWORD) == ("SIGN_IN_REQUIRED", None)
        assert await town.refused(None, "exportAccount") == ("SIGN_IN_REQUIRED", None)
    await town.done(town.tom, "closeRequest", requestId=request, comment="Filled.")
    await town.done(person, "closeAccount", password=PASSWORD)
    assert await telling.run() == []
    row = await Notification.get(kind="request_closed")
    assert (row.state, row.skip) == ("skipped", "account_closed")
    see = "query ($id: ID!) { request(id: $id) { reporter { name } } }"
    assert (await town.ask(None, see, id=request))["request"]["reporter"] == {"name": "Closed account"}


EXPORTED = {
    "member.person": "memberships",
    "session.person": "sessions",
    "service_request.reporter": "requests",
    "ticket.person": "links",
    "comment.author": "comments",
    "photo.uploader": "photos",
    "follow.person": "follows",
    "mute.person": "mutes",
    "vote.person": "votes",
    "area_follow.person": "area_follows",
    "watch_area.owner": "watch_areas",
    "history.actor": "acts",
    "flag.person": "flags",
    "person_trust.person": "trust",
    "reader_settings.person": "mail_settings",
    "notification.person": "notifications",
    "issue.person": "digests",
}
"""Each column that says whom a row is about, and the noun under which they find it."""

AN_ORGANIZATIONS_OWN = {
    "request_category.assignee",
    "service_request.assignee",
    "service_request.typed_by",
    "assignment_rule.assignee",
    "work_order.assignee",
    "api_key.created_by",
    "opening.author",
    "brand_version.author",
}
"""How an organization divides its work, which isn't about a person once they have left it (rule 3)."""


async def test_each_table_that_says_whom_it_is_about_is_exported(town: Town) -> None:
    data = json.loads((await town.done(town.maya, "exportAccount", "data"))["data"])
    about = {
        f"{model._meta.db_table}.{name}"
        for models in (Tortoise.apps or {}).values()
        for model in models.values()
        for name in model._meta.fk_fields | model._meta.o2o_fields
        if getattr(model._meta.fields_map[name], "related_model", None) is Person
    }
    assert about - set(EXPORTED) <= AN_ORGANIZATIONS_OWN
    assert set(EXPORTED) <= about
    assert set(EXPORTED.values()) <= set(data)


async def test_what_a_watcher_chose_is_exported_and_goes_with_the_account(telling: Telling) -> None:
    town = telling.town
    person = await confirmed_person(telling, "new@example.net")
    town.tokens[person.id] = await signs_in(town)
    mine = await town.done(person, "createWatchArea", "watchArea { id }", name="Home", shape=ELM_PARK)
    hers = await watch(telling, town.maya, name="Hers", public=True)
    await town.done(person, "followWatchArea", watchAreaId=global_id("WatchArea", hers.id))
    await town.done(
        person, "updateWatchAreaPreference", watchAreaId=mine["watchArea"]["id"], cadence="WEEKLY", comments=False
    )
    await town.done(person, "updateNotificationPreference", kind="request_commented", cadence="DAILY")
    request = await town.report(town.maya)
    await town.done(person, "flagContent", contentId=request, reason="Not a pothole")
    data = json.loads((await town.done(person, "exportAccount", "data"))["data"])
    assert [(each["name"], each["shape"]["type"]) for each in data["watch_areas"]] == [("Home", "Polygon")]
    assert [each["area_id"] for each in data["area_follows"]] == [hers.id]
    assert [(each["cadence"], each["comments"]) for each in data["area_preferences"]] == [("weekly", False)]
    assert [(each["kind"], each["cadence"]) for each in data["preferences"]] == [("request_commented", "daily")]
    assert [each["reason"] for each in data["flags"]] == ["Not a pothole"]
    assert (data["trust"], data["digests"]) == ([], [])
    await town.done(person, "closeAccount", password=PASSWORD)
    assert await WatchArea.filter(owner_id=person.id, deleted_event__isnull=True).count() == 0
    assert await AreaFollow.filter(person_id=person.id, until_event__isnull=True).count() == 0
    assert await AreaChoice.filter(person_id=person.id).count() == 0
    assert await Preference.filter(recipient=f"person:{person.id}").count() == 0
    assert await WatchArea.filter(id=hers.id, deleted_event__isnull=True).count() == 1
