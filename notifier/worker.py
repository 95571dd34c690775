"""What the notifier's workers do, and the arq worker that does it, which `notifier.at_work` keeps at work.

arq is used in these two, doorbell and jobs, and nowhere else.

A worker says every half minute that it lives, under the name of its machine or container: `heartbeat`.
"""

from __future__ import annotations

import socket
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from arq import cron, func
from arq.typing import WorkerCoroutine
from arq.worker import Worker

from casework.database import is_postgres
from notifier.doorbell import NOTIFIER_QUEUE, decode, encode
from notifier.jobs import Context, archive_requests, deliver_mail, fetch_bounces, relay_events, rescue_work, ring_clocks

JOB_TIMEOUT_SECONDS = 3600
_HEARTBEAT_SECONDS = 30
_NIGHT = (3, 17)
"""Hour and minute, in the machine's own time zone."""
_EVEN_SECONDS = frozenset(range(0, 60, 2))


@dataclass(frozen=True)
class Duties:
    """The jobs of one half, each with its seconds of every minute, and the queue on which they are rung for; and those
    that are done once a night."""

    queue: str
    timetable: tuple[tuple[WorkerCoroutine, AbstractSet[int]], ...]
    nightly: tuple[WorkerCoroutine, ...] = ()


DUTIES = Duties(
    NOTIFIER_QUEUE,
    (
        (relay_events, _EVEN_SECONDS),
        (deliver_mail, _EVEN_SECONDS),
        (rescue_work, frozenset({30})),
        (fetch_bounces, frozenset({15})),
        (ring_clocks, frozenset({10, 40})),
        (archive_requests, frozenset({20})),
    ),
)
"""The relay and the delivery tick every two seconds, whatever Redis forgot."""


async def worker_for(duties: Duties, context: Context, *, burst: bool = False) -> Worker:
    """A worker, on an open database, that does each job at its seconds of every minute and whenever it is rung for.

    `burst` works off what is queued and returns. SQLite has one writer, so there jobs run one at a time. Signals are
    for whoever runs the worker.
    """
    options: dict[str, Any] = {"keep_result": 0, "timeout": JOB_TIMEOUT_SECONDS, "max_tries": 1}
    jobs = [*(job for job, _ in duties.timetable), *duties.nightly]
    times = [cron(job, second=set(at), **options) for job, at in duties.timetable]
    times += [cron(job, hour=_NIGHT[0], minute=_NIGHT[1], second=0, **options) for job in duties.nightly]
    return Worker(
        functions=[func(job, **options) for job in jobs],
        cron_jobs=None if burst else times,
        redis_pool=await context["doorbell"].connect(),
        queue_name=duties.queue,
        ctx=dict(context),
        burst=burst,
        handle_signals=False,
        max_jobs=4 if is_postgres() else 1,
        poll_delay=0.05,
        keep_result=0,
        job_serializer=encode,
        job_deserializer=decode,
        log_results=False,
        health_check_interval=_HEARTBEAT_SECONDS,
        health_check_key=heartbeat(duties.queue),
    )


def heartbeat(queue: str, machine: str | None = None) -> str:
    """The name under which a machine's worker of a queue, this one's unless another is named, is heard
    (`Doorbell.hears`)."""
    return f"{queue}:alive:{socket.gethostname() if machine is None else machine}"
