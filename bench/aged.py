"""Does mail get slower with age? One event for a street, beside as many settled notifications as one likes.

`python -m bench.aged --rows 1000000`: the same events told and mailed in a young ledger and in an old one, in turn, in
one database; the processor time of PostgreSQL and of this process for each, and what the table takes on disk.
"""

from __future__ import annotations

import argparse
import json
import time
from contextlib import ExitStack
from typing import Any

import uvloop

from bench import servers
from bench.fanout import drain, town
from bench.processes import processor_seconds
from casework import clock
from casework.access import Viewer
from casework.actions import handling
from casework.config import Settings
from casework.database import close_database, connection, fetch, open_database
from casework.migrating import migrate
from casework.requests import ServiceRequest
from curbcast.logs import quieten
from curbcast.wiring import register_all_models


async def measure(rows: int, followers: int) -> dict[str, Any]:
    register_all_models()
    with ExitStack() as stack:
        postgres = stack.enter_context(servers.postgres())
        sink = stack.enter_context(servers.smtp_sink())
        database = await servers.create_database(postgres.url, "aged")
        settings = Settings(secret_key="x" * 32, database_url=database, smtp_url=f"{sink.url}?starttls=never")
        await migrate(database)
        await open_database(database)
        viewer, request = await town(followers)
        await drain(settings)
        await _told(viewer, request, settings, postgres)  # templates are compiled by then
        young = await _told(viewer, request, settings, postgres)
        await _age(rows)
        old = await _told(viewer, request, settings, postgres)
        (size,) = await fetch("SELECT pg_total_relation_size('notification') AS bytes")
        await close_database()
    return {"rows": rows, "followers": followers, "young": young, "old": old, "notification_mb": size["bytes"] // 2**20}


async def _told(
    viewer: Viewer, request: ServiceRequest, settings: Settings, postgres: servers.Server
) -> dict[str, float]:
    """Seconds in which the request is closed and opened again, and everybody mailed of both."""
    worked, begun, clocked = processor_seconds(postgres.process.pid), time.monotonic(), time.process_time()
    await handling.close(viewer, request.id, comment="New lamps all along the street.")
    await handling.reopen(viewer, request.id, comment="One of them is dark again.")
    await drain(settings)
    return {
        "seconds": round(time.monotonic() - begun, 2),
        "ours": round(time.process_time() - clocked, 2),
        "postgres": round(processor_seconds(postgres.process.pid) - worked, 2),
    }


async def _age(rows: int) -> None:
    """So many mails of long ago."""
    await fetch(
        "INSERT INTO notification (event_id, recipient, kind, reason, reasons, cadence, because, state, priority,"
        " occurred_at, created_at, settled_at, attempts)"
        " SELECT (SELECT min(id) FROM history), 'address:a' || n || '@bench.example', 'request_closed', 'follower',"
        """ '[{"reason": "follower", "kind": "request_closed"}]', 'immediate', 'default', 'sent', 1, $1, $1, $1, 1"""
        " FROM generate_series(1, $2::int) AS n",
        clock.now(),
        rows,
    )
    await connection().execute_script("VACUUM ANALYZE notification")


if __name__ == "__main__":
    options = argparse.ArgumentParser(prog="bench.aged", description=__doc__)
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--followers", type=int, default=2_000)
    given = options.parse_args()
    quieten()
    print(json.dumps(uvloop.run(measure(given.rows, given.followers))))
