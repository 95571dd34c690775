"""A worker that outlives its Redis, and that ends in order.

    stay_at_work ── an arq worker ── Redis goes away ──▶ every job once, by hand ── wait ── look again ──▶ a new worker
                         │                                        └────────────◀────────────┘
                         └── cancelled ──▶ jobs that have begun finish their batch

Redis only says when there is work, so without it work is a little late and nothing else: it is looked for at each try
to reach Redis again.
"""

from __future__ import annotations

import asyncio

import structlog
from arq.worker import Worker

from notifier import metrics
from notifier.doorbell import AWAY
from notifier.jobs import Context
from notifier.worker import Duties, worker_for

_FIRST_WAIT_SECONDS, _LONGEST_WAIT_SECONDS = 0.5, 10.0

log = structlog.get_logger(__name__)


async def stay_at_work(duties: Duties, context: Context) -> None:
    """Work until cancelled, whatever becomes of Redis. The database is open."""
    wait = _FIRST_WAIT_SECONDS
    while True:
        worker: Worker | None = None
        try:
            worker = await worker_for(duties, context)
            log.info("at_work", queue=duties.queue)
            await worker.async_run()
        except asyncio.CancelledError:
            context["stopping"].set()
            await _finish(worker)
            await context["pace"].leave()
            raise
        except AWAY as error:
            metrics.REDIS_LOST.inc()
            log.warning("redis_away", queue=duties.queue, error=repr(error))
        except Exception:
            log.exception("worker_broke", queue=duties.queue)
        if worker is not None:
            wait = _FIRST_WAIT_SECONDS
        await _finish(worker)
        await context["doorbell"].close()
        await _work_by_hand(duties, context)
        await asyncio.sleep(wait)
        wait = min(wait * 2, _LONGEST_WAIT_SECONDS)


async def _finish(worker: Worker | None) -> None:
    """A job that has begun is let finish, so that no mail is left between its 250 and its settlement."""
    if worker is not None:
        await asyncio.gather(*worker.tasks.values(), return_exceptions=True)


async def _work_by_hand(duties: Duties, context: Context) -> None:
    async def each_once() -> None:
        for job, _ in duties.timetable:
            try:
                await job({**context})
            except Exception:
                log.exception("job_failed", job=job.__qualname__)

    by_hand = asyncio.create_task(each_once())
    try:
        await asyncio.shield(by_hand)
    except asyncio.CancelledError:
        context["stopping"].set()
        await by_hand
        raise
