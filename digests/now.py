"""A reader's digest, seen from the reader: when it comes, what it would say, and at once, please. A door of the API."""

from __future__ import annotations

from datetime import datetime

from casework import clock
from casework.areas import AreaFollow, WatchArea
from casework.config import Settings
from casework.people import STAFF_ROLES, Member, Person
from digests.asking import ask_again, line_rows, outlines_of
from digests.compose import DIGESTS
from digests.gather import gather_all
from digests.issues import ASKED, Issue
from digests.writing import Desk, Written
from notifier.facts import Rendered
from notifier.kinds import CATALOGUE, KINDS, Group
from notifier.notifications import Notification, State
from notifier.preferences import AreaChoice, Cadence, ReaderSettings, choices_of
from notifier.readers import hours_of
from notifier.recipients import Recipient


async def next_digest_at(person: Person) -> datetime | None:
    """When what waits for the person goes. Where nothing waits yet: when their next digest comes, if they get any."""
    hours = hours_of(person, await ReaderSettings.get_or_none(person_id=person.id))
    key = Recipient(person.id, None).key
    first = await Notification.filter(recipient=key, held_until__isnull=False).order_by("held_until").first()
    if first is not None and first.held_until is not None:
        return hours.free_from(first.held_until)
    cadences, now = await _cadences_of(person), clock.now()
    return min((hours.free_from(hours.next_issue(each, now)) for each in cadences & set(DIGESTS)), default=None)


async def _cadences_of(person: Person) -> set[Cadence]:
    """Every cadence at which the person may hear of something: of each kind, and of each area that they watch."""
    key = Recipient(person.id, None).key
    choices = await choices_of([key], KINDS)
    is_staff = await Member.exists(person_id=person.id, until_event__isnull=True, role__in=list(STAFF_ROLES))
    own = await WatchArea.filter(owner_id=person.id, deleted_event__isnull=True).only("id")
    followed = await AreaFollow.filter(person_id=person.id, until_event__isnull=True).only("id", "area_id")
    areas = {row.id for row in own} | {row.area_id for row in followed}
    of_area = {row.area_id: row.cadence for row in await AreaChoice.filter(person_id=person.id)} if areas else {}
    found: set[Cadence] = set()
    for kind in CATALOGUE:
        choice = choices.get((key, kind.key))
        cadence = (choice.cadence if choice is not None else None) or kind.default
        if kind.is_account or (kind.for_staff and not is_staff) or cadence is Cadence.OFF:
            continue
        found |= {of_area.get(area) or cadence for area in areas} if kind.group is Group.AREAS else {cadence}
    return found


async def preview_digest(person: Person, settings: Settings) -> Rendered | None:
    """What would go to the person now. Nothing is sent and nothing changes. None where there is nothing to say."""
    written = await written_now(person, settings)
    return written.rendered if written is not None else None


async def written_now(person: Person, settings: Settings) -> Written | None:
    """The same as a whole message."""
    waiting = await Notification.filter(
        recipient=Recipient(person.id, None).key, state=State.HELD, held_until__isnull=False
    ).order_by("id")
    asked, letters = await ask_again(line_rows(waiting), settings)
    lines = [line for line in asked if line.decision.skip is None]
    if not lines:
        return None
    desk = Desk(letters, await outlines_of(lines))
    return desk.write(Issue(id=0, cadence=ASKED, created_at=clock.now()), lines)


async def send_now(person: Person) -> int | None:
    """Close the window: all that waits for the person becomes an issue that goes at once, also in quiet hours.

    Returns the issue's id; None where nothing waits, so that a second call sends nothing.
    """
    return await gather_all(Recipient(person.id, None).key, clock.now())
