"""What else a reader can do about a mail beside stopping it, and what they hear of otherwise.

    from least to most:   a digest instead of at once  ·  mute this request  ·  this area off  ·  everything off

Each is an override of its own, so taking one back leaves all others as they were.
"""

from __future__ import annotations

from dataclasses import dataclass

from casework.access import Viewer, requests_seen_by
from casework.actions import watching
from casework.actions.areas import areas_heard_of
from casework.database import fetch
from casework.people import STAFF_ROLES, Member
from casework.watching import Mute
from notifier.held import choose, choose_area
from notifier.kinds import CATALOGUE, KINDS, Kind
from notifier.preferences import DIGEST, DIGESTED, EVERYTHING, AreaChoice, Cadence, choices_of
from notifier.recipients import Recipient
from notifier.unsubscribe import Wish, viewer_of


@dataclass(frozen=True)
class Way:
    """One thing to do: `key` names it in a form, `taken` says that it is so already. `name` is what it is about."""

    key: str
    taken: bool
    name: str = ""

    @property
    def sort(self) -> str:
        return self.key.partition(":")[0]


@dataclass(frozen=True)
class Heard:
    """A kind that its reader hears of, and how soon."""

    kind: Kind
    cadence: Cadence


async def ways_down(wish: Wish) -> list[Way]:
    """What this reader can do about this mail, beside what its link asks for."""
    key, ways = wish.recipient.key, []
    chosen = {kind: choice.cadence for (_, kind), choice in (await choices_of([key], [*KINDS, EVERYTHING])).items()}
    if wish.recipient.person_id is not None:
        viewer = await viewer_of(wish.recipient)
        if wish.kinds and wish.kinds != (DIGEST,):
            ways.append(Way("digest", all(chosen.get(kind) is Cadence.DAILY for kind in wish.kinds)))
        ways += await _request_way(wish, viewer)
        ways += await _area_ways(wish, viewer)
    ways.append(Way("everything", chosen.get(EVERYTHING) is Cadence.OFF))
    return ways


async def _request_way(wish: Wish, viewer: Viewer) -> list[Way]:
    if wish.about_request is None or wish.request_id is not None:
        return []
    request = await requests_seen_by(viewer).get_or_none(id=wish.about_request)
    if request is None:
        return []
    muted = await Mute.exists(person_id=viewer.person_id, request_id=request.id, until_event__isnull=True)
    return [Way("mute", muted, str(request.number))]


async def _area_ways(wish: Wish, viewer: Viewer) -> list[Way]:
    """A digest's link offers every area that its reader hears of, another one those that it was about."""
    areas = areas_heard_of(viewer) if DIGEST in wish.kinds else areas_heard_of(viewer).filter(id__in=wish.about_areas)
    rows = await areas.order_by("id").only("id", "name")
    choices = AreaChoice.filter(person_id=viewer.person_id, area_id__in=[row.id for row in rows], cadence=Cadence.OFF)
    off = {choice.area_id for choice in await choices}
    return [Way(f"area:{row.id}", row.id in off, row.name) for row in rows]


async def take(wish: Wish, key: str, *, back: bool) -> bool:
    """Do one of them or, `back`, undo it; whether it is one of this link's. A repeat is harmless."""
    way = next((each for each in await ways_down(wish) if each.key == key), None)
    if way is None:
        return False
    reader = wish.recipient.key
    if way.sort == "digest":
        for kind in wish.kinds:
            await choose(reader, kind, None if back else Cadence.DAILY)
        if not back:
            await choose(reader, DIGEST, None)
    elif way.sort == "mute" and wish.about_request is not None:
        await (watching.unmute if back else watching.mute)(await viewer_of(wish.recipient), wish.about_request)
    elif way.sort == "area":
        person_id, area_id = wish.recipient.person_id or 0, int(key.partition(":")[2])
        present = await AreaChoice.get_or_none(person_id=person_id, area_id=area_id)
        comments = present.comments if present is not None else None
        await choose_area(person_id, area_id, None if back else Cadence.OFF, comments)
    elif way.sort == "everything":
        await choose(reader, EVERYTHING, None if back else Cadence.OFF)
    return True


async def kinds_for(recipient: Recipient) -> list[Kind]:
    """What a reader may be told: a person by what they are, an address by what it has been told so far."""
    if recipient.person_id is None:
        rows = await fetch("SELECT DISTINCT kind FROM notification WHERE recipient = $1", recipient.key)
        told = {row["kind"] for row in rows}
        return [kind for kind in CATALOGUE if kind.key in told and not kind.is_account]
    staffed = await Member.exists(person_id=recipient.person_id, until_event__isnull=True, role__in=list(STAFF_ROLES))
    return [kind for kind in CATALOGUE if not kind.is_account and (staffed or not kind.for_staff)]


async def still_heard(recipient: Recipient) -> list[Heard]:
    """The kinds that are on, in the catalogue's order; single areas and requests may differ."""
    choices = await choices_of([recipient.key], [*KINDS, DIGEST, EVERYTHING])
    chosen = {kind: choice.cadence for (_, kind), choice in choices.items()}
    if chosen.get(EVERYTHING) is Cadence.OFF:
        return []
    found = [Heard(kind, chosen.get(kind.key) or kind.default) for kind in await kinds_for(recipient)]
    silent = {Cadence.OFF} | (DIGESTED if chosen.get(DIGEST) is Cadence.OFF else set())
    return [each for each in found if each.cadence not in silent]
