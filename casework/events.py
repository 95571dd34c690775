"""What can happen: one frozen dataclass per event.

    Event ── organization, occasion (who, when, in which bulk)
    ├─ RequestEvent ── the request, and the facts that decide who hears of it, as they were at that moment
    ├─ WorkOrderEvent ── the work order, and who is to do it
    ├─ MembershipEvent ── who is a member of the organization now, or no more
    └─ AccountEvent ── what happened to one account

An event carries ids and the facts of its own moment; names and texts are read when they are needed, masked for
whoever reads them. `is_internal` events are for staff alone (rule 3).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from casework.event import Event as Event
from casework.event import Occasion as Occasion
from casework.event import RequestEvent as RequestEvent
from casework.event import from_row as from_row
from casework.event import to_data as to_data


@dataclass(frozen=True, kw_only=True)
class RequestSubmitted(RequestEvent):
    """`claim_id` is the ticket with which a caller whose address staff typed may make an account."""

    route_addresses: tuple[str, ...] = ()
    claim_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class RequestAssigned(RequestEvent):
    is_internal = True
    previous_assignee_id: int | None


@dataclass(frozen=True, kw_only=True)
class RequestRecategorized(RequestEvent):
    old_category_id: int
    route_addresses: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RequestAcknowledged(RequestEvent):
    comment_id: int


@dataclass(frozen=True, kw_only=True)
class RequestClosed(RequestEvent):
    comment_id: int


@dataclass(frozen=True, kw_only=True)
class RequestReopened(RequestEvent):
    comment_id: int
    route_addresses: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PublicCommentAdded(RequestEvent):
    comment_id: int


@dataclass(frozen=True, kw_only=True)
class InternalCommentAdded(RequestEvent):
    is_internal = True
    comment_id: int
    mentioned_ids: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DueDateChanged(RequestEvent):
    is_internal = True
    old_due_at: datetime | None
    new_due_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class SlaNear(RequestEvent):
    """Most of the working time until the deadline has passed. Nobody did it; so with the next."""

    is_internal = True
    deadline: datetime


@dataclass(frozen=True, kw_only=True)
class SlaBreached(RequestEvent):
    """`escalate_to` is the category's address as it was set then."""

    is_internal = True
    deadline: datetime
    escalate_to: str | None


@dataclass(frozen=True, kw_only=True)
class RequestMerged(RequestEvent):
    """The duplicate (`request_id`) is archived and points to the survivor. `survivor_assignee_id` as of the merge."""

    survivor_id: int
    survivor_assignee_id: int | None


@dataclass(frozen=True, kw_only=True)
class RequestUpdated(RequestEvent):
    changed: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class RequestVisibilityChanged(RequestEvent):
    is_internal = True
    hidden: bool


@dataclass(frozen=True, kw_only=True)
class ContentFlagged(RequestEvent):
    """Somebody asks staff to look at the request, or at one of its comments."""

    is_internal = True
    comment_id: int | None
    reason: str


@dataclass(frozen=True, kw_only=True)
class ContentReleased(RequestEvent):
    """Staff let go on what was held: the request itself, or one of its comments."""

    is_internal = True
    comment_id: int | None


@dataclass(frozen=True, kw_only=True)
class RequestArchived(RequestEvent):
    pass


@dataclass(frozen=True, kw_only=True)
class RequestFollowed(RequestEvent):
    """The actor follows. Who follows what is nobody else's business, hence internal; so with the next three."""

    is_internal = True


@dataclass(frozen=True, kw_only=True)
class RequestUnfollowed(RequestEvent):
    is_internal = True


@dataclass(frozen=True, kw_only=True)
class RequestMuted(RequestEvent):
    is_internal = True


@dataclass(frozen=True, kw_only=True)
class RequestUnmuted(RequestEvent):
    is_internal = True


@dataclass(frozen=True, kw_only=True)
class RequestVoted(RequestEvent):
    """The actor said "me too". Who did is nobody else's business, hence internal; so with the next."""

    is_internal = True


