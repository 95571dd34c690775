"""For staff: who was told of what happened on one request, or not, and what became of it."""

from datetime import datetime
from typing import Annotated

import strawberry

from api.connections import Connection, connection, window
from api.context import Info
from api.ids import row_id
from api.inbox.explaining import CAUSE, CameBack, shown_news
from api.inbox.types import Cadence, NotificationState
from api.people.types import Person, person
from api.requests.history import HistoryEvent, history_event
from api.requests.types import After, Before, First, Last
from casework import people
from casework.access import request_for, require
from casework.permissions import Action
from casework.reading import PERSONAL, page
from casework.requests import ServiceRequest
from digests.explain import news_of
from notifier.causes import Cause
from notifier.explanations import CameBack as News
from notifier.notifications import Notification, State
from notifier.reasons import OF_MEMBERS
from notifier.recipients import from_key
from notifier.words import Words


@strawberry.type(description="What became of one event for one recipient, as the organization's staff may know it.")
class RequestDelivery:
    event: HistoryEvent = strawberry.field(description="What happened.")
    kind: str = strawberry.field(description="The key of the kind of mail.")
    reason: str = strawberry.field(description="The strongest, as in `reporter`, `follower` or `assignee`.")
    person: Person | None = strawberry.field(
        description="Who was assigned or mentioned; null for everybody else: who follows or watches what is their own "
        "business."
    )
    address: str | None = strawberry.field(description="A bare address, such as a category's; null for people.")
    state: NotificationState = strawberry.field(description="What became of it.")
    cause: str | None = strawberry.field(description=f"{CAUSE} Null where nothing was in its way.")
    sentence: str | None = strawberry.field(description="The cause in words to show; null where there is none.")
    cadence: Cadence = strawberry.field(description="How soon it was to be told.")
    waits_until: datetime | None = strawberry.field(description="When it is due, where it waits; null otherwise.")
    sent_at: datetime | None = strawberry.field(description="When the mail server took it; null where it didn't.")
    attempts: int = strawberry.field(description="How often a mail of its own was tried.")
    came_back: list[CameBack] = strawberry.field(
        description="Reports that the mail could not be delivered after all, or was not wanted; the oldest first."
    )


RequestArgument = Annotated[strawberry.ID, strawberry.argument(description="The request's global id.")]
OnlyEvent = Annotated[strawberry.ID | None, strawberry.argument(description="Only this event's, by its global id.")]
OnlyStates = Annotated[
    list[NotificationState] | None, strawberry.argument(description="Only what is in one of these states.")
]


@strawberry.type
class DeliveryQueries:
    @strawberry.field(
        description="Who was told of what happened on a request, or not and why: the newest first. Who was told that "
        "they follow it is nobody else's business and left out. For the organization's staff."
    )
    async def request_deliveries(
        self,
        info: Info,
        request_id: RequestArgument,
        event_id: OnlyEvent = None,
        states: OnlyStates = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[RequestDelivery] | None:
        viewer, words = info.context.viewer, info.context.words
        request = await request_for(viewer, row_id(request_id, "ServiceRequest", "request_id"))
        require(viewer, Action.SEE_WHO_HEARS, request.organization_id)
        rows = Notification.filter(request_id=request.id, event__type__not_in=PERSONAL)
        if event_id is not None:
            rows = rows.filter(event_id=row_id(event_id, "HistoryEvent", "event_id"))
        if states is not None:
            rows = rows.filter(state__in=[each.value for each in states])
        found = await page(rows.select_related("event"), window(first, after, last, before), ascending=False)
        members = {row.person_id or 0 for row in found.rows if row.reason in OF_MEMBERS}
        named = {row.id: row for row in await people.Person.filter(id__in=sorted(members))} if members else {}
        news = await news_of(found.rows)

        def shown(row: Notification) -> RequestDelivery:
            return _delivery(row, request, named, news[row.id], words)

        return connection(found, shown, lambda row: row.id, rows.count)


def _delivery(
    row: Notification,
    request: ServiceRequest,
    named: dict[int, people.Person],
    news: tuple[News, ...],
    words: Words,
) -> RequestDelivery:
    member = named.get(row.person_id or 0) if row.reason in OF_MEMBERS else None
    cause = Cause(row.skip) if row.skip is not None else Cause.REFUSED if row.state is State.FAILED else None
    waits = row.state in (State.PENDING, State.DEFERRED, State.HELD)
    return RequestDelivery(
        event=history_event(row.event, request),
        kind=row.kind,
        reason=row.reason,
        person=person(member) if member is not None else None,
        address=from_key(row.recipient).address,
        state=NotificationState(row.state.value),
        cause=cause.value if cause is not None else None,
        sentence=words.gettext(cause.sentence) if cause is not None else None,
        cadence=Cadence(row.cadence.value),
        waits_until=(row.held_until or row.due) if waits else None,
        sent_at=row.settled_at if row.state is State.SENT else None,
        attempts=row.attempts,
        came_back=shown_news(news),
    )
