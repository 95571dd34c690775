"""The digest half's arq worker and its timetable."""

from __future__ import annotations

from arq.worker import Worker

from casework.config import Settings
from digests.jobs import send_digests
from notifier.doorbell import DIGESTS_QUEUE, Doorbell
from notifier.jobs import Context
from notifier.outcome import Transport
from notifier.worker import worker_for

_EVERY_TEN_SECONDS = set(range(5, 60, 10))


async def make_worker(
    settings: Settings, doorbell: Doorbell, transport: Transport, *, burst: bool = False, handle_signals: bool = True
) -> Worker:
    """A worker on an open database."""
    context: Context = {"settings": settings, "doorbell": doorbell, "transport": transport}
    timetable = [(send_digests, _EVERY_TEN_SECONDS)]
    return await worker_for(timetable, DIGESTS_QUEUE, context, doorbell, burst=burst, handle_signals=handle_signals)
