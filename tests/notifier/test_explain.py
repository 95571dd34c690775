"""Why did I (not) get this? For every rule of the notification table somebody asks, and the answer names that rule."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from api.ids import global_id
from casework import clock
from casework.actions.filing import submit_request
from casework.people import Person
from notifier import audiences
from notifier.absences import ABSENT
from notifier.causes import Cause
from notifier.kinds import CATALOGUE
from notifier.reasons import Skip
from notifier.suppression import Suppression
from notifier.words import words_in
from tests.telling import Telling, leave
from tests.town import nothing_changes
from tests.week import BOSS, MONDAY, Week, moment, scan

ASKED = """query ($requestId: ID, $eventId: ID, $personId: ID, $address: String) {
  explainNotification(requestId: $requestId, eventId: $eventId, personId: $personId, address: $address) {
    eventId eventType state kind cause rule sentence cadence because waitsUntil event { type }
    reasons { reason kind cause rule details } missing { reason kind cause rule details }
    mergedInto { sort cadence told dropped } includes { what rule }
    delivery { messageId state sentAt attempts { outcome code detail } } } }"""

PLACE = {"latitude": 42.36, "longitude": -71.06}
CIRCLE = {**PLACE, "radiusM": 300.0}
NOON = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)


async def why(telling: Telling, person: Person, request: str, event: str, **about: str) -> dict[str, Any]:
    """What a person is answered about the latest event of a type; asking changes nothing."""
    async with nothing_changes():
        answer = await telling.town.ask(person, ASKED, requestId=request, **about)
    return dict(next(each for each in reversed(answer["explainNotification"]) if each["eventType"] == event))


async def _close(telling: Telling, request: str, who: Person | None = None) -> None:
    await telling.after(who or telling.town.rosa, "closeRequest", requestId=request, comment="Done.")


async def _own_action(telling: Telling) -> dict[str, Any]:
    request = await telling.settled()
    await _close(telling, request, telling.town.maya)
    return await why(telling, telling.town.maya, request, "RequestClosed")


async def _two_reasons(telling: Telling) -> dict[str, Any]:
    """The area's own mail never came: Ines was told for a stronger reason."""
    town = telling.town
    await town.done(town.ines, "createWatchArea", name="Elm Park", **CIRCLE)
    request = await telling.settled(**PLACE)
    await telling.followed(request, town.ines)
    await _close(telling, request)
    found = await why(telling, town.ines, request, "RequestClosed")
    assert (found["state"], found["kind"], found["cause"]) == ("SENT", "request_closed", None)
    (area,) = [each for each in found["reasons"] if each["reason"] == "watch_area"]
    assert area["details"] == ["Elm Park"]
    return dict(area)


async def _no_staff(telling: Telling) -> dict[str, Any]:
    """Gone from the organization between the event and its mail."""
    town = telling.town
    request = await telling.settled()
    await town.done(town.rosa, "addComment", requestId=request, body="Wet paint.")
    await telling.relay()
    await leave(town.springfield, town.tom)
    await telling.deliver()
    found = await why(telling, town.rosa, request, "PublicCommentAdded", personId=town.id_of(town.tom))
    assert found["reasons"][0]["reason"] == "assignee"
    return found


async def _private(telling: Telling) -> dict[str, Any]:
    town = telling.town
    request = await telling.settled()
    await telling.followed(request, town.ines)
    await town.done(town.rosa, "setRequestVisibility", requestId=request, hidden=True)
    await _close(telling, request)
    found = await why(telling, town.ines, request, "RequestClosed")
    assert found["event"] is None
    return found


async def _guest(telling: Telling) -> dict[str, Any]:
    town = telling.town
    given = {"organizationId": town.id_of(town.springfield), "categoryId": town.id_of(town.lights)}
    values = {**given, "summary": "Dark lamp", "reporterAddress": "walker@example.net"}
    payload = await town.done(None, "submitRequest", "request { id }", **values)
    await telling.run()
    request = payload["request"]["id"]
    await _close(telling, request)
    return await why(telling, town.rosa, request, "RequestClosed", address="Walker@example.net")


async def _unconfirmed(telling: Telling) -> dict[str, Any]:
    town = telling.town
    request = await telling.settled(town.nell)
    await _close(telling, request)
    return await why(telling, town.nell, request, "RequestClosed")


