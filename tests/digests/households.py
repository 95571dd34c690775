"""Pairs of residents who do everything together and differ only in when they want to hear.

    Household ── quick    hears of everything at once, at any hour
              └─ slow     hears by whatever cadence, in whatever zone, with quiet hours and vacations

What silences one (a mute, an area that goes, a kind that is off) silences both. So whatever the slow one's wishes do to
the hour, in the end both have been told of the same events, but for what was dropped on the way, each with its reason.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from casework.actions.accounts import create_person, start_session
from casework.history import HistoryRow
from casework.people import Person
from casework.requests import Comment, ServiceRequest
from digests.issues import IssueAttempt, IssueLine
from notifier.kinds import CATALOGUE, Group
from notifier.notifications import Attempt, Notification, State
from tests.telling import Mail, Telling
from tests.town import Town

KINDS = [
    *("request_acknowledged", "request_commented", "request_closed", "request_reopened"),
    *("watch_area_request", "watch_area_activity"),
]
AREA_KINDS = {kind.key for kind in CATALOGUE if kind.group is Group.AREAS}
SPOKEN = {"RequestSubmitted", "RequestAcknowledged", "PublicCommentAdded", "RequestClosed", "RequestReopened"}
NEWS = SPOKEN | {"RequestMerged"}
RECEIPT = "request_submitted"


@dataclass
class Household:
    """`areas` are pairs of global ids, one of each; `silenced` is the last event before something last fell silent."""

    quick: Person
    slow: Person
    areas: list[tuple[str, str]] = field(default_factory=list)
    cadences: dict[str, str | None] = field(default_factory=dict)
    off: set[str] = field(default_factory=set)
    silenced: int = 0

    async def falls_silent(self) -> None:
        """What is unsent by now may be dropped from here on."""
        newest = await HistoryRow.all().order_by("-id").first()
        self.silenced = newest.id if newest is not None else 0

    async def both(self, town: Town, mutation: str, **values: Any) -> None:
        for person in (self.quick, self.slow):
            await town.mutate(person, mutation, **values)

    async def prefer(self, town: Town, kind: str, cadence: str | None) -> None:
        """The slow one's choice; None is the default."""
        self.cadences[kind] = cadence
        if kind not in self.off:
            await town.done(self.slow, "updateNotificationPreference", kind=kind, cadence=cadence)

    async def turn(self, town: Town, kind: str, *, on: bool) -> None:
        """Both stop hearing of a kind, or hear of it again."""
        if on:
            self.off.discard(kind)
            await town.done(self.quick, "updateNotificationPreference", kind=kind, cadence="IMMEDIATE")
            await town.done(self.slow, "updateNotificationPreference", kind=kind, cadence=self.cadences.get(kind))
        else:
            self.off.add(kind)
            await self.falls_silent()
            await self.both(town, "updateNotificationPreference", kind=kind, cadence="OFF")

    async def draw(self, town: Town, **shape: Any) -> None:
        ids = [
            (await town.done(person, "createWatchArea", "watchArea { id }", name="Home", **shape))["watchArea"]["id"]
            for person in (self.quick, self.slow)
        ]
        self.areas.append((ids[0], ids[1]))

    async def delete_area(self, town: Town) -> None:
        await self.falls_silent()
        for person, area in zip((self.quick, self.slow), self.areas.pop(), strict=True):
            await town.done(person, "deleteWatchArea", watchAreaId=area)

    async def want_comments(self, town: Town, wanted: bool) -> None:
        """In their latest area."""
        if not wanted:
            await self.falls_silent()
        for person, area in zip((self.quick, self.slow), self.areas[-1], strict=True):
            await town.done(person, "updateWatchArea", watchAreaId=area, withComments=wanted)


async def move_in(town: Town, name: str) -> Household:
    people = []
    for pace in ("quick", "slow"):
        handle = f"{name}-{pace}"
        person = await create_person(handle=handle, name=handle, address=f"{handle}@example.org", confirmed=True)
        town.tokens[person.id] = await start_session(person)
        people.append(person)
    household = Household(people[0], people[1])
    for kind in AREA_KINDS & set(KINDS):
        await town.done(household.quick, "updateNotificationPreference", kind=kind, cadence="IMMEDIATE")
    for kind in KINDS[:3]:
        await household.prefer(town, kind, "DAILY")
    return household


async def check(telling: Telling, households: list[Household]) -> None:
    """Rule 9, and the promise: nothing is lost, nothing is told twice."""
    states = Counter(row.state for row in await Notification.all())
    assert set(states) <= {State.SENT, State.SKIPPED}, f"left over: {states}"
    news = {row.id: row for row in await HistoryRow.filter(type__in=list(NEWS))}
    said = {event_id: await _said(row) for event_id, row in news.items() if row.type in SPOKEN}
    rows = await Notification.filter(state=State.SENT).exclude(kind=RECEIPT)
    to_actors = {(row.person_id, row.event_id) for row in rows} & {(row.actor_id, row.id) for row in news.values()}
    assert not to_actors, f"told what they did themselves: {to_actors}"
    unknown = await Attempt.filter(outcome=State.UNKNOWN).count()
    unknown += await IssueAttempt.filter(outcome=State.UNKNOWN).count()
    for household in households:
        told, everything = [], []
        for person in (household.quick, household.slow):
            rows = [row for row in await Notification.filter(person_id=person.id) if row.event_id in news]
            sent = {row.event_id for row in rows if row.state is State.SENT}
            assert all(row.skip for row in rows if row.state is State.SKIPPED)
            told.append(sent)
            everything.append({row.event_id for row in rows})
            mails = [mail for mail in telling.transport.mails if mail.recipient == person.address]
            reports = {said[event_id] for event_id, row in news.items() if row.type == "RequestSubmitted"}
            words = Counter(said[each] for each in sent if each in said)
            _check_mailbox(mails, words, set(said.values()), reports, unknown > 0)
        assert everything[0] == everything[1], f"decided on by one alone: {everything[0] ^ everything[1]}"
        own = {each for each, row in news.items() if row.actor_id in (household.quick.id, household.slow.id)}
        differ = {each for each in (told[0] ^ told[1]) - own if each > household.silenced}
        assert not differ, f"told to one alone: {differ} of {told}"

    lines = Counter([line.notification_id for line in await IssueLine.all()])
    assert set(lines.values()) <= {1}
    ids = Counter(str(mail.message["Message-ID"]) for mail in telling.transport.mails)
    assert sum(times - 1 for times in ids.values()) <= unknown


def _check_mailbox(mails: list[Mail], told: Counter[str], sayings: set[str], reports: set[str], repeats: bool) -> None:
    """What was said is read once by whoever is told of it, and never by anybody else.

    What a bulk says is told once for each of its requests, or once for several; what a report says is quoted in other
    mails, too. With `repeats`, a server may have taken mail of which a part was dropped before it came again.
    """
    texts = {str(mail.message["Message-ID"]): mail.text for mail in mails}
    read = Counter(saying for text in texts.values() for saying in sayings if saying in text)
    assert set(told) <= set(read), f"told and not read: {set(told) - set(read)}"
    if not repeats:
        assert set(read) - reports <= set(told), f"read and not told: {set(read) - set(told)}"
        often = {saying for saying in set(told) - reports if read[saying] > told[saying]}
        assert not often, f"read too often: {often}"


async def _said(row: HistoryRow) -> str:
    """The words that only this event's news quote."""
    if row.type == "RequestSubmitted":
        return (await ServiceRequest.get(id=row.request_id)).description
    comment = await Comment.get(id=row.data["comment_id"])
    return comment.body
