"""Members and organizations over GraphQL: who sees them, who changes them."""

from __future__ import annotations

from tests.accounts import PASSWORD, token_in
from tests.telling import Telling, mail_to, told
from tests.town import Town, nothing_changes

MEMBERS = """query { organization(slug: "springfield") {
  members { role person { handle } } invitations { address role } staff { handle } } }"""


async def test_an_invitation_waits_until_it_is_accepted(telling: Telling) -> None:
    town = telling.town
    place = town.id_of(town.springfield)
    payload = await town.done(
        town.rosa,
        "inviteMember",
        "member { role } invitation { address role }",
        organizationId=place,
        address="New@Example.net",
        role="MANAGER",
        clientMutationId="sixteen characters at least",
    )
    again = await town.done(
        town.rosa,
        "inviteMember",
        "member { role } invitation { address role }",
        organizationId=place,
        address="New@Example.net",
        role="MANAGER",
        clientMutationId="sixteen characters at least",
    )
    assert again == payload
    assert payload["member"] is None
    assert payload["invitation"] == {"address": "new@example.net", "role": "MANAGER"}
    seen = (await town.ask(town.mark, MEMBERS))["organization"]
    assert seen["invitations"] == [{"address": "new@example.net", "role": "MANAGER"}]
    mail = mail_to(await telling.run(), "new@example.net")
    assert await town.refused(None, "acceptInvitation", token=token_in(mail)) == ("INVALID", ["name"])
    await town.done(None, "acceptInvitation", token=token_in(mail), name="New Colleague", password=PASSWORD)
    seen = (await town.ask(town.mark, MEMBERS))["organization"]
    assert seen["invitations"] == []
    assert {each["person"]["handle"]: each["role"] for each in seen["members"]} == {
        "mark": "MANAGER",
        "new-colleague": "MANAGER",
        "rosa": "OWNER",
        "tom": "INTERNAL",
    }


async def test_members_and_invitations_are_shown_to_staff_and_managers(town: Town) -> None:
    inside = (await town.ask(town.tom, MEMBERS))["organization"]
    assert [each["person"]["handle"] for each in inside["members"]] == ["mark", "rosa", "tom"]
    assert inside["invitations"] is None
    for outsider in (town.maya, town.nell, town.otto, None):
        seen = (await town.ask(outsider, MEMBERS))["organization"]
        assert seen == {"members": None, "invitations": None, "staff": None}


async def test_a_member_is_added_promoted_and_removed(telling: Telling) -> None:
    town = telling.town
    place = town.id_of(town.springfield)
    added = await town.done(
        town.mark,
        "inviteMember",
        "member { role person { name } }",
        organizationId=place,
        address="ines@example.org",
        role="INTERNAL",
    )
    assert added["member"] == {"role": "INTERNAL", "person": {"name": "Ines Ferreira"}}
    assert told(await telling.run()) == {("ines@example.org", "member_added", "account")}
    promoted = await town.done(
        town.rosa,
        "changeMemberRole",
        "member { role }",
        organizationId=place,
        personId=town.id_of(town.ines),
        role="OWNER",
    )
    assert promoted["member"] == {"role": "OWNER"}
    mine = await town.ask(town.ines, "{ viewer { memberships { role organization { slug } } } }")
    assert mine["viewer"]["memberships"] == [{"role": "OWNER", "organization": {"slug": "springfield"}}]
    await town.done(town.ines, "removeMember", organizationId=place, personId=town.id_of(town.ines))
    async with nothing_changes():
        refused = await town.refused(town.rosa, "removeMember", organizationId=place, personId=town.id_of(town.rosa))
        assert refused == ("LAST_OWNER", None)


async def test_a_removed_members_mail_ends_at_once(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled()
    await town.done(town.maya, "addComment", requestId=request, body="Any news?")
    await telling.relay()
    await town.done(
        town.rosa, "removeMember", organizationId=town.id_of(town.springfield), personId=town.id_of(town.tom)
    )
    assert await telling.run() == []
    assert await telling.skips("staff_public_comment") == {f"person:{town.tom.id}": "not_staff"}


async def test_organizations_and_categories_are_changed_by_who_manages_them(town: Town) -> None:
    made = await town.done(
        town.otto, "createOrganization", "organization { slug viewerIsStaff }", slug="ogdenville", name="Ogdenville"
    )
    assert made["organization"] == {"slug": "ogdenville", "viewerIsStaff": True}
    changed = await town.done(
        town.mark,
        "updateOrganization",
        "organization { name timeZone }",
        organizationId=town.id_of(town.springfield),
        name="Springfield",
    )
    assert changed["organization"] == {"name": "Springfield", "timeZone": "America/New_York"}
    category = await town.done(
        town.mark,
        "updateRequestCategory",
        "requestCategory { name isPrivate isDeleted routeAddresses escalateTo assignee { handle } }",
        categoryId=town.id_of(town.potholes),
        routeAddresses=["A@example.org", "a@example.org"],
        escalateTo="boss@example.org",
        assigneeId=None,
        deleted=True,
    )
    assert category["requestCategory"] == {
        "name": "Potholes",
        "isPrivate": False,
        "isDeleted": True,
        "routeAddresses": ["a@example.org"],
        "escalateTo": "boss@example.org",
        "assignee": None,
    }
    async with nothing_changes():
        for kinds in (["confirm_email"], ["no_such_kind"]):
            assert await town.refused(
                town.mark, "updateRequestCategory", categoryId=town.id_of(town.lights), switchedOffKinds=kinds
            ) == ("INVALID", ["switchedOffKinds"])