async def _not_following(telling: Telling) -> dict[str, Any]:
    town = telling.town
    request = await telling.settled()
    await _close(telling, request)
    await telling.followed(request, town.ines)  # too late
    found = await why(telling, town.ines, request, "RequestClosed")
    assert found["state"] is None
    assert [(each["reason"], each["cause"]) for each in found["missing"]] == [
        ("reporter", "not_reporter"),
        ("follower", "not_following"),
        ("watch_area", "no_area"),
    ]
    return found


async def _muted(telling: Telling) -> dict[str, Any]:
    request = await telling.settled()
    await telling.town.done(telling.town.maya, "muteRequest", requestId=request)
    await _close(telling, request)
    return await why(telling, telling.town.maya, request, "RequestClosed")


async def _digest(telling: Telling) -> dict[str, Any]:
    town = telling.town
    await town.done(town.maya, "updateNotificationPreference", kind="request_closed", cadence="DAILY")
    request = await telling.settled()
    await _close(telling, request)
    found = await why(telling, town.maya, request, "RequestClosed")
    assert (found["state"], found["because"]) == ("HELD", "preference")
    assert found["waitsUntil"] is not None
    with time_machine.travel(clock.now() + timedelta(days=1)):
        await telling.deliver()
    found = await why(telling, town.maya, request, "RequestClosed")
    assert found["state"] == "SENT"
    assert found["mergedInto"] == {"sort": "digest", "cadence": "daily", "told": 1, "dropped": 0}
    assert found["delivery"]["messageId"] == telling.transport.mails[-1].message["Message-ID"]
    return found


async def _bulk(telling: Telling) -> dict[str, Any]:
    town = telling.town
    requests = [await telling.settled() for _ in range(2)]
    await telling.after(town.rosa, "closeRequests", requestIds=requests, comment="Repaved.")
    found = await why(telling, town.maya, requests[1], "RequestClosed")
    assert (found["state"], found["mergedInto"]["sort"]) == ("SENT", "bulk")
    assert found["delivery"]["messageId"] in {str(mail.message["Message-ID"]) for mail in telling.transport.mails}
    return found


async def _quiet(telling: Telling) -> dict[str, Any]:
    town = telling.town
    request = await telling.settled()
    await town.done(town.maya, "updateDigestSchedule", quietFrom=0, quietUntil=1439)
    with time_machine.travel(clock.now().replace(minute=30) + timedelta(hours=1), tick=False):
        await _close(telling, request)
        await town.ask(town.maya, "{ viewer { handle } }")  # her session notes, to the hour, that it was used
        found = await why(telling, town.maya, request, "RequestClosed")
    assert (found["state"], found["cause"]) == ("PENDING", "quiet_hours")
    assert found["waitsUntil"] is not None
    return found


async def _unspoken(telling: Telling) -> dict[str, Any]:
    """Nobody is mailed that a request is hidden, and that, too, has its reason."""
    request = await telling.settled()
    await telling.after(telling.town.rosa, "setRequestVisibility", requestId=request, hidden=True)
    found = await why(telling, telling.town.tom, request, "RequestVisibilityChanged")
    assert (found["state"], found["missing"]) == (None, [])
    return found


async def _typed(telling: Telling) -> dict[str, Any]:
    """Of two causes, the first in the order of rule 12: off is more than suppressed."""
    town = telling.town
    request = await telling.settled()
    await town.done(town.maya, "updateNotificationPreference", kind="request_closed", cadence="OFF")
    await Suppression.create(address="maya@example.org", cause="bounced", created_at=clock.now())
    await _close(telling, request)
    found = await why(telling, town.maya, request, "RequestClosed")
    assert found["sentence"] == words_in("en").gettext(Cause.PREFERENCE_OFF.sentence)
    return found


async def _clock_stopped(telling: Telling) -> dict[str, Any]:
    """The lamp was late, and lit before the mail to the boss went."""
    with time_machine.travel(moment(MONDAY), tick=False) as clock:
        week = Week(telling, clock)
        lamp = await week.lamp()
        week.turn_to("2026-11-30T14:01")
        await scan()
        await telling.relay()
        await telling.town.done(telling.town.mark, "closeRequest", requestId=lamp, comment="Lit.")
        await telling.deliver()
        await telling.town.ask(telling.town.rosa, "{ viewer { handle } }")  # notes, to the hour, that it was used
        assert (await why(telling, telling.town.mark, lamp, "SlaBreached"))["cause"] == "not_an_address_of_the_category"
        return await why(telling, telling.town.rosa, lamp, "SlaBreached", address=BOSS)


