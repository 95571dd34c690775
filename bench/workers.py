"""One event for a whole town, by one, two and four worker processes: what more workers bring, and what bounds them.

`python -m bench.workers --followers 20000 1 2 4`: the same event in turn, each time in a new database; mails a second
from the mutation's commit to the last settled mail, and the processor time of PostgreSQL, the sink and the workers.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench import servers
from bench.fanout import town
from bench.processes import processor_seconds, running, settings_of
from casework.actions import handling
from casework.database import close_database, fetch, open_database
from casework.migrating import migrate
from curbcast.logs import quieten
from curbcast.wiring import register_all_models
from notifier.doorbell import RELAY, Doorbell


async def measure(workers: int, followers: int) -> dict[str, Any]:
    register_all_models()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="curbcast-workers-")))
        postgres = stack.enter_context(servers.postgres())
        valkey, sink = stack.enter_context(servers.valkey()), stack.enter_context(servers.smtp_sink())
        database = await servers.create_database(postgres.url, "workers")
        await migrate(database)
        await open_database(database)
        viewer, request = await town(followers)
        environment = settings_of(folder, database=database, valkey=valkey, sink=sink)
        pids = [
            stack.enter_context(running(f"worker-{n}", ["worker", "notifier"], environment, folder))
            for n in range(workers)
        ]
        await _settled(0)
        await asyncio.sleep(3)  # until all have compiled what they need
        everybody = {"postgres": postgres.process.pid, "sink": sink.process.pid}
        before = {name: processor_seconds(pid) for name, pid in everybody.items()}
        worked = sum(processor_seconds(pid) for pid in pids)
        doorbell = Doorbell(valkey.url)
        begun = time.monotonic()
        await handling.close(viewer, request.id, comment="New lamps all along the street. " * 10)
        await doorbell.ring(RELAY)
        await _settled(followers)
        took = time.monotonic() - begun
        await doorbell.close()
        found = {
            "workers": workers,
            "followers": followers,
            "seconds": round(took, 1),
            "mails_a_second": round(followers / took),
            "processor_seconds": {
                "workers": round(sum(processor_seconds(pid) for pid in pids) - worked, 1),
                **{name: round(processor_seconds(pid) - before[name], 1) for name, pid in everybody.items()},
            },
        }
        await close_database()
    return found


async def _settled(mails: int) -> None:
    """Until the event's mails, and everything before it, are out."""
    while True:
        (row,) = await fetch(
            "SELECT (SELECT count(*) FROM outbox)"
            " + (SELECT count(*) FROM notification WHERE due IS NOT NULL) AS waiting,"
            " (SELECT count(*) FROM notification WHERE kind = 'request_closed' AND state = 'sent') AS sent"
        )
        if row["waiting"] == 0 and row["sent"] >= mails:
            return
        await asyncio.sleep(0.1)


if __name__ == "__main__":
    options = argparse.ArgumentParser(prog="bench.workers", description=__doc__)
    options.add_argument("workers", type=int, nargs="*", default=[1, 2, 4])
    options.add_argument("--followers", type=int, default=20_000)
    given = options.parse_args()
    quieten()
    for number in given.workers:
        print(json.dumps(asyncio.run(measure(number, given.followers))), flush=True)
