"""THE CATALOGUE: one row per kind of notification. A new kind is a row here, a template and a test.

The rows follow the notification table: key, the event, who hears of it. `staff` rows go to members and typed
addresses, all others to residents. Nothing anywhere compares a key; what differs between kinds is a column.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from casework import clock, events
from casework.events import DueDateChanged, Event, WorkOrderDueAtChanged
from casework.requests import Status
from notifier import audiences as who
from notifier.audiences import Crowd, Small
from notifier.cases import Case
from notifier.preferences import Cadence
from notifier.words import N_

StillTrue = Callable[[Case, int | None], bool]


def always(case: Case, person_id: int | None) -> bool:
    return True


def still_assignee(case: Case, person_id: int | None) -> bool:
    return case.request is not None and case.request.assignee_id == person_id


def still_latest_due_date(case: Case, person_id: int | None) -> bool:
    event, request = case.event, case.request
    return isinstance(event, DueDateChanged) and request is not None and request.deadline == event.new_due_at


def still_late(case: Case, person_id: int | None) -> bool:
    deadline = _live_deadline(case)
    return deadline is not None and deadline < clock.now()


def not_yet_late(case: Case, person_id: int | None) -> bool:
    deadline = _live_deadline(case)
    return deadline is not None and deadline >= clock.now()


def still_works_on_it(case: Case, person_id: int | None) -> bool:
    return case.work_order is not None and case.work_order.assignee_id == person_id


def still_latest_due_at(case: Case, person_id: int | None) -> bool:
    event, order = case.event, case.work_order
    return isinstance(event, WorkOrderDueAtChanged) and order is not None and order.due_at == event.new_due_at


def _live_deadline(case: Case) -> datetime | None:
    """The deadline in force of a request that is not closed."""
    request = case.request
    is_live = request is not None and request.status in (Status.OPEN, Status.ACKNOWLEDGED)
    return request.deadline if request is not None and is_live else None


class Group(StrEnum):
    """The table's sections. Account mail can't be switched off, waits for nothing and goes before all other mail."""

    ACCOUNT = "account"
    STAFF_REQUESTS = "staff_requests"
    STAFF_WORK = "staff_work"
    REQUESTS = "requests"
    AREAS = "areas"


@dataclass(frozen=True)
class Kind:
    """`label` names the row to people, in English (gettext translates it).

    `receipt` rows go to the actor too (rule 1). `still_true` is asked again just before sending (rule 7).
    """

    key: str
    label: str
    group: Group
    event: type[Event] | tuple[type[Event], ...]
    small: tuple[Small, ...] = ()
    crowds: tuple[Crowd, ...] = ()
    receipt: bool = False
    default: Cadence = Cadence.IMMEDIATE
    still_true: StillTrue = always

    @property
    def events(self) -> tuple[type[Event], ...]:
        """What sets it off."""
        return self.event if isinstance(self.event, tuple) else (self.event,)

    @property
    def is_account(self) -> bool:
        return self.group is Group.ACCOUNT

    @property
    def priority(self) -> int:
        """What is claimed first: account mail is 0, everything else 1."""
        return 0 if self.is_account else 1

    @property
    def for_staff(self) -> bool:
        return self.group in (Group.STAFF_REQUESTS, Group.STAFF_WORK)


_ACCOUNT, _STAFF, _RESIDENT, _AREAS = Group.ACCOUNT, Group.STAFF_REQUESTS, Group.REQUESTS, Group.AREAS
_subscribers: tuple[Crowd, ...] = (who.staff_subscribers,)
_followers: tuple[Crowd, ...] = (who.followers,)
_watchers: tuple[Crowd, ...] = (who.area_watchers,)

CATALOGUE: tuple[Kind, ...] = (
    Kind("member_invited", N_("You are invited to an organization"), _ACCOUNT, events.MemberAdded, (who.invited,)),
    Kind("member_added", N_("You are added to an organization"), _ACCOUNT, events.MemberAdded, (who.account,)),
    Kind("password_reset", N_("A new password"), _ACCOUNT, events.PasswordResetRequested, (who.account,)),
    Kind("confirm_email", N_("Confirm your address"), _ACCOUNT, events.AddressTyped, (who.to_be_confirmed,)),
    Kind("account_exists", N_("You have an account already"), _ACCOUNT, events.AddressTyped, (who.owner,)),
    Kind("address_changed", N_("Your address was changed"), _ACCOUNT, events.AddressChanged, (who.old_address,)),
    Kind(
        "staff_request_submitted",
        N_("A request is submitted"),
        _STAFF,
        events.RequestSubmitted,
        (who.assignee, who.route_addresses),
    ),
    Kind(
        "staff_request_assigned",
        N_("A request is assigned to you"),
        _STAFF,
        events.RequestAssigned,
        (who.assignee,),
        still_true=still_assignee,
    ),
    Kind(
        "staff_request_recategorized",
        N_("A request moves to another category"),
        _STAFF,
        events.RequestRecategorized,
        (who.assignee, who.displaced, who.route_addresses),
    ),
    Kind(
        "staff_request_acknowledged",
        N_("A request that you handle is acknowledged"),
        _STAFF,
        events.RequestAcknowledged,
        (who.assignee,),
        _subscribers,
    ),
    Kind(
        "staff_request_closed",
        N_("A request that you handle is closed"),
        _STAFF,
        events.RequestClosed,
        (who.assignee,),
        _subscribers,
    ),
    Kind(
        "staff_request_reopened",
        N_("A request that you handle is reopened"),
        _STAFF,
        events.RequestReopened,
        (who.assignee, who.displaced, who.route_addresses),
        _subscribers,
    ),
    Kind(
        "staff_internal_comment",
        N_("An internal comment on a request that you handle"),
        _STAFF,
        events.InternalCommentAdded,
        (who.assignee,),
        _subscribers,
    ),
    Kind(
        "staff_mentioned",
        N_("You are mentioned in an internal comment"),
        _STAFF,
        events.InternalCommentAdded,
        (who.mentioned,),
    ),
    Kind(
        "staff_public_comment",
        N_("A public comment on a request that you handle"),
        _STAFF,
        events.PublicCommentAdded,
        (who.assignee,),
        _subscribers,
    ),
    Kind(
        "staff_due_date_changed",
        N_("The due date of a request changes"),
        _STAFF,
        events.DueDateChanged,
        (who.assignee,),
        _subscribers,
        still_true=still_latest_due_date,
    ),
    Kind(
        "staff_request_merged",
        N_("A duplicate is merged into a request that you handle"),
        _STAFF,
        events.RequestMerged,
        (who.survivor_assignee,),
    ),
    Kind(
        "staff_sla_breached",
        N_("A request is over its category's SLA"),
        Group.STAFF_WORK,
        events.SlaBreached,
        (who.escalate_address,),
        still_true=still_late,
    ),
    Kind(
        "staff_sla_warning",
        N_("A request that you handle is soon over its category's SLA"),
        Group.STAFF_WORK,
        events.SlaNear,
        (who.assignee,),
        default=Cadence.OFF,
        still_true=not_yet_late,
    ),
    Kind(
        "staff_work_order_assigned",
        N_("A work order is assigned to you"),
        Group.STAFF_WORK,
        events.WorkOrderAssigned,
        (who.worker,),
        still_true=still_works_on_it,
    ),
    Kind(
        "staff_work_order_due_at_changed",
        N_("The due date of your work order changes"),
        Group.STAFF_WORK,
        events.WorkOrderDueAtChanged,
        (who.worker,),
        still_true=still_latest_due_at,
    ),
    Kind(
        "request_submitted",
        N_("Receipts for requests that you report"),
        _RESIDENT,
        events.RequestSubmitted,
        (who.reporter,),
        receipt=True,
    ),
    Kind(
        "request_followed",
        N_("Confirmations of requests that you follow"),
        _RESIDENT,
        events.RequestFollowed,
        (who.new_follower,),
        receipt=True,
    ),
    Kind(
        "request_acknowledged",
        N_("A request that you report or follow is acknowledged"),
        _RESIDENT,
        events.RequestAcknowledged,
        (who.reporter,),
        _followers,
    ),
    Kind(
        "request_commented",
        N_("A comment on a request that you report or follow"),
        _RESIDENT,
        events.PublicCommentAdded,
        (who.reporter,),
        _followers,
    ),
    Kind(
        "request_closed",
        N_("A request that you report or follow is closed"),
        _RESIDENT,
        events.RequestClosed,
        (who.reporter,),
        _followers,
    ),
    Kind(
        "request_reopened",
        N_("A request that you report or follow is reopened"),
        _RESIDENT,
        events.RequestReopened,
        (who.reporter,),
        _followers,
    ),
    Kind(
        "request_merged",
        N_("A request that you report or follow is merged into another"),
        _RESIDENT,
        events.RequestMerged,
        (who.reporter,),
        _followers,
    ),
    Kind(
        "watch_area_created",
        N_("Confirmations of areas that you draw"),
        _AREAS,
        events.WatchAreaCreated,
        (who.whose_deed,),
        receipt=True,
    ),
    Kind(
        "watch_area_followed",
        N_("Confirmations of areas that you follow"),
        _AREAS,
        events.WatchAreaFollowed,
        (who.whose_deed,),
        receipt=True,
    ),
    Kind(
        "watch_area_request",
        N_("A new request in an area that you watch"),
        _AREAS,
        events.RequestSubmitted,
        crowds=_watchers,
        default=Cadence.DAILY,
    ),
    Kind(
        "watch_area_activity",
        N_("A comment or a change on a request in an area that you watch"),
        _AREAS,
        (events.PublicCommentAdded, events.RequestAcknowledged, events.RequestClosed, events.RequestReopened),
        crowds=_watchers,
        default=Cadence.DAILY,
    ),
)

KINDS: dict[str, Kind] = {kind.key: kind for kind in CATALOGUE}


def kinds_of(event: Event) -> tuple[Kind, ...]:
    """The rows that an event can set off; none for events that only history wants."""
    return tuple(kind for kind in CATALOGUE if isinstance(event, kind.event))