@dataclass(frozen=True, kw_only=True)
class RequestUnvoted(RequestEvent):
    is_internal = True


@dataclass(frozen=True, kw_only=True)
class WorkOrderEvent(Event):
    """Something about one work order, on a request or on its own. `assignee_id` is the one after the action."""

    is_internal = True
    work_order_id: int
    assignee_id: int | None


@dataclass(frozen=True, kw_only=True)
class WorkOrderCreated(WorkOrderEvent):
    pass


@dataclass(frozen=True, kw_only=True)
class WorkOrderAssigned(WorkOrderEvent):
    previous_assignee_id: int | None


@dataclass(frozen=True, kw_only=True)
class WorkOrderDueAtChanged(WorkOrderEvent):
    old_due_at: datetime | None
    new_due_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class WorkOrderCompleted(WorkOrderEvent):
    pass


@dataclass(frozen=True, kw_only=True)
class MembershipEvent(Event):
    """`person_id` is the member; None while an invited address has no account."""

    is_internal = True
    person_id: int | None


@dataclass(frozen=True, kw_only=True)
class MemberAdded(MembershipEvent):
    """A person was given a role; or an address without an account was invited to it, by a ticket."""

    is_urgent = True
    address: str | None = None
    role: str
    ticket_id: int | None = None
    language: str = "en"


@dataclass(frozen=True, kw_only=True)
class MemberJoined(MembershipEvent):
    """Whoever was invited accepted."""

    role: str


@dataclass(frozen=True, kw_only=True)
class MemberRoleChanged(MembershipEvent):
    role: str
    previous_role: str


@dataclass(frozen=True, kw_only=True)
class MemberRemoved(MembershipEvent):
    pass


@dataclass(frozen=True, kw_only=True)
class AccountEvent(Event):
    """Something about one account, in no organization. `language` is what to write in where no account says it."""

    is_internal = True
    is_urgent = True
    organization_id: int | None = None
    person_id: int | None
    language: str = "en"


@dataclass(frozen=True, kw_only=True)
class AddressTyped(AccountEvent):
    """Somebody typed an address; whoever reads its mail is to confirm it with the ticket.

    `owner_id` is the account that has confirmed the address already: then its owner is told so instead, and the event
    need not name it.
    """

    address: str
    ticket_id: int
    owner_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class SignedUp(AddressTyped):
    """`person_id` is the new account; none was made where the address has one."""


@dataclass(frozen=True, kw_only=True)
class AddressChangeRequested(AddressTyped):
    pass


@dataclass(frozen=True, kw_only=True)
class GuestAddressTyped(AddressTyped):
    """With the first request that a guest filed under an address; it is asked about though an account may have it."""


@dataclass(frozen=True, kw_only=True)
class EmailConfirmed(AccountEvent):
    """The account has confirmed its address, and took over these requests that were filed under it."""

    request_ids: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AddressChanged(AccountEvent):
    old_address: str


@dataclass(frozen=True, kw_only=True)
class PasswordResetRequested(AccountEvent):
    """`person_id` is None where nobody has the address that was typed: the same work, and no mail."""

    ticket_id: int


@dataclass(frozen=True, kw_only=True)
class PasswordReset(AccountEvent):
    pass


@dataclass(frozen=True, kw_only=True)
class AccountClosed(AccountEvent):
    pass


@dataclass(frozen=True, kw_only=True)
class AreaEvent(Event):
    """Something about one watch area, which belongs to its owner and to no organization."""

    is_internal = True
    organization_id: int | None = None
    area_id: int


@dataclass(frozen=True, kw_only=True)
class WatchAreaCreated(AreaEvent):
    pass


@dataclass(frozen=True, kw_only=True)
class WatchAreaUpdated(AreaEvent):
    changed: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class WatchAreaDeleted(AreaEvent):
    pass


@dataclass(frozen=True, kw_only=True)
class WatchAreaFollowed(AreaEvent):
    pass


@dataclass(frozen=True, kw_only=True)
class WatchAreaUnfollowed(AreaEvent):
    pass
