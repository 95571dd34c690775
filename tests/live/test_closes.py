"""Who may follow is asked at each event: a stream that has lost its right ends, by a code, with the cursor to go on."""

from __future__ import annotations

from datetime import timedelta

import pytest

from api.ids import cursor
from api.live.live import Live
from casework import clock
from casework.people import Member, Person, Role, Session
from tests.listening import Socket, listening
from tests.live.test_subscriptions import ACTIVITY, AREA, TOLD, types
from tests.telling import Telling, open_telling


async def until_closed(socket: Socket) -> int:
    await socket.until(lambda: socket.close)
    assert socket.close is not None
    return socket.close[0]


async def test_a_member_who_is_removed_hears_nothing_of_what_comes_after(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled()
    async with listening(town.app, town.token(town.tom)) as socket:
        activity = await socket.subscribe(ACTIVITY, requestId=request)
        place = town.id_of(town.springfield)
        await town.done(town.rosa, "removeMember", organizationId=place, personId=town.id_of(town.tom))
        await town.done(town.mark, "addComment", requestId=request, body="Hush.", visibility="INTERNAL")
        await town.done(town.mark, "addComment", requestId=request, body="Hello.")
        await telling.heard()
        assert (activity.taken(), activity.code) == ([], "ACCESS_CHANGED")
        again = await socket.subscribe(ACTIVITY, requestId=request, after=activity.cursor)
        assert types(again) == ["PublicCommentAdded"]


async def test_a_request_that_turns_private_ends_the_streams_of_those_who_see_it_no_more(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled()
    async with (
        listening(town.app) as guest,
        listening(town.app, town.token(town.maya)) as reporter,
        listening(town.app, town.token(town.tom)) as staff,
    ):
        outside = await guest.subscribe(ACTIVITY, requestId=request)
        own = await reporter.subscribe(ACTIVITY, requestId=request)
        inside = await staff.subscribe(ACTIVITY, requestId=request)
        await town.done(town.tom, "setRequestVisibility", requestId=request, hidden=True)
        await town.done(town.tom, "addComment", requestId=request, body="For her alone.")
        await telling.heard()
        assert (outside.taken(), outside.code) == ([], "NOT_FOUND")
        assert (own.taken(), own.code) == ([], "ACCESS_CHANGED")
        assert types(inside) == ["RequestVisibilityChanged", "PublicCommentAdded"]
        assert types(await reporter.subscribe(ACTIVITY, requestId=request, after=own.cursor)) == ["PublicCommentAdded"]
        refused = await guest.subscribe(ACTIVITY, requestId=request, after=outside.cursor)
        assert (refused.taken(), refused.code) == ([], "NOT_FOUND")


@pytest.mark.parametrize("how", ["revoked", "expired", "account closed"])
async def test_a_session_that_ended_ends_its_streams_and_closes_the_socket(telling: Telling, how: str) -> None:
    town = telling.town
    request = await telling.settled()
    async with listening(town.app, town.token(town.ines)) as socket:
        activity = await socket.subscribe(ACTIVITY, requestId=request)
        mine = await socket.subscribe(TOLD)
        hers = Session.filter(person_id=town.ines.id)
        if how == "revoked":
            await hers.update(revoked_at=clock.now())
        elif how == "expired":
            await hers.update(expires_at=clock.now() - timedelta(seconds=1))
        else:
            await Person.filter(id=town.ines.id).update(closed_at=clock.now())
        await town.done(town.tom, "addComment", requestId=request, body="Hello.")
        await telling.heard()
        assert await until_closed(socket) == 4401
        assert (activity.taken(), activity.code) == ([], "SESSION_ENDED")
        assert mine.taken() == []


async def test_in_a_crowd_only_those_go_who_have_changed(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled()
    async with (
        listening(town.app, town.token(town.maya)) as stays,
        listening(town.app, town.token(town.ines)) as leaves,
        listening(town.app, town.token(town.nell)) as reads_otherwise,
        listening(town.app, town.token(town.otto)) as joins,
    ):
        shelbyville = await Member.get(person_id=town.otto.id)
        await Member.filter(id=shelbyville.id).update(role=Role.REQUESTER)
        crowd = [await each.subscribe(ACTIVITY, requestId=request) for each in (stays, leaves, reads_otherwise, joins)]
        await town.done(town.tom, "addComment", requestId=request, body="To all.")
        await telling.heard()
        assert [types(each) for each in crowd] == [["PublicCommentAdded"]] * 4
        await Session.filter(person_id=town.ines.id).update(revoked_at=clock.now())
        await Person.filter(id=town.nell.id).update(language="es")
        await Member.filter(id=shelbyville.id).update(role=Role.INTERNAL)
        await town.done(town.tom, "addComment", requestId=request, body="To one.")
        await telling.heard()
        assert [types(each) for each in crowd] == [["PublicCommentAdded"], [], [], []]
        assert [each.code for each in crowd] == [None, "SESSION_ENDED", "ACCESS_CHANGED", "ACCESS_CHANGED"]


async def test_a_session_that_ended_is_noticed_though_nothing_happens(telling: Telling, live: Live) -> None:
    town = telling.town
    async with listening(town.app, town.token(town.ines)) as socket:
        mine = await socket.subscribe(TOLD)
        await town.done(town.ines, "signOut")
        await live.feed.sweep()
        assert await until_closed(socket) == 4401
        assert mine.code == "SESSION_ENDED"
        assert list(live.members) == []


async def test_an_operation_over_a_socket_has_the_rights_of_its_own_moment(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled()
    hush = 'mutation ($id: ID!) { addComment(input: {requestId: $id, body: "Hush.", visibility: INTERNAL})'
    document = f"{hush} {{ userErrors {{ code }} }} }}"
    async with listening(town.app, town.token(town.tom)) as socket:
        done = await socket.subscribe(document, id=request)
        assert (done.taken(), done.is_over) == ([{"addComment": {"userErrors": []}}], True)
        place = town.id_of(town.springfield)
        await town.done(town.rosa, "removeMember", organizationId=place, personId=town.id_of(town.tom))
        refused = await socket.subscribe(document, id=request)
        assert refused.taken() == [{"addComment": {"userErrors": [{"code": "FORBIDDEN"}]}}]


async def test_an_area_that_turns_private_or_is_deleted_is_followed_no_more(telling: Telling) -> None:
    town = telling.town
    values = {"name": "Corner", "latitude": 42.36, "longitude": -71.06, "radiusM": 300.0, "public": True}
    made = await town.done(town.maya, "createWatchArea", "watchArea { id }", **values)
    area = made["watchArea"]["id"]
    await telling.heard()
    async with listening(town.app) as guest, listening(town.app, town.token(town.maya)) as owner:
        outside = await guest.subscribe(AREA, watchAreaId=area)
        own = await owner.subscribe(AREA, watchAreaId=area)
        await town.done(town.maya, "updateWatchArea", watchAreaId=area, public=False)
        await telling.heard()
        assert (outside.code, own.code) == ("NOT_FOUND", "ACCESS_CHANGED")
        own = await owner.subscribe(AREA, watchAreaId=area, after=own.cursor)
        assert own.code is None
        await town.done(town.maya, "deleteWatchArea", watchAreaId=area)
        await telling.heard()
        assert own.code == "NOT_FOUND"


async def test_a_slow_client_holds_back_nobody_and_comes_back_where_it_was(db: str) -> None:
    bound = 20
    async with open_telling(live_queue=bound) as telling:
        town, live = telling.town, telling.town.app.state.live
        request = await telling.settled()
        slow = Socket(town.app)
        await slow.init()
        stuck = await slow.subscribe(ACTIVITY, requestId=request)
        async with listening(town.app) as quick:
            flowing = await quick.subscribe(ACTIVITY, requestId=request)
            await town.done(town.tom, "addComment", requestId=request, body="First.")
            await telling.heard()
            slow.stick()
            for number in range(bound + 2):
                await town.done(town.tom, "addComment", requestId=request, body=f"Number {number}.")
                if number % 8 == 7:
                    await telling.heard()
            await telling.heard()
            assert len(flowing.taken()) == bound + 3
            connection = next(each for each in live.connections if not each.members)
            assert len(connection._waiting) <= 2  # what was in line has gone
            slow.flow()
            assert await until_closed(slow) == 4508
            taken = len(stuck.taken())
            assert stuck.code == "TOO_SLOW"
            rest = await quick.subscribe(ACTIVITY, requestId=request, after=stuck.cursor)
            await quick.until(lambda: len(rest.news) + taken == bound + 3)
        await slow.gone()


async def test_a_broken_answer_ends_the_stream_before_the_event_and_shows_no_text(
    telling: Telling, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = telling.town
    request = await telling.settled()
    async with listening(town.app) as socket:
        activity = await socket.subscribe(ACTIVITY, requestId=request)
        await town.done(town.tom, "addComment", requestId=request, body="Hello.")
        with monkeypatch.context() as broken:
            broken.setattr("api.requests.history.names_actor", _broken)
            await telling.heard()
        assert activity.code == "INTERNAL_ERROR"
        assert "hunter2" not in str(activity.errors)
        again = await socket.subscribe(ACTIVITY, requestId=request, after=activity.cursor)
        assert types(again) == ["PublicCommentAdded"]


def _broken(*_: object, **__: object) -> None:
    raise RuntimeError("password=hunter2")


async def test_a_cursor_of_something_else_is_refused(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled()
    async with listening(town.app, town.token(town.maya)) as socket:
        assert (await socket.subscribe(ACTIVITY, requestId=request, after=cursor(1, "t"))).code == "INVALID"
        assert (await socket.subscribe(TOLD, after=cursor(1))).code == "INVALID"
        assert (await socket.subscribe(ACTIVITY, requestId="nonsense")).code == "INVALID"
