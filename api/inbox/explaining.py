"""Why did I, or did I not, get this? The ledger's answer, for a reader about themselves and for staff about theirs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import strawberry

from api.context import Context, Info
from api.ids import global_id, row_id
from api.inbox.types import Cadence, NotificationState
from api.requests.history import HistoryEvent, shown_event
from casework import text
from casework.errors import Invalid, SignInRequired
from digests.explain import explain
from notifier import explanations
from notifier.causes import Cause
from notifier.explain import events_to_explain
from notifier.recipients import Recipient, person, resolve
from notifier.words import Words, words_in

CAUSE = "Why not, to switch on: a code of the notification table's rule 12 or another one; new ones may be added."
RULE = "The number of the rule in the notification table that it follows from."


@strawberry.type(description="A reason to hear of something, and whether it counted.")
class ExplainedReason:
    reason: str = strawberry.field(description="As in `reporter`, `follower` or `watch_area`.")
    kind: str = strawberry.field(description="The key of the kind of mail that it asks for.")
    cause: str | None = strawberry.field(description=f"{CAUSE} Null where it counted.")
    rule: int | None = strawberry.field(description=f"{RULE} Null where it counted.")
    sentence: str | None = strawberry.field(description="The cause in words to show; null where it counted.")
    details: list[str] = strawberry.field(
        description="What it is about, such as names of watch areas: for the reader alone, empty for everybody else."
    )


@strawberry.type(description="One try to hand a mail to the mail server.")
class DeliveryAttempt:
    started_at: datetime = strawberry.field(description="When it began.")
    outcome: NotificationState | None = strawberry.field(description="How it ended; null while it is under way.")
    code: int | None = strawberry.field(description="The server's reply code; null where there was no reply.")
    detail: str = strawberry.field(description="What the server said: for the reader alone, empty for everybody else.")


@strawberry.type(description="What was heard of a mail after it had left.")
class CameBack:
    verdict: str = strawberry.field(
        description="`dead`, `full`, `trouble`, `refused`, `delayed` or `complaint`; new ones may be added."
    )
    status: str = strawberry.field(description="The status code of RFC 3463, as in `5.1.1`; may be empty.")
    detail: str = strawberry.field(description="What the server said: for the reader alone, empty for everybody else.")
    received_at: datetime = strawberry.field(description="When it was heard.")


@strawberry.type(description="The mail that tells an event.")
class Delivery:
    message_id: str = strawberry.field(description="Its Message-ID, the same on every try.")
    state: NotificationState = strawberry.field(description="What became of it.")
    sent_at: datetime | None = strawberry.field(description="When the mail server took it; null where it didn't.")
    attempts: list[DeliveryAttempt] = strawberry.field(description="Every try, the oldest first.")
    came_back: list[CameBack] = strawberry.field(
        description="Reports that it could not be delivered after all, or was not wanted; the oldest first."
    )


@strawberry.type(description="A mail that tells several events.")
class MergedInto:
    sort: str = strawberry.field(description="`bulk` for what was changed at once, `digest` for a digest.")
    cadence: str | None = strawberry.field(description="The digest's cadence, as in `Digest`; null for a bulk.")
    told: int = strawberry.field(description="How many events the digest told; 0 before it went.")
    dropped: int = strawberry.field(description="How many fell away before it went.")


@strawberry.type(description="Something that is part of an event, so that it has no event and no mail of its own.")
class IncludedEvent:
    what: str = strawberry.field(description="`comment`, `assignment` or `follow`; new ones may be added.")
    rule: int = strawberry.field(description=RULE)


@strawberry.type(description="What became of one event for one reader, and why.")
class NotificationExplanation:
    event_id: strawberry.ID = strawberry.field(description="The event's global id.")
    event_type: str = strawberry.field(description="What happened, as in `RequestClosed`.")
    occurred_at: datetime = strawberry.field(description="When it happened.")
    event: HistoryEvent | None = strawberry.field(
        description="The event itself; null where the viewer may not see its request now, and for account mail."
    )
    state: NotificationState | None = strawberry.field(
        description="What became of the notification; null where there is none, and `cause` says why."
    )
    kind: str | None = strawberry.field(description="The key of the kind of mail; null where there is none.")
    cause: str | None = strawberry.field(
        description=f"{CAUSE} Null where it was told at once by a mail of its own, or is about to be."
    )
    rule: int | None = strawberry.field(description=f"{RULE} Null where there is no cause.")
    sentence: str | None = strawberry.field(description="The cause in words to show; null where there is none.")
    reasons: list[ExplainedReason] = strawberry.field(description="Every reason that was found, strongest first.")
    missing: list[ExplainedReason] = strawberry.field(
        description="Where there is no notification: what would have been a reason, and why it was none."
    )
    cadence: Cadence | None = strawberry.field(description="How soon it was to be told; null for no notification.")
    because: str | None = strawberry.field(
        description="Who wanted it so: `default`, `preference`, `burst` or `skipped`; null for no notification."
    )
    waits_until: datetime | None = strawberry.field(description="When it is due, where it waits; null otherwise.")
    merged_into: MergedInto | None = strawberry.field(description="The mail that tells it with others; null for none.")
    delivery: Delivery | None = strawberry.field(description="The mail; null where none was tried yet.")
    includes: list[IncludedEvent] = strawberry.field(description="What is part of it and has no event of its own.")


RequestArgument = Annotated[
    strawberry.ID | None, strawberry.argument(description="All events of this request, at most its latest 100.")
]
EventArgument = Annotated[strawberry.ID | None, strawberry.argument(description="This event alone.")]
PersonArgument = Annotated[
    strawberry.ID | None, strawberry.argument(description="About whom; the viewer if left out. Others: for staff.")
]
AddressArgument = Annotated[
    str | None,
    strawberry.argument(description="About an address without an account, such as a category's. For staff."),
]


@strawberry.type
class ExplainingQueries:
    @strawberry.field(
        description="Why somebody heard, or did not hear, of what happened: the oldest event first. One asks about "
        "oneself; staff also about others, and what happened in their organization. What the viewer may not ask about "
        "is left out."
    )
    async def explain_notification(
        self,
        info: Info,
        request_id: RequestArgument = None,
        event_id: EventArgument = None,
        person_id: PersonArgument = None,
        address: AddressArgument = None,
    ) -> list[NotificationExplanation]:
        context = info.context
        if context.viewer.person is None:
            raise SignInRequired("Sign in to do this.")
        if (request_id is None) == (event_id is None):
            raise Invalid("Give either request_id or event_id.", field="request_id")
        if person_id is not None and address is not None:
            raise Invalid("Give person_id or address, not both.", field="address")
        asked = await _asked(context, person_id, address)
        rows = await events_to_explain(
            context.viewer,
            asked,
            request_id=row_id(request_id, "ServiceRequest", "request_id") if request_id is not None else None,
            event_id=row_id(event_id, "HistoryEvent", "event_id") if event_id is not None else None,
        )
        words = words_in(context.viewer.person.language)
        found = await explain(context.settings, context.viewer, rows, asked)
        return [await _explanation(each, context, words) for each in found]


async def _asked(context: Context, person_id: str | None, address: str | None) -> Recipient:
    if address is not None:
        normalized = text.address(address, "address")
        return (await resolve([normalized]))[normalized]
    return person(row_id(person_id, "Person", "person_id") if person_id is not None else context.viewer.person_id or 0)


async def _explanation(found: explanations.Explanation, context: Context, words: Words) -> NotificationExplanation:
    row, merged = found.event, found.merged_into
    request = await context.loaders.request.load(row.request_id) if row.request_id is not None else None
    return NotificationExplanation(
        event_id=strawberry.ID(global_id("HistoryEvent", row.id)),
        event_type=row.type,
        occurred_at=row.occurred_at,
        event=shown_event(row, request, context.viewer),
        state=NotificationState(found.state.value) if found.state is not None else None,
        kind=found.kind,
        cause=found.cause.value if found.cause is not None else None,
        rule=found.rule,
        sentence=_sentence(found.cause, words),
        reasons=[_reason(each, words) for each in found.reasons],
        missing=[_reason(each, words) for each in found.missing],
        cadence=Cadence(found.cadence.value) if found.cadence is not None else None,
        because=found.because,
        waits_until=found.waits_until,
        merged_into=MergedInto(sort=merged.sort, cadence=merged.cadence, told=merged.told, dropped=merged.dropped)
        if merged is not None
        else None,
        delivery=_delivery(found.delivery) if found.delivery is not None else None,
        includes=[IncludedEvent(what=each.what, rule=each.rule) for each in found.includes],
    )


def _reason(given: explanations.ReasonGiven, words: Words) -> ExplainedReason:
    return ExplainedReason(
        reason=given.reason,
        kind=given.kind,
        cause=given.cause.value if given.cause is not None else None,
        rule=given.rule or (given.cause.rule if given.cause is not None else None),
        sentence=_sentence(given.cause, words),
        details=list(given.details),
    )


def _sentence(cause: Cause | None, words: Words) -> str | None:
    return words.gettext(cause.sentence) if cause is not None else None


def _delivery(mail: explanations.Delivery) -> Delivery:
    return Delivery(
        message_id=mail.message_id,
        state=NotificationState(mail.state.value),
        sent_at=mail.sent_at,
        attempts=[
            DeliveryAttempt(
                started_at=each.started_at,
                outcome=NotificationState(each.outcome.value) if each.outcome is not None else None,
                code=each.code,
                detail=each.detail,
            )
            for each in mail.tries
        ],
        came_back=shown_news(mail.came_back),
    )


def shown_news(news: Sequence[explanations.CameBack]) -> list[CameBack]:
    return [
        CameBack(verdict=each.verdict, status=each.status, detail=each.detail, received_at=each.at) for each in news
    ]
