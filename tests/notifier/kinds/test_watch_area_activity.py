"""A comment or a change on a request inside an area: its owner and followers hear of it."""

from __future__ import annotations

from casework import clock
from casework.actions.areas import delete_watch_area, follow_watch_area, unfollow_watch_area
from notifier.held import choose
from notifier.notifications import Notification
from notifier.preferences import AreaChoice, Cadence
from tests.notifier.areas import INSIDE, watch
from tests.telling import Telling, mail_to, told


async def _at_once(telling: Telling) -> None:
    for person in (telling.town.ines, telling.town.otto):
        await choose(f"person:{person.id}", "watch_area_activity", Cadence.IMMEDIATE)


async def test_every_change_and_comment_is_told(telling: Telling) -> None:
    town = telling.town
    await watch(telling, town.ines)
    await _at_once(telling)
    request = await telling.settled(categoryId=town.id_of(town.lights), **INSIDE)
    for mutation in ("acknowledgeRequest", "closeRequest", "reopenRequest"):
        mails = await telling.after(town.tom, mutation, requestId=request, comment="As it is.")
        assert ("ines@example.org", "watch_area_activity", "watch_area") in told(mails)
        assert "As it is." in mail_to(mails, "ines@example.org").text
    mails = await telling.after(town.otto, "addComment", requestId=request, body="Still dark.", visibility="PUBLIC")
    assert "Otto Lind commented on this request" in mail_to(mails, "ines@example.org").text


async def test_who_follows_the_request_too_hears_once_and_as_a_follower(telling: Telling) -> None:
    town = telling.town
    await watch(telling, town.ines)
    request = await telling.settled(categoryId=town.id_of(town.lights), **INSIDE)
    await telling.followed(request, town.ines)
    mails = await telling.after(town.tom, "closeRequest", requestId=request, comment="New bulb.")
    assert ("ines@example.org", "request_closed", "follower, watch_area") in told(mails)


async def test_private_requests_never_match_not_even_for_staff(telling: Telling) -> None:
    town = telling.town
    await watch(telling, town.mark)
    await choose(f"person:{town.mark.id}", "watch_area_activity", Cadence.IMMEDIATE)
    request = await telling.settled(categoryId=town.id_of(town.complaints), **INSIDE)
    mails = await telling.after(town.rosa, "closeRequest", requestId=request, comment="Settled.")
    assert told(mails) == {("maya@example.org", "request_closed", "reporter")}
    assert await telling.skips("watch_area_activity") == {f"person:{town.mark.id}": "private"}


async def test_the_areas_own_choices_are_minded(telling: Telling) -> None:
    town = telling.town
    quiet = await watch(telling, town.ines)
    silent = await watch(telling, town.otto, with_comments=False)
    await _at_once(telling)
    choice = await AreaChoice.create(
        person_id=town.ines.id, area_id=quiet.id, cadence=Cadence.OFF, changed_at=clock.now()
    )
    request = await telling.settled(categoryId=town.id_of(town.lights), **INSIDE)
    await telling.after(town.mark, "addComment", requestId=request, body="Seen.", visibility="PUBLIC")
    assert await telling.skips("watch_area_activity") == {
        f"person:{town.ines.id}": "area_off",
        f"person:{town.otto.id}": "comments_off",
    }
    await AreaChoice.filter(id=choice.id).update(cadence=Cadence.IMMEDIATE)
    mails = await telling.after(town.tom, "closeRequest", requestId=request, comment="New bulb.")
    assert {"ines@example.org", "otto@example.org"} <= {mail.recipient for mail in mails}
    assert silent.id != quiet.id


async def test_a_deleted_area_drops_its_owners_lines_and_its_followers_still_get_theirs(telling: Telling) -> None:
    town = telling.town
    area = await watch(telling, town.ines, public=True)
    await follow_watch_area(await town.viewer(town.otto), area.id)
    await _at_once(telling)
    request = await telling.settled(categoryId=town.id_of(town.lights), **INSIDE)
    await town.done(town.tom, "closeRequest", requestId=request, comment="New bulb.")
    await telling.relay()
    await delete_watch_area(await town.viewer(town.ines), area.id)
    mails = await telling.run()
    assert told(mails) == {
        ("maya@example.org", "request_closed", "reporter"),
        ("otto@example.org", "watch_area_activity", "watch_area"),
    }
    assert await telling.skips("watch_area_activity") == {f"person:{town.ines.id}": "area_deleted"}
    later = await telling.after(town.tom, "reopenRequest", requestId=request, comment="Dark again.")
    assert told(later) == {("maya@example.org", "request_reopened", "reporter")}


async def test_who_stops_following_an_area_hears_nothing_that_was_unsent(telling: Telling) -> None:
    town = telling.town
    area = await watch(telling, town.ines, public=True)
    await follow_watch_area(await town.viewer(town.otto), area.id)
    await _at_once(telling)
    request = await telling.settled(categoryId=town.id_of(town.lights), **INSIDE)
    await town.done(town.tom, "closeRequest", requestId=request, comment="New bulb.")
    await telling.relay()
    viewer = await town.viewer(town.otto)
    await unfollow_watch_area(viewer, area.id)
    await follow_watch_area(viewer, area.id)
    await telling.run()
    assert await telling.skips("watch_area_activity") == {f"person:{town.otto.id}": "not_following"}


async def test_an_area_counts_for_later_events_only(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled(categoryId=town.id_of(town.lights), **INSIDE)
    await town.done(town.tom, "closeRequest", requestId=request, comment="New bulb.")
    await watch(telling, town.ines)
    assert await Notification.filter(kind="watch_area_activity").count() == 0
