"""A large town's day in ten minutes: real processes, GraphQL over HTTP, mail to an SMTP sink.

    100,000 residents, 50,000 watch areas, 200 members of staff      there when it begins
    5,000 requests, 20,000 actions                                   sent at a steady rate, whoever answers how fast
    curbcast serve · worker notifier · worker digests                one of each, PostgreSQL and Valkey beside them

`python -m bench.load` ends with one line: event-to-mail p50 and p99 in seconds (from the event's time to the commit
after the server's 250, of mail that goes at once), the answers' p99, errors, and what each process took of processor
time and memory. `--scale 0.02` shrinks the day and the town; `--minutes 60` spreads it over an hour, for its memory.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import time
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import numpy as np

from bench import servers
from bench.big_town import found_big_town
from bench.day import Day
from bench.processes import processor_seconds, resident_mb, running, settings_of
from casework import clock
from casework.database import close_database, connection, fetch, open_database
from casework.migrating import migrate
from curbcast.logs import quieten
from curbcast.wiring import register_all_models

REQUESTS, ACTIONS = 5_000, 20_000
RESIDENTS, AREAS, STAFF = 100_000, 50_000, 200
_SAMPLE_SECONDS = 10.0
_REST_SECONDS = 600.0


async def _sample(pids: dict[str, int], samples: list[dict[str, int]]) -> None:
    while True:
        samples.append({name: resident_mb(pid) for name, pid in pids.items()})
        await asyncio.sleep(_SAMPLE_SECONDS)


async def _rested() -> float:
    """Seconds until nothing waits any more."""
    begun = time.monotonic()
    while time.monotonic() < begun + _REST_SECONDS:
        (row,) = await fetch(
            "SELECT (SELECT count(*) FROM outbox) + (SELECT count(*) FROM notification WHERE due <= $1) AS n",
            clock.now(),
        )
        if row["n"] == 0:
            return time.monotonic() - begun
        await asyncio.sleep(0.2)
    raise TimeoutError("mail still waits")


async def _mail_times() -> dict[str, Any]:
    (row,) = await fetch(
        "SELECT count(*) AS mails, percentile_cont(0.5) WITHIN GROUP (ORDER BY took) AS p50,"
        " percentile_cont(0.99) WITHIN GROUP (ORDER BY took) AS p99, max(took) AS slowest"
        " FROM (SELECT extract(epoch FROM settled_at - occurred_at) AS took FROM notification"
        " WHERE state = 'sent' AND carried_by_id IS NULL AND held_until IS NULL) AS mail"
    )
    states = {
        each["state"]: each["n"] for each in await fetch("SELECT state, count(*) AS n FROM notification GROUP BY 1")
    }
    return {
        "mails": row["mails"],
        **{k: round(float(row[k] or 0), 2) for k in ("p50", "p99", "slowest")},
        "rows": states,
    }


async def _bytes_a_row() -> dict[str, int]:
    """With indexes, of the tables that grow."""
    await connection().execute_script("ANALYZE")
    rows = await fetch(
        "SELECT relname, pg_total_relation_size(oid) / reltuples AS size FROM pg_class"
        " WHERE relname IN ('history', 'notification', 'attempt') AND reltuples > 0"
    )
    return {row["relname"]: round(row["size"]) for row in rows}


async def measure(scale: float, minutes: float, seed: int) -> dict[str, Any]:
    register_all_models()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="curbcast-load-")))
        postgres = stack.enter_context(servers.postgres(shared_buffers="1GB"))
        database = await servers.create_database(postgres.url, "load")
        valkey, sink = stack.enter_context(servers.valkey()), stack.enter_context(servers.smtp_sink())
        await migrate(database)
        await open_database(database)
        sizes = [max(10, round(each * scale)) for each in (RESIDENTS, AREAS, STAFF)]
        town = await found_big_town(*sizes, seed=seed)
        port = servers.free_port()
        environment = settings_of(folder, database=database, valkey=valkey, sink=sink)
        parts = {
            "api": ["serve", "--port", str(port)],
            "notifier": ["worker", "notifier"],
            "digests": ["worker", "digests"],
        }
        pids = {name: stack.enter_context(running(name, words, environment, folder)) for name, words in parts.items()}
        day = Day(town, f"http://127.0.0.1:{port}", random.Random(seed))
        await _until_ready(day.url)
        everybody = {**pids, "postgres": postgres.process.pid, "valkey": valkey.process.pid, "sink": sink.process.pid}
        before = {name: processor_seconds(pid) for name, pid in everybody.items()}
        samples: list[dict[str, int]] = []
        sampling = asyncio.create_task(_sample(pids, samples))
        await day.run(round(REQUESTS * scale), round(ACTIONS * scale), minutes * 60)
        rested = await _rested()
        sampling.cancel()
        samples.append({name: resident_mb(pid) for name, pid in pids.items()})
        found = {
            **await _mail_times(),
            "answers": len(day.took),
            "answer_p50_ms": round(float(np.percentile(day.took, 50)) * 1000),
            "answer_p99_ms": round(float(np.percentile(day.took, 99)) * 1000),
            "refused_by_rules": day.refused,
            "errors": len(day.errors),
            "first_errors": day.errors[:3],
            "seconds_to_rest": round(rested, 1),
            "bytes_a_row": await _bytes_a_row(),
            "processor_seconds": {
                name: round(processor_seconds(pid) - before[name], 1) for name, pid in everybody.items()
            },
            "memory_mb": [samples[round(n * (len(samples) - 1) / 10)] for n in range(11)],
        }
        await close_database()
    return found


async def _until_ready(url: str) -> None:
    async with httpx.AsyncClient(base_url=url) as client:
        for _ in range(600):
            try:
                if (await client.get("/readyz")).status_code == 200:
                    return
            except httpx.HTTPError:
                pass  # it does not listen yet
            await asyncio.sleep(0.1)
    raise TimeoutError("the API did not start")


if __name__ == "__main__":
    options = argparse.ArgumentParser(prog="bench.load", description=__doc__)
    options.add_argument("--scale", type=float, default=1.0)
    options.add_argument("--minutes", type=float, default=10.0)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    quieten()
    print(json.dumps(asyncio.run(measure(given.scale, given.minutes, given.seed))))
