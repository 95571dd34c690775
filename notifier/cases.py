"""An event together with what it is about, as things stand now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from casework.access import is_private
from casework.events import (
    AddressTyped,
    Event,
    MemberAdded,
    PasswordResetRequested,
    RequestMerged,
    RequestSubmitted,
    WorkOrderEvent,
    from_row,
)
from casework.history import HistoryRow
from casework.organizations import Organization
from casework.requests import ServiceRequest
from casework.tokens import Ticket
from casework.work import WorkOrder


@dataclass(frozen=True)
class Case:
    """`request` has its category and organization loaded; `survivor` is the other half of a merge.

    `work_order` may be on a request or on its own.

    `organization` is None for what only an account is about, and `ticket` is what a link in the mail allows.
    `trace` is where it happened (casework.tracing).
    """

    event_id: int
    event: Event
    request: ServiceRequest | None = None
    organization: Organization | None = None
    survivor: ServiceRequest | None = None
    ticket: Ticket | None = None
    work_order: WorkOrder | None = None
    trace: str | None = None

    @property
    def is_private(self) -> bool:
        return self.request is not None and is_private(self.request)


async def load_cases(event_ids: Iterable[int]) -> dict[int, Case]:
    """Cases by event id, in at most five statements however many there are."""
    rows = await HistoryRow.filter(id__in=sorted(set(event_ids)))
    happened = {row.id: from_row(row) for row in rows}
    traces = {row.id: row.trace for row in rows}
    wanted = {event.request_id for event in happened.values() if event.request_id is not None}
    wanted |= {event.survivor_id for event in happened.values() if isinstance(event, RequestMerged)}
    found = await ServiceRequest.filter(id__in=sorted(wanted)).select_related("category", "organization")
    requests = {request.id: request for request in found}
    organizations = {request.organization_id: request.organization for request in found}
    others = {event.organization_id for event in happened.values()} - set(organizations) - {None}
    if others:
        organizations |= {each.id: each for each in await Organization.filter(id__in=sorted(others, key=int))}
    ticket_ids = {ticket for event in happened.values() if (ticket := _ticket_id(event)) is not None}
    tickets = {each.id: each for each in await Ticket.filter(id__in=sorted(ticket_ids))} if ticket_ids else {}
    work = {event.work_order_id for event in happened.values() if isinstance(event, WorkOrderEvent)}
    orders = {each.id: each for each in await WorkOrder.filter(id__in=sorted(work))} if work else {}
    return {
        event_id: Case(
            event_id,
            event,
            request=requests.get(event.request_id) if event.request_id is not None else None,
            organization=organizations.get(event.organization_id) if event.organization_id is not None else None,
            survivor=requests.get(event.survivor_id) if isinstance(event, RequestMerged) else None,
            ticket=tickets.get(_ticket_id(event) or 0),
            work_order=orders.get(event.work_order_id) if isinstance(event, WorkOrderEvent) else None,
            trace=traces[event_id],
        )
        for event_id, event in happened.items()
    }


def traces_of(cases: Iterable[Case]) -> tuple[str, ...]:
    """Where these events happened, as far as that was traced."""
    return tuple(case.trace for case in cases if case.trace is not None)


def _ticket_id(event: Event) -> int | None:
    """The ticket that goes with an event's mail."""
    if isinstance(event, RequestSubmitted):
        return event.claim_id
    return event.ticket_id if isinstance(event, AddressTyped | MemberAdded | PasswordResetRequested) else None
