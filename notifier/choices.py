"""All that one reader can choose, as the fields of one form: what they are now, and carrying out what was changed.

    kind.<key>        a cadence, or "" for the default            everything, digest     "on" where they are stopped
    area.<id>         the same; area.<id>.comments: "on"          mute.<request id>      "on"
    digest_hour …     see notifier.schedule                       language

Only what differs from what the reader saw is touched, so a choice that was made elsewhere meanwhile stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from casework.access import NOBODY, Viewer, requests_seen_by
from casework.actions import watching
from casework.actions.areas import areas_heard_of
from casework.actions.profile import update_profile
from casework.areas import WatchArea
from casework.database import transaction
from casework.errors import Invalid
from casework.people import Person
from casework.requests import ServiceRequest
from casework.watching import Follow, Mute
from notifier.held import choose, choose_area
from notifier.kinds import Kind
from notifier.preferences import DIGEST, EVERYTHING, AreaChoice, Cadence, ReaderSettings, choices_of
from notifier.recipients import Recipient
from notifier.schedule import DEFAULTS, change_schedule
from notifier.unsubscribe import viewer_of
from notifier.ways_down import kinds_for

ON = "on"
_REQUESTS_SHOWN = 100
_SWITCHES = (EVERYTHING, DIGEST)
_CHECKED = ("own_actions", "text_only", "digest_map")
_NUMBERS = ("digest_hour", "digest_weekday")
_MINUTES = ("quiet_from", "quiet_until")
_DAYS = ("vacation_from", "vacation_until")


@dataclass(frozen=True)
class Choices:
    """What a reader can choose. `values` are the fields of the form; `public` are the requests that anybody may see."""

    recipient: Recipient
    person: Person | None
    kinds: tuple[Kind, ...]
    areas: tuple[WatchArea, ...]
    requests: tuple[ServiceRequest, ...]
    public: frozenset[int]
    values: Mapping[str, str]


async def choices_for(recipient: Recipient) -> Choices:
    """Everything as it is now. A bare address has its kinds, and nothing else."""
    kinds = await kinds_for(recipient)
    stored = await choices_of([recipient.key], [*(kind.key for kind in kinds), *_SWITCHES])
    chosen = {name: choice.cadence for (_, name), choice in stored.items()}
    values = {f"kind.{kind.key}": _cadence(chosen.get(kind.key)) for kind in kinds}
    values |= {name: ON if chosen.get(name) is Cadence.OFF else "" for name in _SWITCHES}
    if recipient.person_id is None:
        return Choices(recipient, None, tuple(kinds), (), (), frozenset(), values)
    viewer = await viewer_of(recipient)
    areas = await areas_heard_of(viewer).order_by("id").only("id", "name", "with_comments")
    requests = await _requests(viewer)
    public = await requests_seen_by(NOBODY).filter(id__in=[each.id for each in requests]).values_list("id", flat=True)
    person = await Person.get(id=recipient.person_id)
    values |= await _of_areas(person.id, areas) | await _of_requests(person.id, requests) | await _of_person(person)
    return Choices(
        recipient,
        person,
        tuple(kinds),
        tuple(areas),
        tuple(requests),
        frozenset(int(str(each)) for each in public),
        values,
    )


async def change(choices: Choices, given: Mapping[str, str]) -> int:
    """Carry out what differs, all of it or nothing; returns how many fields did. Invalid names the field."""
    changed = {name: given.get(name, "") for name, value in choices.values.items() if given.get(name, "") != value}
    if not changed:
        return 0
    key, person = choices.recipient.key, choices.person
    async with transaction():
        for name, value in changed.items():
            if name.startswith("kind."):
                await choose(key, name.removeprefix("kind."), _read_cadence(name, value))
            elif name in _SWITCHES:
                await choose(key, name, Cadence.OFF if value == ON else None)
        if person is not None:
            await _change_areas(person, choices, changed)
            viewer = await viewer_of(choices.recipient)
            for name, value in changed.items():
                if name.startswith("mute."):
                    verb = watching.mute if value == ON else watching.unmute
                    await verb(viewer, int(name.removeprefix("mute.")))
            schedule = {name: _read(name, value, person) for name, value in changed.items() if name in DEFAULTS}
            if schedule:
                await change_schedule(person, schedule, {name: name for name in DEFAULTS})
            if "language" in changed:
                await update_profile(viewer, language=changed["language"])
    return len(changed)


async def _requests(viewer: Viewer) -> list[ServiceRequest]:
    """What they follow, muted or reported, the latest first, as far as they may see it."""
    followed = Follow.filter(person_id=viewer.person_id, until_event__isnull=True).order_by("-id")
    muted = Mute.filter(person_id=viewer.person_id, until_event__isnull=True).order_by("-id")
    reported = requests_seen_by(viewer).filter(reporter_id=viewer.person_id).order_by("-id").limit(_REQUESTS_SHOWN)
    ids = {row.request_id for row in await followed.limit(_REQUESTS_SHOWN)}
    ids |= {row.request_id for row in await muted.limit(_REQUESTS_SHOWN)}
    ids |= {row.id for row in await reported.only("id")}
    return await requests_seen_by(viewer).filter(id__in=sorted(ids)).order_by("-id").limit(_REQUESTS_SHOWN)


async def _of_areas(person_id: int, areas: list[WatchArea]) -> dict[str, str]:
    rows = AreaChoice.filter(person_id=person_id, area_id__in=[area.id for area in areas])
    chosen = {row.area_id: row for row in await rows}
    values = {}
    for area in areas:
        row = chosen.get(area.id)
        wants = area.with_comments if row is None or row.comments is None else row.comments
        values[f"area.{area.id}"] = _cadence(row.cadence if row is not None else None)
        values[f"area.{area.id}.comments"] = ON if wants else ""
    return values


async def _of_requests(person_id: int, requests: list[ServiceRequest]) -> dict[str, str]:
    rows = Mute.filter(person_id=person_id, request_id__in=[each.id for each in requests], until_event__isnull=True)
    muted = {row.request_id for row in await rows}
    return {f"mute.{each.id}": ON if each.id in muted else "" for each in requests}


async def _of_person(person: Person) -> dict[str, str]:
    row = await ReaderSettings.get_or_none(person_id=person.id) or ReaderSettings()
    values = {name: ON if getattr(row, name) else "" for name in _CHECKED}
    values |= {name: str(getattr(row, name)) for name in _NUMBERS}
    values |= {name: _clock(getattr(row, name)) for name in _MINUTES}
    values |= {name: _day(getattr(row, name), person.time_zone) for name in _DAYS}
    return values | {"language": person.language}


async def _change_areas(person: Person, choices: Choices, changed: Mapping[str, str]) -> None:
    for area in choices.areas:
        soon, comments = f"area.{area.id}", f"area.{area.id}.comments"
        if soon in changed or comments in changed:
            wants = changed.get(comments, choices.values[comments]) == ON
            cadence = _read_cadence(soon, changed.get(soon, choices.values[soon]))
            await choose_area(person.id, area.id, cadence, None if wants == area.with_comments else wants)


def _cadence(chosen: Cadence | None) -> str:
    return chosen.value if chosen is not None else ""


def _read_cadence(name: str, value: str) -> Cadence | None:
    if value and value not in list(Cadence):
        raise Invalid("Choose one of the list.", field=name)
    return Cadence(value) if value else None


def _clock(minutes: int | None) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}" if minutes is not None else ""


def _day(moment: datetime | None, zone: str) -> str:
    return moment.astimezone(ZoneInfo(zone)).date().isoformat() if moment is not None else ""


def _read(name: str, value: str, person: Person) -> object:
    """A field of the schedule as it is stored; empty is the default."""
    if name in _CHECKED:
        return value == ON
    try:
        if not value:
            return None
        if name in _NUMBERS:
            return int(value)
        if name in _MINUTES:
            at = time.fromisoformat(value)
            return at.hour * 60 + at.minute
        return datetime.combine(datetime.fromisoformat(value).date(), time(), tzinfo=ZoneInfo(person.time_zone))
    except ValueError as error:
        raise Invalid("%(value)s is no time or day that can be read.", field=name, value=value) from error
