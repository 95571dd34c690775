"""Deadlines (rule 13): the SLA's clock of a request, staff's due date that replaces its deadline, and what rings.

    start_clock ──▶ running ──▶ 80 % of the working time: SlaNear ──▶ deadline passed: SlaBreached
         ▲             │                    each once per clock, by `ring_clocks`
         └─ reopened,  └─ closed, archived: stopped
            another category, another SLA: a new clock, which forgets staff's due date

`sla_alarm_at` is the next moment at which a clock rings; None where it is stopped, has told all it has to tell, or was
imported (rule 17).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from casework import clock
from casework.access import Viewer, lock_request
from casework.actions.steps import action, facts, record_act, touch
from casework.allowances import Deed, check
from casework.database import fetch, is_postgres, transaction
from casework.errors import Invalid
from casework.events import DueDateChanged, Occasion, SlaBreached, SlaNear
from casework.ledger import record
from casework.organizations import Organization, RequestCategory
from casework.requests import ServiceRequest, Status
from casework.sla import Sla, calendar_of, check_sla

WARN_AT_PERCENT = 80
FURTHEST = timedelta(days=20 * 365)
"""A due date beyond them is a slip of the keyboard."""
LIVE = (Status.OPEN, Status.ACKNOWLEDGED)
CLOCK = (
    "due_at",
    "sla_started_at",
    "sla_due_at",
    "sla_warned_at",
    "sla_breached_at",
    "sla_alarm_at",
    "sla_is_imported",
)
"""The columns that a new clock sets."""


def start_clock(request: ServiceRequest, occasion: Occasion) -> None:
    """A new clock by the category's SLA, or none where it has none. Sets the CLOCK columns without saving.

    Needs category and organization loaded.
    """
    sla = sla_of(request.category)
    request.due_at = request.sla_warned_at = request.sla_breached_at = None
    request.sla_started_at = occasion.at if sla is not None else None
    request.sla_due_at = calendar_of(request.organization).due(occasion.at, sla) if sla is not None else None
    request.sla_is_imported = occasion.imported
    set_alarm(request)


def stop_clock(request: ServiceRequest) -> None:
    """It rings no more; its deadline stays to be seen. Sets `sla_alarm_at` without saving."""
    request.sla_alarm_at = None


def set_alarm(request: ServiceRequest) -> None:
    """When the clock rings next, by what it has told already and by the deadline in force."""
    started, deadline = request.sla_started_at, request.deadline
    done = request.sla_is_imported or request.sla_breached_at is not None or request.status not in LIVE
    if started is None or deadline is None or done:
        request.sla_alarm_at = None
    elif request.sla_warned_at is not None:
        request.sla_alarm_at = deadline
    else:
        calendar = calendar_of(request.organization)
        request.sla_alarm_at = min(deadline, calendar.share(started, deadline, WARN_AT_PERCENT))


def sla_of(category: RequestCategory) -> Sla | None:
    return Sla(category.sla_amount, category.sla_unit) if category.sla_amount is not None else None


def sla_columns(sla: Sla | None) -> dict[str, Any]:
    """How a category keeps it. Raises Invalid (sla)."""
    if sla is None:
        return {"sla_amount": None}
    check_sla(sla)
    return {"sla_amount": sla.amount, "sla_unit": sla.unit}


@action
async def change_due_date(viewer: Viewer, request_id: int, *, due_at: datetime | None) -> ServiceRequest:
    """Set the date by which the request should be done; None goes back to the SLA's, where there is one.

    Staff only, and never shown to residents (rule 3). The clock goes on, and rings for the deadline in force.
    """
    request = await lock_request(viewer, request_id)
    check(viewer, request, Deed.CHANGE_DUE_DATE)
    check_due_date(due_at, viewer.occasion().at)
    old = request.deadline
    if request.due_at == due_at:
        return request
    request.due_at = due_at
    set_alarm(request)
    await touch(viewer, request, "due_at", "sla_alarm_at")
    if old != request.deadline:
        event = DueDateChanged(**facts(viewer, request), old_due_at=old, new_due_at=request.deadline)
        await record_act(viewer, request, event)
    return request


def check_due_date(due_at: datetime | None, now: datetime) -> None:
    """Raises Invalid, naming `due_at`."""
    if due_at is not None and due_at.tzinfo is None:
        raise Invalid("%(field)s needs a time zone, as in 2027-07-01T09:00:00+02:00.", field="due_at")
    if due_at is not None and abs(due_at - now) > FURTHEST:
        raise Invalid("%(field)s must be within twenty years.", field="due_at")


async def restart_clocks(viewer: Viewer, category: RequestCategory, organization: Organization) -> None:
    """The category has another SLA: every live request of it gets a new clock, all with one deadline."""
    live = ServiceRequest.filter(category_id=category.id, status__in=list(LIVE), held_at__isnull=True)
    # One of them, unsaved, is worth all: the same category, and the same moment.
    example = ServiceRequest(status=Status.OPEN)
    example.category, example.organization = category, organization
    start_clock(example, viewer.occasion())
    await live.update(**{column: getattr(example, column) for column in CLOCK})


DUE = "SELECT id FROM service_request WHERE sla_alarm_at < $1 ORDER BY sla_alarm_at"
"""The clocks that ring: found by an index over those that are to ring at all."""


async def ring_clocks(*, limit: int = 200) -> int:
    """Record the breaches and warnings that are due; returns how many clocks rang.

    Claiming a clock and recording its event are one commit, so however many schedulers look, and however late, each
    rings once.
    """
    now = clock.now()
    skip_locked = "FOR UPDATE SKIP LOCKED" if is_postgres() else ""
    async with transaction():
        rows = await fetch(
            f"UPDATE service_request SET sla_alarm_at = NULL WHERE id IN ({DUE} LIMIT {int(limit)} {skip_locked})"
            " AND sla_alarm_at < $1 RETURNING id",
            now,
        )
        if not rows:
            return 0
        rung = ServiceRequest.filter(id__in=[row["id"] for row in rows]).select_related("category", "organization")
        for request in await rung.order_by("id"):
            await _ring(request, now)
    return len(rows)


async def _ring(request: ServiceRequest, now: datetime) -> None:
    deadline = request.deadline
    if deadline is None:
        return
    told = facts(Viewer(at=now), request)
    if deadline < now:
        request.sla_breached_at = now
        await record(SlaBreached(**told, deadline=deadline, escalate_to=request.category.escalate_to))
    else:
        request.sla_warned_at = now
        await record(SlaNear(**told, deadline=deadline))
    set_alarm(request)
    await request.save(update_fields=["sla_warned_at", "sla_breached_at", "sla_alarm_at"])
