"""Event -> who has a reason to hear of it, as of that event.

An audience is *small* (named by the event itself: the assignee, the reporter, a route address) or a *crowd* (rows of
the database: followers, watch areas). Crowds are read in pages by person id, so that an event on a request that a
whole town follows never sits in memory; the small audience goes first and takes its members' crowd reasons with it,
so that each recipient is decided on once, with every reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from casework.areas import areas_matching
from casework.database import any_of, fetch
from casework.events import (
    AddressChanged,
    AddressTyped,
    Event,
    InternalCommentAdded,
    MemberAdded,
    PasswordResetRequested,
    RequestEvent,
    RequestMerged,
    RequestRecategorized,
    RequestReopened,
    RequestSubmitted,
    SignedUp,
    SlaBreached,
    WorkOrderEvent,
)
from casework.people import STAFF_ROLES
from casework.requests import ServiceRequest
from notifier.reasons import Reason


@dataclass(frozen=True)
class Found:
    """Somebody whom the event itself names."""

    reason: Reason
    person_id: int | None = None
    address: str | None = None


@dataclass(frozen=True)
class InCrowd:
    """Somebody whom the database finds, with what the mail may say about the reason (an area's name)."""

    reason: Reason
    person_id: int
    details: tuple[str, ...] = field(default=())
    area_id: int | None = None


Small = Callable[[Event], Iterator[Found]]


class Crowd(Protocol):
    """People with person ids after `after`, in order, at most `limit`; or just those `among` some ids."""

    async def __call__(
        self, event_id: int, event: Event, *, after: int = 0, limit: int = 0, among: Sequence[int] | None = None
    ) -> list[InCrowd]: ...


def assignee(event: Event) -> Iterator[Found]:
    """The assignee after the action (rule 15)."""
    if isinstance(event, RequestEvent) and event.assignee_id is not None:
        yield Found(Reason.ASSIGNEE, event.assignee_id)


def displaced(event: Event) -> Iterator[Found]:
    """Whom automatic assignment replaced (rule 15)."""
    if isinstance(event, RequestEvent) and event.displaced_id is not None:
        yield Found(Reason.WAS_ASSIGNEE, event.displaced_id)


def survivor_assignee(event: Event) -> Iterator[Found]:
    if isinstance(event, RequestMerged) and event.survivor_assignee_id is not None:
        yield Found(Reason.ASSIGNEE, event.survivor_assignee_id)


def mentioned(event: Event) -> Iterator[Found]:
    if isinstance(event, InternalCommentAdded):
        yield from (Found(Reason.MENTIONED, person_id) for person_id in event.mentioned_ids)


def worker(event: Event) -> Iterator[Found]:
    """Who is to do the work order, after the action."""
    if isinstance(event, WorkOrderEvent) and event.assignee_id is not None:
        yield Found(Reason.ASSIGNEE, event.assignee_id)


def route_addresses(event: Event) -> Iterator[Found]:
    """The category's "e-mail to route request", as it was set at the event."""
    if isinstance(event, RequestSubmitted | RequestRecategorized | RequestReopened):
        yield from (Found(Reason.ROUTE_ADDRESS, address=address) for address in event.route_addresses)


def escalate_address(event: Event) -> Iterator[Found]:
    """The category's "escalate to", as it was set at the event."""
    if isinstance(event, SlaBreached) and event.escalate_to is not None:
        yield Found(Reason.ESCALATE_ADDRESS, address=event.escalate_to)


def reporter(event: Event) -> Iterator[Found]:
    """The account that reported, or the address of a guest or caller."""
    if isinstance(event, RequestEvent) and (event.reporter_id is not None or event.reporter_address is not None):
        yield Found(Reason.REPORTER, event.reporter_id, event.reporter_address)


def new_follower(event: Event) -> Iterator[Found]:
    if event.occasion.actor_id is not None:
        yield Found(Reason.FOLLOWER, event.occasion.actor_id)


def to_be_confirmed(event: Event) -> Iterator[Found]:
    """Whoever reads mail at an address that was typed: the new account, or the bare address that isn't theirs yet."""
    if isinstance(event, AddressTyped) and event.owner_id is None:
        new = event.person_id if isinstance(event, SignedUp) else None
        yield from _account(new, event.address)


def owner(event: Event) -> Iterator[Found]:
    """The account that has confirmed the address which somebody else typed."""
    if isinstance(event, AddressTyped):
        yield from _account(event.owner_id)


def account(event: Event) -> Iterator[Found]:
    if isinstance(event, MemberAdded | PasswordResetRequested):
        yield from _account(event.person_id)


def invited(event: Event) -> Iterator[Found]:
    if isinstance(event, MemberAdded) and event.person_id is None:
        yield from _account(None, event.address)


def old_address(event: Event) -> Iterator[Found]:
    if isinstance(event, AddressChanged):
        yield from _account(None, event.old_address)


def _account(person_id: int | None, address: str | None = None) -> Iterator[Found]:
    """Nobody, where neither is known: an address that was taken out of history is not written to."""
    if person_id is not None:
        yield Found(Reason.ACCOUNT, person_id)
    elif address:
        yield Found(Reason.ACCOUNT, address=address)


def whose_deed(event: Event) -> Iterator[Found]:
    """Whoever just made or followed a watch area."""
    if event.occasion.actor_id is not None:
        yield Found(Reason.CONFIRMATION, event.occasion.actor_id)


async def area_watchers(
    event_id: int, event: Event, *, after: int = 0, limit: int = 0, among: Sequence[int] | None = None
) -> list[InCrowd]:
    """Owners and followers of the areas that the request lies in, a reason for each area, as of the event."""
    request = await ServiceRequest.get_or_none(id=event.request_id)
    hits = {hit.id: hit for hit in await areas_matching(request, event_id)} if request is not None else {}
    if not hits:
        return []
    if among is None:
        people = f"SELECT DISTINCT person_id FROM watcher WHERE person_id > $3 ORDER BY person_id LIMIT {int(limit)}"
    else:
        people = f"SELECT person_id FROM watcher WHERE person_id {any_of('$3')}"
    rows = await fetch(
        "WITH watcher AS ("
        f"SELECT owner_id AS person_id, id AS area_id FROM watch_area WHERE id {any_of('$1')}"
        f" UNION SELECT person_id, area_id FROM area_follow WHERE area_id {any_of('$1')}"
        " AND since_event < $2 AND (until_event IS NULL OR until_event > $2))"
        f" SELECT person_id, area_id FROM watcher WHERE person_id IN ({people}) ORDER BY person_id, area_id",
        sorted(hits),
        event_id,
        after if among is None else list(among),
    )
    return [InCrowd(Reason.WATCH_AREA, row["person_id"], (hits[row["area_id"]].name,), row["area_id"]) for row in rows]


async def followers(
    event_id: int, event: Event, *, after: int = 0, limit: int = 0, among: Sequence[int] | None = None
) -> list[InCrowd]:
    """Who followed the request when the event happened."""
    people = await _following(event_id, event, "", after=after, limit=limit, among=among)
    return [InCrowd(Reason.FOLLOWER, person_id) for person_id in people]


async def staff_subscribers(
    event_id: int, event: Event, *, after: int = 0, limit: int = 0, among: Sequence[int] | None = None
) -> list[InCrowd]:
    """Members who followed a request of their own organization when the event happened (rule 2)."""
    roles = ", ".join(f"'{role}'" for role in sorted(STAFF_ROLES))
    was_member = (
        f"AND EXISTS (SELECT 1 FROM member WHERE member.person_id = follow.person_id AND role IN ({roles})"
        f" AND organization_id = {int(event.organization_id or 0)} AND member.since_event < $2"
        " AND (member.until_event IS NULL OR member.until_event > $2))"
    )
    people = await _following(event_id, event, was_member, after=after, limit=limit, among=among)
    return [InCrowd(Reason.STAFF_SUBSCRIBER, person_id) for person_id in people]


async def _following(
    event_id: int, event: Event, condition: str, *, after: int, limit: int, among: Sequence[int] | None
) -> list[int]:
    if among is None:
        page = f"AND person_id > $3 ORDER BY person_id LIMIT {int(limit)}"
    else:
        page = f"AND person_id {any_of('$3')} ORDER BY person_id"
    rows = await fetch(
        "SELECT DISTINCT person_id FROM follow WHERE request_id = $1 AND since_event < $2"
        f" AND (until_event IS NULL OR until_event > $2) {condition} {page}",
        event.request_id,
        event_id,
        after if among is None else list(among),
    )
    return [row["person_id"] for row in rows]
