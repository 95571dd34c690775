"""Rule 8: turning something off drops what is unsent for that reason, and turning it on restores nothing."""

from __future__ import annotations

from notifier.held import choose
from notifier.preferences import Cadence
from tests.telling import Telling, told


async def _closed_unsent(telling: Telling) -> str:
    """A request that Ines follows was closed, and its mail is written down but not sent."""
    town = telling.town
    request = await telling.settled(categoryId=town.id_of(town.lights))
    await telling.followed(request, town.ines)
    await town.done(town.tom, "closeRequest", requestId=request, comment="Done.")
    await telling.relay()
    return request


async def test_muting_and_unmuting_restores_nothing(telling: Telling) -> None:
    town = telling.town
    request = await _closed_unsent(telling)
    await town.done(town.ines, "muteRequest", requestId=request)
    await town.done(town.ines, "unmuteRequest", requestId=request)
    assert told(await telling.run()) == {("maya@example.org", "request_closed", "reporter")}
    assert await telling.skips("request_closed") == {f"person:{town.ines.id}": "muted"}
    later = await telling.after(town.tom, "reopenRequest", requestId=request, comment="It broke again.")
    assert ("ines@example.org", "request_reopened", "follower") in told(later)


async def test_switching_a_kind_off_and_on_restores_nothing(telling: Telling) -> None:
    town = telling.town
    request = await _closed_unsent(telling)
    await choose(f"person:{town.ines.id}", "request_closed", Cadence.OFF)
    await choose(f"person:{town.ines.id}", "request_closed", None)
    assert told(await telling.run()) == {("maya@example.org", "request_closed", "reporter")}
    assert await telling.skips("request_closed") == {f"person:{town.ines.id}": "preference_off"}
    await telling.after(town.tom, "reopenRequest", requestId=request, comment="It broke again.")
    later = await telling.after(town.tom, "closeRequest", requestId=request, comment="Done again.")
    assert ("ines@example.org", "request_closed", "follower") in told(later)


async def test_a_mute_never_silences_staff_reasons(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled()
    await telling.followed(request, town.mark)
    for person in (town.tom, town.mark):
        await telling.after(person, "muteRequest", requestId=request)
    mails = await telling.after(town.rosa, "closeRequest", requestId=request, comment="Done.")
    assert told(mails) == {
        ("tom@example.org", "staff_request_closed", "assignee"),
        ("mark@example.org", "staff_request_closed", "staff_subscriber"),
        ("maya@example.org", "request_closed", "reporter"),
    }
