"""Rule 2: once per recipient per event; each reason is filtered alone, the strongest that remains picks the kind."""

from __future__ import annotations

from notifier.held import choose
from notifier.notifications import Notification
from notifier.preferences import Cadence
from tests.telling import Telling, leave, mail_to, told


async def test_a_reporter_who_follows_gets_one_mail_that_names_both_reasons(telling: Telling) -> None:
    request = await telling.settled()
    await telling.followed(request, telling.town.maya)
    mails = await telling.after(telling.town.tom, "closeRequest", requestId=request, comment="Done.")
    assert told(mails) == {("maya@example.org", "request_closed", "reporter, follower")}
    assert "You reported this request." in mails[0].text
    assert "You follow this request." in mails[0].text


async def test_an_assignee_whose_staff_mail_is_off_still_hears_as_a_reporter(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled(town.tom)
    await choose(f"person:{town.tom.id}", "staff_request_closed", Cadence.OFF)
    mails = await telling.after(town.rosa, "closeRequest", requestId=request, comment="Done.")
    assert told(mails) == {("tom@example.org", "request_closed", "reporter")}
    row = await Notification.get(kind="request_closed")
    assert row.reasons == [
        {"reason": "assignee", "kind": "staff_request_closed", "skip": "preference_off"},
        {"reason": "reporter", "kind": "request_closed"},
    ]


async def test_a_route_address_that_an_account_has_confirmed_is_that_account(telling: Telling) -> None:
    town = telling.town
    await type(town.potholes).filter(id=town.potholes.id).update(route_addresses=["tom@example.org"])
    await town.report()
    assert told(await telling.run()) == {
        ("tom@example.org", "staff_request_submitted", "assignee, route_address"),
        ("maya@example.org", "request_submitted", "reporter"),
    }


async def test_a_route_address_of_an_unconfirmed_account_stays_an_address(telling: Telling) -> None:
    town = telling.town
    await type(town.potholes).filter(id=town.potholes.id).update(route_addresses=["nell@example.org"])
    await town.report()
    await telling.run()
    assert await Notification.filter(recipient="address:nell@example.org", state="sent").count() == 1


async def test_a_route_address_is_staff_for_its_events_whoever_owns_it(telling: Telling) -> None:
    town = telling.town
    await type(town.potholes).filter(id=town.potholes.id).update(route_addresses=["ines@example.org"])
    await town.report()
    mails = await telling.run()
    assert ("ines@example.org", "staff_request_submitted", "route_address") in told(mails)
    assert "Maya Ortiz" in mail_to(mails, "tom@example.org").text


async def test_when_a_reason_falls_away_before_sending_the_rest_decide_anew(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled()
    await telling.followed(request, town.mark)
    await town.done(town.tom, "closeRequest", requestId=request, comment="Done.")
    await telling.relay()
    await leave(town.springfield, town.mark)
    assert told(await telling.deliver()) == {
        ("maya@example.org", "request_closed", "reporter"),
        ("mark@example.org", "request_closed", "follower"),
    }


async def test_members_who_act_follow_where_the_organization_asks_for_it(telling: Telling) -> None:
    town = telling.town
    place = town.id_of(town.springfield)
    await town.done(town.rosa, "updateOrganization", organizationId=place, subscribeActingMembers=True)
    request = await telling.settled()
    first = await telling.after(town.mark, "acknowledgeRequest", requestId=request, comment="Seen.")
    assert told(first) == {
        ("tom@example.org", "staff_request_acknowledged", "assignee"),
        ("maya@example.org", "request_acknowledged", "reporter"),
    }
    later = await telling.after(town.rosa, "closeRequest", requestId=request, comment="Done.")
    assert ("mark@example.org", "staff_request_closed", "staff_subscriber, follower") in told(later)
    assert await Notification.filter(kind="request_followed").count() == 0


async def test_acting_members_do_not_follow_by_default(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled()
    await telling.after(town.mark, "acknowledgeRequest", requestId=request, comment="Seen.")
    later = await telling.after(town.rosa, "closeRequest", requestId=request, comment="Done.")
    assert {mail.recipient for mail in later} == {"tom@example.org", "maya@example.org"}
