"""No ring is lost to one that was answered before it."""

from __future__ import annotations

from bench.servers import Server
from notifier.doorbell import NOTIFIER_QUEUE, RELAY, Doorbell


async def test_a_ring_right_after_one_that_was_answered_is_answered_too(valkey: Server) -> None:
    doorbell = Doorbell(valkey.url)
    redis = await doorbell.connect()
    await doorbell.ring(RELAY)
    assert [job.function for job in await redis.queued_jobs(queue_name=NOTIFIER_QUEUE)] == [RELAY]
    await redis.delete(NOTIFIER_QUEUE)  # a worker took it, and looked
    await doorbell.ring(RELAY)
    assert [job.function for job in await redis.queued_jobs(queue_name=NOTIFIER_QUEUE)] == [RELAY]
    await doorbell.close()
