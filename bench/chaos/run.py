"""One run from an empty database to its verdict.

    found the town ── load and troubles together ── stop both, no more faults ── let everything come to rest ── judge

To rest: the clock goes ahead a day at a time, so that every lease, back-off and digest comes due, until nothing waits.
"""

from __future__ import annotations

import asyncio
import random
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import servers
from bench.chaos import parts
from bench.chaos.parts import Part
from bench.chaos.town import Load, found_town
from bench.chaos.troubles import Troubles
from bench.chaos.verdict import Verdict, judge
from bench.chaos.weather import Weather
from casework.database import close_database, fetch, open_database
from casework.migrating import migrate
from curbcast.wiring import register_all_models

_FAULTS = 0.02
_START_SECONDS = 60.0
_REST_DAYS = 12
_REST_SECONDS = 90.0
"""Whoever waits for longer waits for ever."""


@dataclass(frozen=True)
class Plan:
    """`database` is an empty one with the schema in place; without, the run starts a PostgreSQL of its own."""

    kills: int
    seed: int
    pause: float = 0.4
    bug: str | None = None
    database: str | None = None


async def run(plan: Plan, say: Callable[[str], None]) -> Verdict:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="curbcast-chaos-")))
        register_all_models()
        database = plan.database or await _new_database(stack)
        ports = {name: servers.free_port() for name in ("api", "smtp", "valkey")}
        weather = Weather(folder / "weather")
        weather.set_the_clock()
        await open_database(database)
        town = await found_town()
        everything = _parts(plan, folder, database, ports)
        for part in everything:
            stack.callback(part.kill)
            part.start()
        await _until(lambda: all(parts.listens(port) for port in ports.values()), _START_SECONDS)

        draw = random.Random(plan.seed)
        load = Load(town, f"http://127.0.0.1:{ports['api']}", random.Random(plan.seed + 1), plan.pause, weather)
        troubles = Troubles(everything, weather, database, ports["valkey"], draw, plan.pause)
        weather.faults = _FAULTS
        begun = time.monotonic()
        loading = asyncio.create_task(load.run())
        await troubles.run(plan.kills)
        load.stop.set()
        await loading
        weather.faults = 0.0
        say(f"{plan.kills} kills in {time.monotonic() - begun:.0f} s: " + _counted(troubles))
        say(
            f"{load.answered} mutations answered ({load.refused} refused by the rules), {load.repeated} tried again,"
            f" {load.given_up} given up"
        )
        await close_database()  # our own connections were dropped, too
        await open_database(database)
        rested = await _come_to_rest(weather)
        verdict = await judge(folder / "spool")
        verdict.strange += [] if rested else ["it did not come to rest"]
        verdict.strange += await _deeds_undone(load)
        if not verdict.is_good:
            _show_logs(folder)
        await close_database()
    return verdict


async def _new_database(stack: ExitStack) -> str:
    url = await servers.create_database(stack.enter_context(servers.postgres()).url, "chaos")
    await migrate(url)
    return url


def _parts(plan: Plan, folder: Path, database: str, ports: dict[str, int]) -> list[Part]:
    environment = {
        "DATABASE_URL": database,
        "REDIS_URL": f"redis://127.0.0.1:{ports['valkey']}/0",
        "SMTP_URL": f"smtp://127.0.0.1:{ports['smtp']}?starttls=never",
        "SECRET_KEY": "x" * 40,
        "MAIL_ATTEMPTS": "1000",
        "MAIL_BACK_OFF_SECONDS": "0",  # its server's moods say nothing about how much it takes
        "SECRETS_DIR": str(folder / "none"),
        "CURBCAST_DATA_DIR": str(folder / "var"),
    }

    def part(name: str, target: Callable[..., None], *arguments: object) -> Part:
        return Part(name, target, arguments, folder / f"{name.replace(' ', '-')}.log")

    return [
        part("API", parts.run_api, ports["api"], environment, folder),
        part("notifier 1", parts.run_worker, "notifier", environment, folder, plan.bug),
        part("notifier 2", parts.run_worker, "notifier", environment, folder, plan.bug),
        part("digests 1", parts.run_worker, "digests", environment, folder, plan.bug),
        part("digests 2", parts.run_worker, "digests", environment, folder, plan.bug),
        part("Valkey", parts.run_valkey, ports["valkey"], folder),
        part("SMTP server", parts.run_sink, folder, ports["smtp"], plan.seed),
    ]


async def _come_to_rest(weather: Weather) -> bool:
    """Whether nothing waits any more, after at most so many days of the moved clock."""
    for _ in range(_REST_DAYS):
        weather.ahead += 86_400.0
        deadline = time.monotonic() + _REST_SECONDS
        while await _due_now(weather):
            if time.monotonic() > deadline:
                return False
            await asyncio.sleep(0.2)
        if not await _waiting():
            return True
    return False


async def _due_now(weather: Weather) -> int:
    """What somebody should be at work on. A bulk's mail without a time waits for its last event, or the sweep."""
    rows = await fetch(
        "SELECT (SELECT count(*) FROM outbox WHERE due <= $1)"
        " + (SELECT count(*) FROM notification WHERE due <= $1 OR held_until <= $1"
        " OR (state = 'pending' AND due IS NULL AND carried_by_id IS NULL))"
        " + (SELECT count(*) FROM issue WHERE due <= $1) AS n",
        weather.now(),
    )
    return int(rows[0]["n"])


async def _waiting() -> int:
    rows = await fetch(
        "SELECT (SELECT count(*) FROM outbox) + (SELECT count(*) FROM issue WHERE due IS NOT NULL)"
        " + (SELECT count(*) FROM notification WHERE due IS NOT NULL OR state IN ('pending', 'held')) AS n"
    )
    return int(rows[0]["n"])


async def _deeds_undone(load: Load) -> list[str]:
    """Each report that was answered is there, and none is there twice however often it was sent within a day."""
    rows = await fetch("SELECT summary, count(*) AS n FROM service_request GROUP BY summary")
    found = {row["summary"]: int(row["n"]) for row in rows}
    missing = [f"{each!r} was answered and is not there" for each in sorted(load.summaries - found.keys())]
    return missing + [
        f"{each!r} is there {n} times" for each, n in found.items() if n > 1 and each not in load.doubtful
    ]


async def _until(condition: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("the parts did not start")
        await asyncio.sleep(0.05)


def _counted(troubles: Troubles) -> str:
    return ", ".join(f"{what} {n}" for what, n in sorted(troubles.done.items()))


def _show_logs(folder: Path) -> None:
    for log in sorted(folder.glob("*.log")):
        lines = [line for line in log.read_text(errors="replace").splitlines() if "rror" in line]
        for line in lines[-3:]:
            print(f"{log.stem}: {line[:300]}", file=sys.stderr)
