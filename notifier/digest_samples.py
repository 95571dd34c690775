"""Digests of Marlow, made up like `samples`: what Ines's two areas saw, in each shape that a digest can have."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import shapely

from notifier.digest_render import Digest, Story
from notifier.facts import Line, OrganizationFacts, Reader, RequestFacts
from notifier.odd_samples import ARABIC, EMOJI, LONG_WORD
from notifier.samples import LAMP, MARLOW, NOW, SITE, TEXTS, reader, sample

_HAPPENINGS = (
    ("commented", "Ines Duarte", TEXTS["request_commented"]),
    ("closed", "Rosa Delgado", TEXTS["request_closed"]),
    ("acknowledged", "Rosa Delgado", TEXTS["request_acknowledged"]),
    ("reopened", "Maya Lindqvist", TEXTS["request_reopened"]),
)
_AREAS = (("Elm Park",), ("Old Harbour",), ("Elm Park", "Old Harbour"))
_OUTLINES = {
    "Elm Park": ((-71.0665, 42.3572), (-71.0602, 42.3566), (-71.0571, 42.3601), (-71.0597, 42.3634), (-71.066, 42.362)),
    "Old Harbour": ((-71.0588, 42.3561), (-71.0519, 42.3569), (-71.0524, 42.3617), (-71.0579, 42.3608)),
}
_NEXT = NOW.replace(hour=12, minute=0) + timedelta(days=1)


def digest(language: str, count: int = 8) -> tuple[Digest, Reader]:
    """What Ines's two areas saw in a day: `count` events, about every third of them a new request."""
    told: list[Story] = []
    place = 0
    while place < count:
        number = len(told)
        is_new = number % 2 == 0
        events = min(1 if is_new else 1 + number % 3, count - place)
        told.append(Story(_lines(language, number, place, events, is_new), _AREAS[number % 3], is_new=is_new))
        place += events
    return _whole(told)


def digest_samples(language: str) -> dict[str, Callable[[], tuple[Digest, Reader]]]:
    """Every shape, by name."""
    return {
        "a day in two areas": lambda: digest(language),
        "one event": lambda: digest(language, 1),
        "one request, and much on it": lambda: _one_request(language),
        "more than a mail holds": lambda: _much_more(language),
        "an area that was deleted": lambda: _last_of(language),
        "two towns": lambda: _two_towns(language),
        "odd names and long words": lambda: _odd(language),
    }


def _lines(language: str, number: int, place: int, events: int, is_new: bool) -> tuple[Line, ...]:
    """The events of the story of that number, newest first."""
    lamp = replace(
        LAMP,
        number=1042 + number,
        summary=f"Street light {number + 1} is out",
        address=f"{number * 2 + 2} Elm Street",
        lat=42.3588 + (number * 7 % 10) * 0.0004,
        lng=-71.0622 + (number * 3 % 10) * 0.0007,
        status="open" if is_new else "acknowledged",
        url=f"{SITE}/r/marlow/{1042 + number}",
    )
    lines = []
    for each in range(place, place + events):
        at = NOW - timedelta(minutes=7 * each)
        facts = replace(sample("watch_area_request", language)[0], request=lamp, occurred_at=at, actor="Maya Lindqvist")
        if not is_new:
            move, actor, text = _HAPPENINGS[each % len(_HAPPENINGS)]
            facts = replace(facts, kind="watch_area_activity", actor=actor, text=text, extra={"move": move})
        lines.append(Line(facts))
    return tuple(lines)


def _whole(told: list[Story], organization: OrganizationFacts = MARLOW) -> tuple[Digest, Reader]:
    new = sum(story.is_new for story in told)
    updates = sum(len(story.lines) for story in told) - new
    who = reader("Ines Duarte", ("watch_area",))
    links = {"preferences": who.links["preferences"], "stop_digest": who.links["unsubscribe"], "all": f"{SITE}/d/k2Vm"}
    areas = dict.fromkeys(area for story in told for area in story.areas)
    outlines = tuple(shapely.Polygon(_OUTLINES[area]).wkb for area in areas)
    contents = Digest(tuple(told), organization, new, updates, next_at=_NEXT, zone=MARLOW.time_zone, outlines=outlines)
    return contents, replace(who, links=links)


def _one_request(language: str) -> tuple[Digest, Reader]:
    contents, who = _whole([Story(_lines(language, 1, 0, 6, is_new=False), ("Elm Park",))])
    return replace(contents, entries=4), who


def _much_more(language: str) -> tuple[Digest, Reader]:
    contents, who = digest(language, 40)
    return replace(contents, stories=contents.stories[:12], more=len(contents.stories) - 12), who


def _last_of(language: str) -> tuple[Digest, Reader]:
    contents, who = digest(language)
    deleted = [replace(story, last_of=("Old Harbour",)) for story in contents.stories if "Old Harbour" in story.areas]
    return _whole([*deleted, *(story for story in contents.stories if "Old Harbour" not in story.areas)])[0], who


def _two_towns(language: str) -> tuple[Digest, Reader]:
    """From several organizations, a digest comes from the product."""
    contents, who = digest(language, 4)
    return replace(contents, organization=OrganizationFacts(name="Curbcast", time_zone="UTC")), who


def _odd(language: str) -> tuple[Digest, Reader]:
    contents, who = digest(language, 4)
    oddities: tuple[tuple[str, str, str | None], ...] = (
        (ARABIC, "مصباح الشارع لا يعمل 🔦", "مصباح"),
        (EMOJI, f"Lid of the {LONG_WORD}", "All of this matters. 🚧 " * 180),
    )
    told = []
    for place, story in enumerate(contents.stories):
        name, summary, text = oddities[place % len(oddities)]
        told.append(replace(story, lines=tuple(_renamed(line, name, summary, text) for line in story.lines)))
    return _whole(told)[0], replace(who, name=ARABIC)


def _renamed(line: Line, name: str, summary: str, text: str | None) -> Line:
    request: RequestFacts | None = line.facts.request
    if request is not None:
        request = replace(request, summary=summary, address=None, photo_url=None, reporter_name=name)
    return Line(replace(line.facts, actor=name, text=text, request=request))
