"""The town lives: every few seconds somebody reports, answers, follows, closes or reopens something."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable

import structlog

from casework.actions import handling, talking, watching
from casework.errors import CaseworkError
from casework.requests import ServiceRequest, Status
from curbcast.demo.people import RESIDENTS, STAFF, STREETS
from curbcast.demo.town import Demo, report

_RESIDENTS, _STAFF, _STREETS = tuple(RESIDENTS), tuple(STAFF), tuple(STREETS)
_NEWS = (  # category, summary
    ("Potholes", "Pothole on the way to the ferry"),
    ("Potholes", "Road surface breaking up"),
    ("Street lights", "Two lamps dark in a row"),
    ("Graffiti", "Tags on the bus shelter"),
    ("Trees and parks", "Fallen branch on the playground"),
    ("Rubbish and recycling", "Bottle bank is full"),
)
_PHOTOGRAPHED = "Street lights"
_REMARKS = (
    "It is getting worse.",
    "I saw somebody stumble here yesterday.",
    "Same in front of my house.",
    "Could this wait until after the market?",
    "Gracias por avisar.",
)
_NOTES = ("Thank you, it is on this week's list.", "We have seen it and will come back to you.")
_DONE = ("Repaired this morning.", "Done. Tell us if it comes back.", "Cleared and cleaned.")

log = structlog.get_logger(__name__)


async def live(
    demo: Demo, *, after_each: Callable[[], Awaitable[None]], seed: int = 1, seconds: tuple[float, float] = (3, 6)
) -> None:
    """Act for ever, one deed every few seconds; the same seed does the same deeds. Cancel it to stop."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    while True:
        await asyncio.sleep(chance.uniform(*seconds))
        await act(demo, chance)
        await after_each()


async def act(demo: Demo, chance: random.Random) -> None:
    """One deed. Somebody may try what is no longer possible, as people do: that is logged and nothing happens."""
    deed = chance.choices((_report, _comment, _note, _follow, _move), weights=(3, 4, 1, 2, 4))[0]
    try:
        await deed(demo, chance)
    except CaseworkError as refused:
        log.info("demo_refused", deed=deed.__name__, code=refused.code)


async def _report(demo: Demo, chance: random.Random) -> None:
    category, summary = chance.choice(_NEWS)
    who, street, number = chance.choice(_RESIDENTS), chance.choice(_STREETS), chance.randint(1, 40)
    photos = [await demo.camera(demo.viewers[who])] if demo.camera and category == _PHOTOGRAPHED else []
    await report(demo, who, category, summary, street, number, photo_ids=photos)


async def _comment(demo: Demo, chance: random.Random) -> None:
    if found := await _some_request(demo, chance):
        await talking.add_comment(demo.viewers[chance.choice(_RESIDENTS)], found.id, body=chance.choice(_REMARKS))


async def _note(demo: Demo, chance: random.Random) -> None:
    if found := await _some_request(demo, chance):
        writer, colleague = chance.sample(_STAFF, 2)
        body = f"@{colleague} can you have a look at this one?"
        await talking.add_comment(demo.viewers[writer], found.id, body=body, internal=True)


async def _follow(demo: Demo, chance: random.Random) -> None:
    if found := await _some_request(demo, chance):
        await watching.follow(demo.viewers[chance.choice(_RESIDENTS)], found.id)


async def _move(demo: Demo, chance: random.Random) -> None:
    found = await _some_request(demo, chance)
    if found is None:
        return
    official = demo.viewers[chance.choice(_STAFF)]
    if found.status is Status.OPEN:
        await handling.acknowledge(official, found.id, comment=chance.choice(_NOTES))
    elif found.status is Status.ACKNOWLEDGED:
        await handling.close(official, found.id, comment=chance.choice(_DONE))
    else:
        await handling.reopen(demo.viewers[chance.choice(_RESIDENTS)], found.id, comment="It has come back.")


async def _some_request(demo: Demo, chance: random.Random) -> ServiceRequest | None:
    """One of the newest public requests that is still live."""
    newest = (
        await ServiceRequest.filter(organization_id=demo.organization.id, category__is_private=False)
        .exclude(status=Status.ARCHIVED)
        .order_by("-id")
        .limit(25)
    )
    return chance.choice(newest) if newest else None