async def _not_warned(telling: Telling) -> dict[str, Any]:
    """A warning is for organizations that want it."""
    with time_machine.travel(moment(MONDAY), tick=False) as clock:
        week = Week(telling, clock)
        lamp = await week.lamp()
        await week.at("2026-11-30T13:30")
        await telling.town.ask(telling.town.mark, "{ viewer { handle } }")
        return await why(telling, telling.town.mark, lamp, "SlaNear")


async def _with_comment(telling: Telling) -> dict[str, Any]:
    """Why was there no mail of the comment? It is part of the closing."""
    request = await telling.settled()
    await _close(telling, request)
    found = await why(telling, telling.town.maya, request, "RequestClosed")
    return {"cause": found["includes"][0]["what"], "rule": found["includes"][0]["rule"]}


async def _assigned(telling: Telling) -> dict[str, Any]:
    """Why was there no mail that it is assigned? It is part of the submission; and residents aren't told so."""
    town = telling.town
    request = await telling.settled()
    assert (await why(telling, town.maya, request, "RequestSubmitted"))["includes"] == []
    found = await why(telling, town.tom, request, "RequestSubmitted")
    return {"cause": found["includes"][0]["what"], "rule": found["includes"][0]["rule"]}


async def _merged(telling: Telling) -> dict[str, Any]:
    """Why was there no confirmation that Maya follows the survivor? It is part of the merging."""
    town = telling.town
    duplicate, survivor = await telling.settled(), await telling.settled(town.ines)
    await telling.after(town.rosa, "mergeRequest", requestId=duplicate, survivorId=survivor)
    found = await why(telling, town.maya, duplicate, "RequestMerged")
    return {"cause": found["includes"][0]["what"], "rule": found["includes"][0]["rule"]}


async def _imported(telling: Telling) -> dict[str, Any]:
    town = telling.town
    viewer = (await town.viewer(town.maya)).during(at=NOON, imported=True)
    row = await submit_request(
        viewer, organization_id=town.springfield.id, category_id=town.potholes.id, summary="Long ago"
    )
    await telling.run()
    return await why(telling, town.maya, global_id("ServiceRequest", row.id), "RequestSubmitted")


ANSWERS: list[tuple[int, str, Callable[[Telling], Awaitable[dict[str, Any]]]]] = [
    (1, "actor", _own_action),
    (2, "same_mail", _two_reasons),
    (3, "not_staff", _no_staff),
    (4, "private", _private),
    (5, "unconfirmed", _guest),
    (6, "unconfirmed", _unconfirmed),
    (7, "not_following", _not_following),
    (8, "muted", _muted),
    (9, "digest", _digest),
    (10, "bulk", _bulk),
    (11, "quiet_hours", _quiet),
    (8, "preference_off", _typed),
    (12, "nobody_is_told", _unspoken),
    (13, "no_longer_true", _clock_stopped),
    (13, "switched_off", _not_warned),
    (14, "comment", _with_comment),
    (15, "assignment", _assigned),
    (16, "follow", _merged),
    (17, "imported", _imported),
]


@pytest.mark.parametrize(("rule", "cause", "asking"), ANSWERS, ids=[asking.__name__ for *_, asking in ANSWERS])
async def test_the_answer_names_the_rule(
    telling: Telling, rule: int, cause: str, asking: Callable[[Telling], Awaitable[dict[str, Any]]]
) -> None:
    found = await asking(telling)
    assert (found["rule"], found["cause"]) == (rule, cause)
    assert {each["rule"] for each in found.get("reasons", ()) if each["cause"] == cause} <= {rule}


def test_somebody_asks_about_every_rule() -> None:
    assert {rule for rule, *_ in ANSWERS} == set(range(1, 18))


def test_every_cause_has_a_rule_and_a_sentence_in_every_language() -> None:
    for cause in Cause:
        assert 1 <= cause.rule <= 17
        assert words_in("es").gettext(cause.sentence) != cause.sentence
    assert {skip.value for skip in Skip} <= {cause.value for cause in Cause}


def test_every_audience_of_the_catalogue_can_say_who_is_not_in_it() -> None:
    asked: set[Any] = {audience for kind in CATALOGUE for audience in kind.small}
    asked |= {audience for kind in CATALOGUE for audience in kind.crowds}
    assert asked <= set(ABSENT)
    assert audiences.followers in asked
