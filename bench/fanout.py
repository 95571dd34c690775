"""One event on a request that a whole town follows: from the mutation's answer to the SMTP sink's last 250.

    ours      PostgreSQL, one notifier worker process (arq, uvloop), everything that the promise needs
    beside    the same sink, fed as many prebuilt mails of the same size by the stock SMTP client

`python -m bench.fanout 10000` measures one size; `--memory` follows the worker's memory over three sizes.
"""

from __future__ import annotations

import asyncio
import resource
import subprocess
import sys
import time
from contextlib import ExitStack
from typing import Any

import uvloop

from bench import report, servers
from bench.smtp_raw import feed_stock
from casework import clock
from casework.access import Viewer, viewer_for
from casework.actions import accounts, filing, handling, membership
from casework.config import Settings
from casework.database import close_database, fetch, open_database
from casework.migrating import migrate
from casework.people import Role
from casework.requests import ServiceRequest
from curbcast.wiring import register_all_models
from notifier.deliver import deliver_due
from notifier.notifications import Notification, State
from notifier.preview import preview
from notifier.relay import stamp, tell_due
from notifier.transports import transport_for

CONNECTIONS = 8
GOAL = 0.6


async def town(followers: int) -> tuple[Viewer, ServiceRequest]:
    """A request that so many people follow, and the official who will close it."""
    organization = await membership.create_organization(slug="bench", name="Town of Bench")
    official = await accounts.create_person(handle="tom", name="Tom", address="tom@bench.example", confirmed=True)
    await membership.add_member(organization, official, Role.OWNER)
    viewer = await viewer_for(official)
    category = await membership.create_category(viewer, organization.id, name="Street lights")
    request = await filing.submit_request(
        viewer, organization_id=organization.id, category_id=category.id, summary="The whole street is dark"
    )
    await fetch(
        "INSERT INTO person (handle, name, address, language, time_zone, confirmed_at, created_at)"
        " SELECT 'r' || n, 'Resident ' || n, 'r' || n || '@bench.example', 'en', 'America/New_York', $1, $1"
        " FROM generate_series(1, $2::int) AS n",
        clock.now(),
        followers,
    )
    await fetch(
        "INSERT INTO follow (request_id, person_id, since_event, created_at)"
        " SELECT $1, id, 0, $2 FROM person WHERE handle LIKE 'r%'",
        request.id,
        clock.now(),
    )
    await fetch("ANALYZE")
    return viewer, request


async def drain(settings: Settings) -> None:
    """What a worker does, on two lanes, so that one batch is written while another is on the wire."""
    transport = transport_for(settings)

    async def lane() -> None:
        while await deliver_due(transport, settings):
            pass

    async def relay() -> None:
        await stamp()
        while await tell_due(lease=settings.lease):
            pass

    telling = asyncio.create_task(relay())
    while not telling.done():
        await asyncio.gather(lane(), lane())
        await asyncio.sleep(0.002)
    await telling
    await asyncio.gather(lane(), lane())
    await transport.close()


async def measure(followers: int) -> dict[str, Any]:
    """Seconds of both, for one number of followers."""
    register_all_models()
    with ExitStack() as stack:
        postgres = stack.enter_context(servers.postgres())
        sink = stack.enter_context(servers.smtp_sink())
        url = await servers.create_database(postgres.url, "fanout")
        settings = Settings(
            secret_key="x" * 32, database_url=url, smtp_url=f"{sink.url}?starttls=never", smtp_connections=CONNECTIONS
        )
        await migrate(url)
        await open_database(url)
        viewer, request = await town(followers)
        await drain(settings)
        await handling.close(viewer, request.id, comment="New lamps all along the street. " * 10)
        begun = time.perf_counter()
        await drain(settings)
        ours = time.perf_counter() - begun
        sent = await Notification.filter(kind="request_closed", state=State.SENT).count()
        if sent != followers:
            raise RuntimeError(f"{sent} of {followers} mails went out")
        await close_database()
        beside = await feed_stock(sink.port, [_prebuilt()] * followers, CONNECTIONS)
    return {"followers": followers, "ours": ours, "beside": beside, "rss": _rss_mb()}


def _prebuilt() -> bytes:
    """A finished mail of about the size of ours."""
    return preview("request_closed", "en").eml


def _rss_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main(followers: int = 10_000) -> dict[str, Any]:
    measured = uvloop.run(measure(followers))
    return report(
        "fanout",
        ours=followers / measured["ours"],
        beside=followers / measured["beside"],
        goal=GOAL,
        unit="mails/s",
        note=f"{followers:,} recipients, peak memory {measured['rss']} MB",
    )


def memory() -> None:
    """Peak memory of a process that tells one event to so many people: it must not grow with their number."""
    for followers in (1_000, 10_000, 100_000):
        code = f"import uvloop; from bench.fanout import measure; print(uvloop.run(measure({followers})))"
        subprocess.run([sys.executable, "-c", code], check=True)


if __name__ == "__main__":
    if "--memory" in sys.argv:
        memory()
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
