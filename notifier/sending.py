"""Mails -> transport -> settlements. No transaction is open while a server is spoken to."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from opentelemetry.trace import Span

from casework import clock, tracing
from casework.config import Settings
from casework.database import transaction
from notifier import metrics
from notifier.backoff import wait_before_retry
from notifier.departures import Departures
from notifier.leases import Settlement
from notifier.message_ids import ISSUE, NOTIFICATION, mail_name
from notifier.notifications import State
from notifier.outcome import Outcome, Transport
from notifier.reports import blanked
from notifier.return_path import return_path
from notifier.suppression import heed

SEND_TIMEOUT = timedelta(seconds=90)
"""The longest that a transport may take over one mail, from when a connection is free."""

_SETTLE_AT_ONCE = 50

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Mail:
    """One message, ready to go: `message` is complete with headers, `id` is the row that it is sent for, and
    `delivery` the token that a report on it comes back with.

    It tells `events`. `since` is when the first of them happened; of a digest, which has a `cadence`, when it was due.
    `traces` are those of the events, where they were traced.
    """

    id: int
    attempts: int
    recipient: str
    message: bytes
    delivery: str
    kind: str
    events: tuple[int, ...]
    since: datetime
    cadence: str | None = None
    traces: tuple[str, ...] = ()


async def send_all(
    mails: Sequence[Mail],
    attempts: dict[int, int],
    transport: Transport,
    settings: Settings,
    *,
    lease_until: datetime,
    settle: Callable[[Sequence[Settlement]], Awaitable[None]],
    departures: Departures | None = None,
) -> None:
    """Send, and settle as results come in: the fewer mails are between 250 and commit, the fewer a crash repeats.

    A mail without an attempt is not ours any more, and is not sent. `departures` says when each begins, and is told how
    it ended.
    """
    departures = departures or Departures()
    free = asyncio.Semaphore(settings.smtp_connections)

    async def send(mail: Mail) -> Settlement:
        async with departures.turn(mail.id), free:
            if clock.now() + SEND_TIMEOUT > lease_until:  # too late to be sure that nobody else claims it meanwhile
                return Settlement(mail.id, State.PENDING, due=clock.now(), attempt_id=attempts[mail.id], not_begun=True)
            with _traced(mail) as span:
                outcome = await transport.send(
                    mail.message, sender=return_path(settings, mail.delivery), recipient=mail.recipient
                )
                span.set_attribute("curbcast.outcome", outcome.state)
        departures.ended.append((mail.recipient, outcome))
        settlement = _settlement(mail, attempts[mail.id], outcome, settings)
        if settlement.state is State.FAILED:
            refused[mail.id] = outcome
        return settlement

    sent = {mail.id: mail for mail in mails}
    refused: dict[int, Outcome] = {}

    async def settle_and_say(done: Sequence[Settlement]) -> None:
        await _heed([(sent[each.id], refused[each.id]) for each in done if each.id in refused])
        await settle(done)
        _say([(sent[each.id], each) for each in done if not each.not_begun])

    done: list[Settlement] = []
    for result in asyncio.as_completed([asyncio.create_task(send(mail)) for mail in mails if mail.id in attempts]):
        done.append(await result)
        if len(done) >= _SETTLE_AT_ONCE:
            await settle_and_say(done)
            done = []
    await settle_and_say(done)


def _traced(mail: Mail) -> AbstractContextManager[Span]:
    """A mail that goes at once goes on with the trace of what it tells; a digest begins one."""
    after, links = (mail.traces[:1], mail.traces[1:]) if mail.cadence is None else ((), mail.traces)
    name = f"mail {mail.kind}" if mail.cadence is None else f"digest {mail.cadence}"
    return tracing.span(
        name, tracing.CLIENT, after=after[0] if after else None, links=links, row=mail.id, events=mail.events
    )


async def _heed(refused: Sequence[tuple[Mail, Outcome]]) -> None:
    """What a server that is asked about an address says of it counts like a report that comes back later. Before the
    settlement: what was heeded twice is heeded once, what is never heeded is mailed to again."""
    for mail, outcome in refused:
        if outcome.verdict is not None:
            async with transaction():
                await heed(mail.recipient, outcome.verdict, blanked(outcome.detail), clock.now())


def _say(settled: Sequence[tuple[Mail, Settlement]]) -> None:
    """To the log and to Prometheus: how these tries ended."""
    for mail, settlement in settled:
        metrics.MAILS.labels(mail.kind, str(settlement.outcome)).inc()
        if settlement.outcome is State.SENT and mail.cadence is not None:
            metrics.sent_digest(mail.cadence, mail.since)
        elif settlement.outcome is State.SENT:
            metrics.sent(mail.kind, mail.since)
    if settled:
        log.info(
            "mails_settled",
            **Counter(str(settlement.outcome) for _, settlement in settled),
            mails=[mail_name(NOTIFICATION if mail.cadence is None else ISSUE, mail.id) for mail, _ in settled],
            events=sorted({event for mail, _ in settled for event in mail.events}),
        )


def _settlement(mail: Mail, attempt_id: int, outcome: Outcome, settings: Settings) -> Settlement:
    """What an outcome means for the row. The last try that can be put off is a failure."""
    state, tries = State(outcome.state), mail.attempts + 1
    due = None
    if state in (State.DEFERRED, State.UNKNOWN):
        if tries >= settings.mail_attempts:
            state = State.FAILED if state is State.DEFERRED else State.UNKNOWN
        elif state is State.DEFERRED or settings.unknown_mail == "resend":
            due = clock.now() + wait_before_retry(tries)
    if state is not State.SENT:
        log.warning("mail_not_sent", row=mail.id, state=state, code=outcome.code, detail=outcome.detail, tries=tries)
    return Settlement(
        mail.id,
        state,
        due=due,
        attempt_id=attempt_id,
        outcome=State(outcome.state),
        code=outcome.code,
        detail=outcome.detail,
    )
