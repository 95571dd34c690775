"""Rule 7: the audience is read as of the event, and every reason is asked again just before sending."""

from __future__ import annotations

from casework import clock
from casework.people import Person
from notifier.notifications import Notification
from notifier.suppression import Suppression
from tests.telling import Telling, told


async def test_who_follows_after_the_event_is_not_told_of_it(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled(categoryId=town.id_of(town.lights))
    await town.done(town.tom, "closeRequest", requestId=request, comment="Done.")
    await town.done(town.ines, "followRequest", requestId=request)
    assert told(await telling.run()) == {
        ("maya@example.org", "request_closed", "reporter"),
        ("ines@example.org", "request_followed", "follower"),
    }


async def test_who_joins_after_the_event_is_no_subscriber_of_it(telling: Telling) -> None:
    from casework.actions.membership import add_member
    from casework.people import Role

    town = telling.town
    request = await telling.settled(categoryId=town.id_of(town.lights))
    await telling.followed(request, town.ines)
    await town.done(town.tom, "closeRequest", requestId=request, comment="Done.")
    await add_member(town.springfield, town.ines, Role.INTERNAL)
    assert ("ines@example.org", "request_closed", "follower") in told(await telling.run())


async def test_who_unfollowed_in_time_gets_no_mail(telling: Telling) -> None:
    await _last_moment(telling, "unfollowRequest", "not_following")


async def test_who_muted_in_time_gets_no_mail(telling: Telling) -> None:
    await _last_moment(telling, "muteRequest", "muted")


async def _last_moment(telling: Telling, mutation: str, skip: str) -> None:
    town = telling.town
    request = await telling.settled(categoryId=town.id_of(town.lights))
    await telling.followed(request, town.ines)
    await town.done(town.tom, "closeRequest", requestId=request, comment="Done.")
    await telling.relay()
    await town.done(town.ines, mutation, requestId=request)
    assert told(await telling.run()) == {("maya@example.org", "request_closed", "reporter")}
    assert await telling.skips("request_closed") == {f"person:{town.ines.id}": skip}


async def test_following_anew_does_not_bring_back_what_was_unsent(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled(categoryId=town.id_of(town.lights))
    await telling.followed(request, town.ines)
    await town.done(town.tom, "closeRequest", requestId=request, comment="Done.")
    await telling.relay()
    await town.done(town.ines, "unfollowRequest", requestId=request)
    await town.done(town.ines, "followRequest", requestId=request)
    assert told(await telling.run()) == {
        ("maya@example.org", "request_closed", "reporter"),
        ("ines@example.org", "request_followed", "follower"),
    }


async def test_a_suppressed_address_gets_no_mail(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled(categoryId=town.id_of(town.lights))
    await town.done(town.tom, "closeRequest", requestId=request, comment="Done.")
    await telling.relay()
    await Suppression.create(address="maya@example.org", cause="bounced", created_at=clock.now())
    assert await telling.run() == []
    assert await telling.skips("request_closed") == {f"person:{town.maya.id}": "suppressed"}


async def test_a_closed_account_gets_no_mail(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled(categoryId=town.id_of(town.lights))
    await town.done(town.tom, "closeRequest", requestId=request, comment="Done.")
    await telling.relay()
    await Person.filter(id=town.maya.id).update(closed_at=clock.now(), address=None)
    assert await telling.run() == []
    assert await telling.skips("request_closed") == {f"person:{town.maya.id}": "account_closed"}


async def test_mail_goes_to_the_address_that_the_account_has_when_it_is_sent(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled(categoryId=town.id_of(town.lights))
    await town.done(town.tom, "closeRequest", requestId=request, comment="Done.")
    await telling.relay()
    await Person.filter(id=town.maya.id).update(address="maya@new.example")
    assert told(await telling.run()) == {("maya@new.example", "request_closed", "reporter")}
    assert (await Notification.get(kind="request_closed")).recipient == f"person:{town.maya.id}"
