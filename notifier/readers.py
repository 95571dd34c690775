"""What is true of a recipient now: everything that a decision asks of them, read for many at once.

The same reading serves when an event is told and again just before its mail is sent (rule 7), so that both ask the
same questions. The number of statements does not depend on how many recipients and events there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache

from casework import clock
from casework.database import any_of, fetch
from casework.people import STAFF_ROLES, BareAddress, Person
from notifier.area_readers import AreaNow, read_areas
from notifier.cases import Case
from notifier.hours import ALWAYS, Hours
from notifier.kinds import KINDS
from notifier.preferences import DIGEST, EVERYTHING, Choice, ReaderSettings, choices_of
from notifier.recipients import Recipient
from notifier.suppression import ailing

_FOR_EVER = 2**63 - 1


@dataclass(frozen=True)
class ReaderNow:
    """One recipient in the light of one case.

    `paused_until` is until when their mailbox is left alone, after troubles. `following_since` is the event that
    began their present follow. A mute silences everything before the event that `muted_until` names: for a mute that
    lasts, that is the end of time.
    """

    recipient: Recipient
    person: Person | None
    address: str | None
    is_staff: bool = False
    guest_since: datetime | None = None
    guest_language: str = "en"
    is_suppressed: bool = False
    paused_until: datetime | None = None
    wants_own_actions: bool = False
    wants_text_only: bool = False
    wants_map: bool = False
    following_since: int | None = None
    muted_until: int | None = None
    choices: Mapping[str, Choice] = field(default_factory=dict)
    hours: Hours = ALWAYS
    areas: Mapping[int, AreaNow] = field(default_factory=dict)

    def free_from(self, moment: datetime) -> datetime:
        """When a mail may go that is ready at `moment`: not in their quiet hours or vacation, nor while paused."""
        return self.hours.free_from(max(moment, self.paused_until or moment))


async def read_readers(
    pairs: Iterable[tuple[Case, Recipient]], *, area_ids: Iterable[int] = ()
) -> dict[tuple[int, str], ReaderNow]:
    """By (event id, recipient key). `area_ids` are the watch areas that any of their reasons names."""
    asked = list(pairs)
    person_ids = sorted({r.person_id for _, r in asked if r.person_id is not None})
    areas = await read_areas(person_ids, area_ids)
    request_ids = sorted({case.request.id for case, _ in asked if case.request is not None})
    people = {person.id: person for person in await Person.filter(id__in=person_ids)} if person_ids else {}
    addresses = {r.address for _, r in asked if r.address} | {p.address for p in people.values() if p.address}

    members: set[tuple[int, int]] = set()
    follows: dict[tuple[int, int], int] = {}
    mutes: dict[tuple[int, int], int] = {}
    settings: dict[int, ReaderSettings] = {}
    if person_ids:
        members = await _memberships(person_ids)
        follows = await _follows(person_ids, request_ids)
        mutes = await _mutes(person_ids, request_ids)
        settings = {row.person_id: row for row in await ReaderSettings.filter(person_id__in=person_ids)}
    chosen: dict[str, dict[str, Choice]] = {}
    for (key, kind), choice in (await choices_of({r.key for _, r in asked}, [*KINDS, DIGEST, EVERYTHING])).items():
        chosen.setdefault(key, {})[kind] = choice
    ailments = await ailing(addresses, clock.now())
    suppressed = {address for address, row in ailments.items() if row.until is None}
    paused = {address: row.until for address, row in ailments.items()}
    bare = {row.address: row for row in await BareAddress.filter(address__in=sorted(addresses))}
    guests = {address: row.confirmed_at for address, row in bare.items()}

    hours = {person.id: hours_of(person, settings.get(person.id)) for person in people.values()}

    @cache  # what differs from one request to the next seldom does
    def one(recipient: Recipient, is_staff: bool, following_since: int | None, muted_until: int | None) -> ReaderNow:
        own = chosen.get(recipient.key, {})
        person = people.get(recipient.person_id) if recipient.person_id is not None else None
        address = person.address if person is not None else recipient.address
        if person is None:
            return ReaderNow(
                recipient,
                None,
                address,
                guest_since=guests.get(address or ""),
                guest_language=bare[address].language if address in bare else "en",
                is_suppressed=address in suppressed,
                paused_until=paused.get(address or ""),
                choices=own,
            )
        return ReaderNow(
            recipient,
            person,
            address,
            is_staff=is_staff,
            guest_since=guests.get(address or ""),
            is_suppressed=address in suppressed,
            paused_until=paused.get(address or ""),
            wants_own_actions=person.id in settings and settings[person.id].own_actions,
            wants_text_only=person.id in settings and settings[person.id].text_only,
            wants_map=_wants_map(settings.get(person.id)),
            following_since=following_since,
            muted_until=muted_until,
            choices=own,
            hours=hours[person.id],
            areas=areas.get(person.id, {}),
        )

    def in_the_light_of(case: Case, recipient: Recipient) -> ReaderNow:
        person_id = recipient.person_id or 0
        of_request = person_id, case.request.id if case.request is not None else 0
        is_staff = (person_id, case.event.organization_id or 0) in members
        return one(recipient, is_staff, follows.get(of_request), mutes.get(of_request))

    return {(case.event_id, recipient.key): in_the_light_of(case, recipient) for case, recipient in asked}


async def _memberships(person_ids: Sequence[int]) -> set[tuple[int, int]]:
    """(person, organization) of each who is staff now."""
    rows = await fetch(
        f"SELECT person_id, organization_id FROM member WHERE person_id {any_of('$1')} AND until_event IS NULL"
        f" AND role {any_of('$2', 'text')}",
        list(person_ids),
        [role.value for role in STAFF_ROLES],
    )
    return {(row["person_id"], row["organization_id"]) for row in rows}


async def _follows(person_ids: Sequence[int], request_ids: Sequence[int]) -> dict[tuple[int, int], int]:
    """By (person, request): since which event they follow it."""
    rows = await fetch(
        f"SELECT person_id, request_id, since_event FROM follow WHERE person_id {any_of('$1')}"
        f" AND request_id {any_of('$2')} AND until_event IS NULL",
        list(person_ids),
        list(request_ids),
    )
    return {(row["person_id"], row["request_id"]): row["since_event"] for row in rows}


async def _mutes(person_ids: Sequence[int], request_ids: Sequence[int]) -> dict[tuple[int, int], int]:
    """By (person, request): before which event it is muted."""
    rows = await fetch(
        "SELECT person_id, request_id, max(coalesce(until_event, $3)) AS until_event FROM mute"
        f" WHERE person_id {any_of('$1')} AND request_id {any_of('$2')} GROUP BY person_id, request_id",
        list(person_ids),
        list(request_ids),
        _FOR_EVER,
    )
    return {(row["person_id"], row["request_id"]): row["until_event"] for row in rows}


def hours_of(person: Person, settings: ReaderSettings | None) -> Hours:
    """A person's calendar; the defaults where they chose nothing."""
    if settings is None:
        return Hours(zone=person.time_zone)
    return Hours(
        zone=person.time_zone,
        digest_hour=settings.digest_hour,
        digest_weekday=settings.digest_weekday,
        quiet_from=settings.quiet_from,
        quiet_until=settings.quiet_until,
        vacation_from=settings.vacation_from,
        vacation_until=settings.vacation_until,
    )


def _wants_map(settings: ReaderSettings | None) -> bool:
    """A digest opens with one, unless its reader turned that off or gets no HTML at all."""
    return settings is None or (settings.digest_map and not settings.text_only)
