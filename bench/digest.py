"""A morning's digests: gathered, asked again, written and handed to an SMTP sink; from the first look to the last 250.

    ours      PostgreSQL, one digest worker's work in one process, everything that the promise needs; while one batch is
              sent, the next is gathered
    beside    the same sink, fed as many prebuilt mails of the same size by the stock SMTP client

Each reader watches one of the town's neighbourhoods, where eight things happened since yesterday; some of a
neighbourhood's readers speak Spanish. A quarter of the readers comes first and is not counted: a worker has compiled
its templates long since, and PostgreSQL knows its tables.

`python -m bench.digest 4000` measures that many readers; `--memory` measures the peak for 1,000 to 100,000 that are due
in one minute.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from datetime import timedelta
from typing import Any

import uvloop

from bench import report, servers
from bench.smtp_raw import feed_stock
from casework import clock
from casework.access import viewer_for
from casework.actions import accounts, filing, handling, membership, talking
from casework.config import Settings
from casework.database import close_database, fetch, open_database
from casework.migrating import migrate
from casework.people import Role
from curbcast.wiring import register_all_models
from digests.jobs import send_due
from notifier.preview import preview
from notifier.relay import stamp, tell_due
from notifier.transports import transport_for
from notifier.words import languages

CONNECTIONS = 8
GOAL = 0.5
ROUNDS = 3
KINDS = ("request_closed", "request_commented")
NEIGHBOURHOODS, REQUESTS = 10, 4  # of each request, its closing and a comment: eight lines a reader


async def _town(readers: int, settings: Settings, requests_each: int = REQUESTS) -> None:
    """Everybody wants a daily digest of what they follow, and yesterday is told: all of it is due now."""
    organization = await membership.create_organization(slug="bench", name="Town of Bench")
    official = await accounts.create_person(handle="tom", name="Tom", address="tom@bench.example", confirmed=True)
    await membership.add_member(organization, official, Role.OWNER)
    viewer = await viewer_for(official)
    category = await membership.create_category(viewer, organization.id, name="Street lights")
    requests = [
        await filing.submit_request(
            viewer,
            organization_id=organization.id,
            category_id=category.id,
            summary=f"Lamp {number} on Elm Street is dark",
            place=f"{number} Elm Street",
        )
        for number in range(NEIGHBOURHOODS * requests_each)
    ]
    now = clock.now()
    await fetch(
        "INSERT INTO person (handle, name, address, language, time_zone, confirmed_at, created_at)"
        " SELECT 'r' || n, 'Resident ' || n, 'r' || n || '@bench.example',"
        " CASE n % 5 WHEN 0 THEN 'es' ELSE 'en' END, 'America/New_York', $1, $1 FROM generate_series(1, $2::int) AS n",
        now,
        readers,
    )
    await fetch(
        "INSERT INTO preference (recipient, kind, cadence, changed_at)"
        " SELECT 'person:' || id, kind, 'daily', $1 FROM person,"
        " unnest($2::text[]) AS kind WHERE handle LIKE 'r%'",
        now,
        list(KINDS),
    )
    await fetch(
        "INSERT INTO follow (request_id, person_id, since_event, created_at)"
        f" SELECT request_id, id, 0, $2 FROM person, unnest($1::int[]) WITH ORDINALITY AS given(request_id, place)"
        f" WHERE handle LIKE 'r%' AND id % {NEIGHBOURHOODS} = place % {NEIGHBOURHOODS}",
        [request.id for request in requests],
        now,
    )
    for request in requests:
        await talking.add_comment(viewer, request.id, body="We are coming on Thursday with the lift. " * 3)
        await handling.close(viewer, request.id, comment="A new lamp, and the timer set to dusk. " * 3)
    await stamp()
    while await tell_due(lease=settings.lease):
        pass
    await fetch("UPDATE notification SET held_until = $1 WHERE cadence = 'daily'", now + timedelta(days=1))
    await fetch("ANALYZE")


@asynccontextmanager
async def _ground(readers: int, requests_each: int = REQUESTS) -> AsyncIterator[tuple[Settings, servers.Server]]:
    """A town on PostgreSQL, and a sink for its mail."""
    register_all_models()
    with ExitStack() as stack:
        postgres = stack.enter_context(servers.postgres())
        sink = stack.enter_context(servers.smtp_sink())
        url = await servers.create_database(postgres.url, "digest")
        settings = Settings(
            secret_key="x" * 32, database_url=url, smtp_url=f"{sink.url}?starttls=never", smtp_connections=CONNECTIONS
        )
        await migrate(url)
        await open_database(url)
        await _town(readers, settings, requests_each)
        yield settings, sink
        (told,) = await fetch("SELECT sum(told) AS lines FROM issue WHERE state = 'sent' AND cadence = 'daily'")
        if told["lines"] != readers * requests_each * 2:
            raise RuntimeError(f"{told['lines']} lines of {readers * requests_each * 2} were told")
        await close_database()


async def measure(readers: int) -> dict[str, Any]:
    """Seconds of both, for one number of readers."""
    async with _ground(readers) as (settings, sink):
        transport = transport_for(settings)
        prebuilt = _warm()
        seconds, digests = {"ours": 0.0, "beside": 0.0}, 0
        for turn in range(ROUNDS + 1):
            await fetch(
                "UPDATE notification SET held_until = $1 WHERE cadence = 'daily' AND person_id % $2 = $3",
                clock.now(),
                ROUNDS + 1,
                turn,
            )
            await fetch("ANALYZE")
            begun = time.perf_counter()
            sent = await send_due(transport, settings)
            took = time.perf_counter() - begun
            if turn > 0:
                digests += sent
                seconds["ours"] += took
                seconds["beside"] += await feed_stock(sink.port, [prebuilt] * sent, CONNECTIONS)
        await transport.close()
    return {**seconds, "digests": digests, "size": len(prebuilt)}


async def peak(readers: int) -> str:
    """The peak memory of a process to which so many digests of two lines are due in one minute."""
    async with _ground(readers, 1) as (settings, _):
        transport = transport_for(settings)
        await fetch("UPDATE notification SET held_until = $1 WHERE cadence = 'daily'", clock.now())
        sent = await send_due(transport, settings)
        await transport.close()
    return f"{sent:,} digests: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB"


def memory() -> None:
    """It must not grow with the number of readers."""
    for readers in (1_000, 10_000, 100_000):
        code = f"import uvloop; from bench.digest import peak; print(uvloop.run(peak({readers})))"
        subprocess.run([sys.executable, "-c", code], check=True)


def _warm() -> bytes:
    """A finished digest of about the size of ours, with every template compiled."""
    built = {(kind, language): preview(kind, language).eml for kind in (*KINDS, "digest") for language in languages()}
    return built["digest", "en"]


def main(readers: int = 4_000) -> dict[str, Any]:
    measured = uvloop.run(measure(readers))
    return report(
        "digest",
        ours=measured["digests"] / measured["ours"],
        beside=measured["digests"] / measured["beside"],
        goal=GOAL,
        unit="digests/s",
        note=f"{readers:,} readers, {REQUESTS * 2} lines each, {measured['size'] // 1000} kB",
    )


if __name__ == "__main__":
    if "--memory" in sys.argv:
        memory()
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 4_000)
