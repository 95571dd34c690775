"""One's own mail: what one is told, when it goes, and choosing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine

from api.ids import global_id
from casework.people import Person
from notifier.held import choose
from notifier.kinds import CATALOGUE
from notifier.notifications import Notification
from notifier.preferences import Cadence, Preference, ReaderSettings
from tests.api.statements import statements
from tests.telling import Telling, leave, open_telling, told
from tests.town import nothing_changes

TUESDAY = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)  # 10:00 in New York

INBOX = """query (
  $first: Int, $after: String, $kind: String, $states: [NotificationState!], $unread: Boolean = false) {
  viewer { notifications(first: $first, after: $after, kind: $kind, states: $states, unread: $unread) {
    totalCount pageInfo { hasNextPage endCursor }
    nodes {
      id kind { key label group forStaff canBeChanged } state skip cadence occurredAt sentAt readAt
      reasons { reason kind skip details } request { number } event { type actor { name } }
    }
  } }
}"""
SCHEDULE = (
    "digestSchedule { hour weekday quietFrom quietUntil vacationFrom vacationUntil ownActions textOnly digestMap }"
)


@pytest.fixture
async def telling(db: str) -> AsyncIterator[Telling]:
    async with open_telling() as telling:
        yield telling


async def _inbox(telling: Telling, person: Person, **values: Any) -> dict[str, Any]:
    answer = await telling.town.ask(person, INBOX, **values)
    return dict(answer["viewer"]["notifications"])


async def _waiting(telling: Telling, cadence: Cadence = Cadence.DAILY) -> str:
    """Maya has the closing of a request waiting."""
    town = telling.town
    await choose(f"person:{town.maya.id}", "request_closed", cadence)
    request = await telling.settled(categoryId=town.id_of(town.lights), summary="Lamp 7 is dark")
    assert await telling.after(town.tom, "closeRequest", requestId=request, comment="New bulb.") == []
    return request


async def test_every_kind_is_listed_with_a_label_in_the_viewers_language(telling: Telling) -> None:
    document = "{ notificationKinds { key label group defaultCadence forStaff canBeChanged } }"
    kinds = (await telling.town.ask(None, document))["notificationKinds"]
    assert [kind["key"] for kind in kinds] == [kind.key for kind in CATALOGUE]
    (closed,) = [kind for kind in kinds if kind["key"] == "request_closed"]
    assert closed == {
        "key": "request_closed",
        "label": "A request that you report or follow is closed",
        "group": "requests",
        "defaultCadence": "IMMEDIATE",
        "forStaff": False,
        "canBeChanged": True,
    }
    assert {kind["key"] for kind in kinds if not kind["canBeChanged"]} == {
        kind.key for kind in CATALOGUE if kind.is_account
    }
    await Person.filter(id=telling.town.ines.id).update(language="es")
    spanish = (await telling.town.ask(telling.town.ines, document))["notificationKinds"]
    (closed,) = [kind for kind in spanish if kind["key"] == "request_closed"]
    assert closed["label"] == "Una solicitud que usted comunicó o sigue se cierra"


async def test_one_sees_what_one_was_told_and_was_not_told_with_every_reason(telling: Telling) -> None:
    town = telling.town
    with time_machine.travel(TUESDAY, tick=False):
        request = await telling.settled(categoryId=town.id_of(town.lights))
        await town.done(town.maya, "muteRequest", requestId=request)
        await telling.after(town.tom, "closeRequest", requestId=request, comment="New bulb.")
        found = await _inbox(telling, town.maya)
    closed, submitted = found["nodes"]
    assert found["totalCount"] == 2
    assert (closed["kind"]["key"], closed["state"], closed["skip"]) == ("request_closed", "SKIPPED", "muted")
    assert closed["reasons"] == [{"reason": "reporter", "kind": "request_closed", "skip": "muted", "details": []}]
    assert closed["event"] == {"type": "RequestClosed", "actor": {"name": "Tom Baker"}}
    assert (closed["sentAt"], closed["readAt"], closed["request"]) == (None, None, {"number": 1})
    assert (submitted["state"], submitted["skip"], submitted["cadence"]) == ("SENT", None, "IMMEDIATE")
    assert submitted["sentAt"] == submitted["occurredAt"] == "2026-11-24T15:00:00+00:00"


async def test_lists_are_paged_and_filtered(telling: Telling) -> None:
    town = telling.town
    for summary in ("One", "Two", "Three"):
        await telling.settled(categoryId=town.id_of(town.lights), summary=summary)
    first = await _inbox(telling, town.maya, first=2)
    assert [node["request"]["number"] for node in first["nodes"]] == [3, 2]
    second = await _inbox(telling, town.maya, first=2, after=first["pageInfo"]["endCursor"])
    assert [node["request"]["number"] for node in second["nodes"]] == [1]
    assert second["pageInfo"]["hasNextPage"] is False
    for filter, count in (
        ({"kind": "request_submitted"}, 3),
        ({"kind": "request_closed"}, 0),
        ({"states": ["SENT"]}, 3),
        ({"states": ["HELD", "SKIPPED"]}, 0),
        ({"unread": True}, 3),
    ):
        assert (await _inbox(telling, town.maya, **filter))["totalCount"] == count, filter
    assert (await _inbox(telling, town.ines))["totalCount"] == 0


async def test_a_page_takes_as_many_statements_whatever_its_size(telling: Telling) -> None:
    town = telling.town
    for _ in range(4):
        request = await telling.settled(categoryId=town.id_of(town.lights))
        await telling.after(town.tom, "acknowledgeRequest", requestId=request, comment="Seen.")
    counts = []
    for size in (2, 8):
        with statements() as seen:
            assert len((await _inbox(telling, town.maya, first=size))["nodes"]) == size
        counts.append(len(seen))
    assert counts[0] == counts[1]


async def test_who_left_an_organization_sees_its_staff_mail_no_more(telling: Telling) -> None:
    town = telling.town
    await telling.settled()
    (mine,) = (await _inbox(telling, town.tom))["nodes"]
    assert mine["kind"]["key"] == "staff_request_submitted"
    await leave(town.springfield, town.tom)
    assert (await _inbox(telling, town.tom))["nodes"] == []
    node = await town.ask(town.tom, "query ($id: ID!) { node(id: $id) { id } }", id=mine["id"])
    assert node == {"node": None}


async def test_nobody_reads_the_mail_of_others(telling: Telling) -> None:
    town = telling.town
    await telling.settled()
    (mine,) = (await _inbox(telling, town.maya))["nodes"]
    bare = await Notification.get(recipient="address:streets@springfield.example")
    for person in (town.ines, town.rosa, town.otto, None):
        for number in (mine["id"], global_id("Notification", bare.id)):
            answer = await town.ask(person, "query ($id: ID!) { node(id: $id) { id } }", id=number)
            assert answer == {"node": None}
    answer = await town.ask(town.maya, "query ($id: ID!) { node(id: $id) { id } }", id=mine["id"])
    assert answer == {"node": {"id": mine["id"]}}


async def test_one_marks_what_one_has_read_and_only_ones_own(telling: Telling) -> None:
    town = telling.town
    await telling.settled()
    mine = [node["id"] for node in (await _inbox(telling, town.maya))["nodes"]]
    others = [node["id"] for node in (await _inbox(telling, town.tom))["nodes"]]
    payload = await town.done(
        town.maya, "markNotificationsRead", "notifications { id readAt }", notificationIds=[*others, *mine]
    )
    assert [each["id"] for each in payload["notifications"]] == mine
    assert payload["notifications"][0]["readAt"] is not None
    assert await Notification.filter(read_at__isnull=False).count() == 1
    assert (await _inbox(telling, town.maya, unread=True))["nodes"] == []
    again = await town.done(town.maya, "markNotificationsRead", "notifications { readAt }", notificationIds=mine)
    assert again["notifications"][0]["readAt"] == payload["notifications"][0]["readAt"]
    async with nothing_changes():
        assert await town.refused(town.maya, "markNotificationsRead", notificationIds=[*mine, "nonsense"]) == (
            "INVALID",
            ["notificationIds", "1"],
        )
        assert await town.refused(None, "markNotificationsRead", notificationIds=mine) == ("SIGN_IN_REQUIRED", None)


async def test_a_preference_is_chosen_shown_and_taken_back(telling: Telling) -> None:
    town = telling.town
    shown = "preference { cadence isDefault kind { key } }"
    chosen = await town.done(
        town.maya, "updateNotificationPreference", shown, kind="request_commented", cadence="WEEKLY"
    )
    assert chosen["preference"] == {"cadence": "WEEKLY", "isDefault": False, "kind": {"key": "request_commented"}}
    document = "{ viewer { preferences { kind { key forStaff } cadence isDefault } } }"
    listed = (await town.ask(town.maya, document))["viewer"]["preferences"]
    assert [each["kind"]["key"] for each in listed if not each["isDefault"]] == ["request_commented"]
    assert {each["kind"]["forStaff"] for each in listed} == {False}
    staff = (await town.ask(town.tom, document))["viewer"]["preferences"]
    assert {each["kind"]["forStaff"] for each in staff} == {False, True}
    back = await town.done(town.maya, "updateNotificationPreference", shown, kind="request_commented", cadence=None)
    assert back["preference"] == {"cadence": "IMMEDIATE", "isDefault": True, "kind": {"key": "request_commented"}}


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"kind": "no_such_kind", "cadence": "DAILY"}, ["kind"]),
        ({"kind": "password_reset", "cadence": "OFF"}, ["kind"]),
        ({"kind": "request_closed"}, ["cadence"]),
    ],
)
async def test_a_preference_that_cannot_be_is_refused(telling: Telling, given: dict[str, Any], path: list[str]) -> None:
    town = telling.town
    async with nothing_changes():
        assert await town.refused(town.maya, "updateNotificationPreference", **given) == ("INVALID", path)
        choice = {"kind": "request_closed", "cadence": "OFF"}
        assert await town.refused(None, "updateNotificationPreference", **choice) == ("SIGN_IN_REQUIRED", None)


async def test_a_changed_cadence_moves_what_waits(telling: Telling) -> None:
    town = telling.town
    with time_machine.travel(TUESDAY, tick=False):
        await _waiting(telling)
        mails = await telling.after(
            town.maya, "updateNotificationPreference", kind="request_closed", cadence="IMMEDIATE"
        )
    assert told(mails) == {("maya@example.org", "digest", "reporter")}


async def test_the_schedule_has_defaults_and_keeps_what_is_left_out(telling: Telling) -> None:
    town = telling.town
    defaults = {
        "hour": 8,
        "weekday": 0,
        "quietFrom": None,
        "quietUntil": None,
        "vacationFrom": None,
        "vacationUntil": None,
        "ownActions": False,
        "textOnly": False,
        "digestMap": True,
    }
    document = f"{{ viewer {{ {SCHEDULE} }} }}"
    assert await town.ask(town.maya, document) == {"viewer": {"digestSchedule": defaults}}
    first = await town.done(town.maya, "updateDigestSchedule", SCHEDULE, hour=18, quietFrom=1320, quietUntil=420)
    assert first["digestSchedule"] == defaults | {"hour": 18, "quietFrom": 1320, "quietUntil": 420}
    second = await town.done(town.maya, "updateDigestSchedule", SCHEDULE, weekday=5, hour=None, ownActions=True)
    expected = defaults | {"weekday": 5, "quietFrom": 1320, "quietUntil": 420, "ownActions": True}
    assert second["digestSchedule"] == expected
    assert await town.ask(town.maya, document) == {"viewer": {"digestSchedule": expected}}
    assert await ReaderSettings.all().count() == 1


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"hour": 24}, ["hour"]),
        ({"hour": -1}, ["hour"]),
        ({"weekday": 7}, ["weekday"]),
        ({"quietFrom": 1440, "quietUntil": 0}, ["quietFrom"]),
        ({"quietFrom": 60}, ["quietUntil"]),
        ({"quietUntil": 60}, ["quietFrom"]),
        ({"vacationFrom": "2026-12-01T00:00:00+00:00"}, ["vacationUntil"]),
        ({"vacationUntil": "2026-11-24T15:00:00+00:00"}, ["vacationUntil"]),
        ({"vacationUntil": "2026-12-01T00:00:00"}, ["vacationUntil"]),
        (
            {"vacationFrom": "2026-12-08T00:00:00+00:00", "vacationUntil": "2026-12-01T00:00:00+00:00"},
            ["vacationUntil"],
        ),
    ],
)
async def test_a_schedule_that_cannot_be_is_refused_by_field(
    telling: Telling, given: dict[str, Any], path: list[str]
) -> None:
    with time_machine.travel(TUESDAY, tick=False):
        await telling.town.ask(telling.town.maya, "{ viewer { id } }")  # her session is used at this hour
        async with nothing_changes():
            assert await telling.town.refused(telling.town.maya, "updateDigestSchedule", **given) == ("INVALID", path)


async def test_another_digest_hour_moves_what_waits(telling: Telling) -> None:
    town = telling.town
    with time_machine.travel(TUESDAY, tick=False) as clock:
        await _waiting(telling)
        await town.done(town.maya, "updateDigestSchedule", hour=20)
        document = "{ viewer { nextDigestAt } }"
        answer = await town.ask(town.maya, document)
        assert answer == {"viewer": {"nextDigestAt": "2026-11-25T01:00:00+00:00"}}
        clock.move_to(datetime(2026, 11, 25, 1, 0, tzinfo=UTC))
        assert told(await telling.run()) == {("maya@example.org", "digest", "reporter")}


async def test_a_digest_is_previewed_sent_on_request_once_and_listed(telling: Telling) -> None:
    town = telling.town
    preview = "{ previewDigest { subject html text } }"
    shown = "digest { id cadence state }"
    with time_machine.travel(TUESDAY, tick=False) as clock:
        assert await town.ask(town.maya, preview) == {"previewDigest": None}
        assert (await town.done(town.maya, "sendDigestNow", shown))["digest"] is None
        await _waiting(telling)
        async with nothing_changes():
            answer = (await town.ask(town.maya, preview))["previewDigest"]
        assert answer["subject"] == "Tom Baker closed this request: Lamp 7 is dark (#1)"
        assert "New bulb." in answer["html"]
        clock.shift(timedelta(minutes=1))
        sent = (await town.done(town.maya, "sendDigestNow", shown))["digest"]
        assert (sent["cadence"], sent["state"]) == ("asked", "PENDING")
        assert (await town.done(town.maya, "sendDigestNow", shown))["digest"] is None
        (mail,) = await telling.run()
        assert mail.subject == answer["subject"]
        document = "{ viewer { digests { totalCount nodes { id state told dropped sentAt url } } } }"
        (listed,) = (await town.ask(town.maya, document))["viewer"]["digests"]["nodes"]
    assert (listed["id"], listed["state"], listed["told"], listed["dropped"]) == (sent["id"], "SENT", 1, 0)
    assert listed["sentAt"] == "2026-11-24T15:01:00+00:00"
    assert urlsplit(listed["url"]).path.startswith("/d/")
    assert (await town.ask(town.ines, "query ($id: ID!) { node(id: $id) { id } }", id=sent["id"])) == {"node": None}


async def test_a_repeated_send_now_gets_the_first_answer(telling: Telling) -> None:
    town, key = telling.town, "send-now-0123456789"
    with time_machine.travel(TUESDAY, tick=False):
        await _waiting(telling)
        first, second = [
            await town.done(town.maya, "sendDigestNow", "digest { id }", clientMutationId=key) for _ in range(2)
        ]
    assert first == second
    assert first["digest"] is not None


async def test_a_guest_has_no_digest(telling: Telling) -> None:
    town = telling.town
    assert await town.refused(None, "sendDigestNow") == ("SIGN_IN_REQUIRED", None)
    assert await town.refused(None, "updateDigestSchedule", hour=9) == ("SIGN_IN_REQUIRED", None)
    answer = await town.graphql(None, "{ previewDigest { subject } }")
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["SIGN_IN_REQUIRED"]


async def test_the_link_of_a_mail_works_without_signing_in(telling: Telling) -> None:
    town = telling.town
    await town.report(town.ines, categoryId=town.id_of(town.lights))
    (mail,) = await telling.run()
    token = urlsplit(str(mail.message["List-Unsubscribe"]).strip("<>")).path.removeprefix("/u/")
    payload = await town.done(None, "unsubscribe", "kinds { key }", token=token)
    assert payload["kinds"] == [{"key": "request_submitted"}]
    (kept,) = await Preference.all()
    assert (kept.recipient, kept.kind, kept.cadence) == (f"person:{town.ines.id}", "request_submitted", Cadence.OFF)
    async with nothing_changes():
        assert await town.refused(None, "unsubscribe", token=token[:-2]) == ("BAD_LINK", ["token"])
        assert await town.refused(None, "unsubscribe", token="") == ("BAD_LINK", ["token"])
