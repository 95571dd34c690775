"""arq's jobs: thin shells around the pipeline. No job takes arguments, so a lost or repeated one changes nothing.

Each works until nothing is due, and then returns: the timetable or the next ring starts it again.
"""

from __future__ import annotations

import asyncio
import imaplib
from collections.abc import Sequence
from typing import Any, TypedDict, cast

import structlog

from casework.actions import archiving, deadlines
from casework.config import Settings
from notifier import deliver, relay, rescue
from notifier.bounce_mailbox import fetch_reports
from notifier.doorbell import DELIVER, Doorbell
from notifier.leases import Queue
from notifier.outcome import Transport
from notifier.pace import Pace, SharedPace

log = structlog.get_logger(__name__)


class Context(TypedDict):
    """What a worker's jobs share. Once it is `stopping`, a job ends with the batch that it is at."""

    settings: Settings
    doorbell: Doorbell
    transport: Transport
    stopping: asyncio.Event
    pace: Pace


def context_of(
    settings: Settings,
    doorbell: Doorbell,
    transport: Transport,
    counted: Sequence[Queue] = (deliver.NOTIFICATIONS,),
) -> Context:
    """`counted` are the queues whose mails count for a new sender's ceilings."""
    return {
        "settings": settings,
        "doorbell": doorbell,
        "transport": transport,
        "stopping": asyncio.Event(),
        "pace": SharedPace(settings, doorbell, transport, counted),
    }


async def relay_events(ctx: dict[str, Any]) -> None:
    """Stamp positions, tell due events, and have their mail delivered."""
    mine = cast(Context, ctx)
    while not mine["stopping"].is_set():
        position = await relay.stamp()
        if position is not None:
            await mine["doorbell"].hint(position)
        told = await relay.tell_due(lease=mine["settings"].lease)
        if not told:
            return
        await mine["doorbell"].ring(DELIVER)


async def deliver_mail(ctx: dict[str, Any]) -> None:
    """Send what is due."""
    mine = cast(Context, ctx)
    sending = mine["transport"], mine["settings"], mine["pace"]
    while not mine["stopping"].is_set() and await deliver.deliver_due(*sending):
        pass


async def ring_clocks(ctx: dict[str, Any]) -> None:
    """Find the requests whose deadline is near or past, however long nobody looked."""
    mine = cast(Context, ctx)
    while not mine["stopping"].is_set() and await deadlines.ring_clocks():
        pass


async def archive_requests(ctx: dict[str, Any]) -> None:
    """Archive the closed requests that have been quiet for long enough."""
    mine = cast(Context, ctx)
    while not mine["stopping"].is_set() and await archiving.archive_quiet():
        pass


async def rescue_work(ctx: dict[str, Any]) -> None:
    """Pick up what fell between two workers."""
    await rescue.rescue_bulks()


async def fetch_bounces(ctx: dict[str, Any]) -> None:
    """Empty the bounce mailbox, where there is one. A mailbox that is away is tried again a minute later."""
    try:
        await fetch_reports(cast(Context, ctx)["settings"])
    except (OSError, imaplib.IMAP4.error) as error:
        log.warning("bounce_mailbox_unreachable", error=str(error))
