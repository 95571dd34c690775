"""The notifier's arq worker and its timetable. arq is used here and in doorbell and jobs, and nowhere else.

A worker says every half minute that it lives, under the name of its machine or container: `heartbeat`.
"""

from __future__ import annotations

import socket
from collections.abc import Sequence
from typing import Any

from arq import cron, func
from arq.typing import WorkerCoroutine
from arq.worker import Worker

from casework.config import Settings
from casework.database import is_postgres
from notifier.doorbell import NOTIFIER_QUEUE, Doorbell, decode, encode
from notifier.jobs import Context, deliver_mail, relay_events, rescue_work
from notifier.outcome import Transport

JOB_TIMEOUT_SECONDS = 3600
_HEARTBEAT_SECONDS = 30
Timetable = Sequence[tuple[WorkerCoroutine, set[int]]]
"""Jobs, each with its seconds of every minute."""
EVEN_SECONDS = set(range(0, 60, 2))


async def make_worker(
    settings: Settings, doorbell: Doorbell, transport: Transport, *, burst: bool = False, handle_signals: bool = True
) -> Worker:
    """A worker on an open database. `burst` works off what is queued and returns.

    The relay and the delivery tick every two seconds, whatever Redis forgot; SQLite has one writer, so there jobs run
    one at a time.
    """
    context: Context = {"settings": settings, "doorbell": doorbell, "transport": transport}
    timetable = [(relay_events, EVEN_SECONDS), (deliver_mail, EVEN_SECONDS), (rescue_work, {30})]
    return await worker_for(timetable, NOTIFIER_QUEUE, context, doorbell, burst=burst, handle_signals=handle_signals)


async def worker_for(
    timetable: Timetable,
    queue: str,
    context: Context,
    doorbell: Doorbell,
    *,
    burst: bool = False,
    handle_signals: bool = True,
) -> Worker:
    """A worker that does each job at its seconds of every minute, and whenever it is rung for."""
    options: dict[str, Any] = {"keep_result": 0, "timeout": JOB_TIMEOUT_SECONDS, "max_tries": 1}
    return Worker(
        functions=[func(job, **options) for job, _ in timetable],
        cron_jobs=None if burst else [cron(job, second=seconds, **options) for job, seconds in timetable],
        redis_pool=await doorbell.connect(),
        queue_name=queue,
        ctx=dict(context),
        burst=burst,
        handle_signals=handle_signals,
        max_jobs=4 if is_postgres() else 1,
        poll_delay=0.05,
        keep_result=0,
        job_serializer=encode,
        job_deserializer=decode,
        log_results=False,
        health_check_interval=_HEARTBEAT_SECONDS,
        health_check_key=heartbeat(queue),
    )


def heartbeat(queue: str) -> str:
    """The name under which this machine's worker of a queue is heard (`Doorbell.hears`)."""
    return f"{queue}:alive:{socket.gethostname()}"
