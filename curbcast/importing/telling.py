"""The pipeline, run in this process until nothing is due."""

from __future__ import annotations

from casework.config import Settings
from digests.flush import flush_due
from digests.gather import gather_due
from notifier import relay, rescue
from notifier.deliver import deliver_due
from notifier.outcome import Transport
from notifier.pace import UNLIMITED, Pace


async def tell_all(transport: Transport, settings: Settings, pace: Pace = UNLIMITED) -> None:
    """Tell every due event and send every due mail, digests too. What waits for a later moment, or for a limit, goes on
    waiting."""
    await relay.stamp()
    while await relay.tell_due(lease=settings.lease):
        pass
    await rescue.rescue_bulks()
    while await deliver_due(transport, settings, pace):
        pass
    while await gather_due():
        pass
    while await flush_due(transport, settings, pace):
        pass
