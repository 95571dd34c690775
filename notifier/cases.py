"""An event together with what it is about, as things stand now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from casework.access import is_private
from casework.events import Event, RequestMerged, from_row
from casework.history import HistoryRow
from casework.organizations import Organization
from casework.requests import ServiceRequest


@dataclass(frozen=True)
class Case:
    """`request` has its category and organization loaded; `survivor` is the other half of a merge."""

    event_id: int
    event: Event
    request: ServiceRequest | None
    survivor: ServiceRequest | None = None

    @property
    def is_private(self) -> bool:
        return self.request is not None and is_private(self.request)

    @property
    def organization(self) -> Organization | None:
        return self.request.organization if self.request is not None else None


async def load_cases(event_ids: Iterable[int]) -> dict[int, Case]:
    """Cases by event id, in two statements however many there are."""
    rows = await HistoryRow.filter(id__in=sorted(set(event_ids)))
    happened = {row.id: from_row(row) for row in rows}
    wanted = {event.request_id for event in happened.values() if event.request_id is not None}
    wanted |= {event.survivor_id for event in happened.values() if isinstance(event, RequestMerged)}
    found = await ServiceRequest.filter(id__in=sorted(wanted)).select_related("category", "organization")
    requests = {request.id: request for request in found}
    return {
        event_id: Case(
            event_id,
            event,
            requests.get(event.request_id) if event.request_id is not None else None,
            requests.get(event.survivor_id) if isinstance(event, RequestMerged) else None,
        )
        for event_id, event in happened.items()
    }
