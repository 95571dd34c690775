"""One event on a request that a thousand of five thousand sockets watch: from the mutation's answer to the last client.

    ours      `curbcast serve`, one process, PostgreSQL and Valkey beside it; everybody signed in, each in their session
    beside    a bare `websockets` broadcast of the same text, to as many of as many sockets

Also what one more socket costs each of the two in memory.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

import uvloop
from rich.console import Console
from rich.table import Table

from api.ids import cursor, global_id
from bench import servers
from bench.sockets import Client, Ears, connect
from casework import clock
from casework.access import viewer_for
from casework.actions import accounts, filing, membership
from casework.database import close_database, fetch, open_database
from casework.migrating import migrate
from casework.people import Role
from curbcast.wiring import register_all_models
from notifier.relay import stamp

SOCKETS, WATCHING = 5_000, 1_000
REQUESTS = 100
"""What the others watch."""

ROUNDS = 20
GOAL, GOAL_KB = 1.5, 40.0
_AT_ONCE = 50
_ACTIVITY = """subscription ($id: ID!, $after: String) {
  requestActivity(requestId: $id, after: $after) {
    cursor event { type occurredAt text comment { body author { name } } } request { id summary status updatedAt }
  }
}"""
_COMMENT = (
    "mutation ($id: ID!, $body: String!) { addComment(input: {requestId: $id, body: $body}) { userErrors { code } } }"
)


def _token(number: int) -> str:
    return f"token-of-resident-{number}"


async def _town(people: int) -> list[str]:
    """People with a session each, and the requests' global ids; the first is the one with the audience."""
    organization = await membership.create_organization(slug="bench", name="Town of Bench")
    official = await accounts.create_person(handle="tom", name="Tom", address="tom@bench.example", confirmed=True)
    await membership.add_member(organization, official, Role.OWNER)
    viewer = await viewer_for(official)
    category = await membership.create_category(viewer, organization.id, name="Street lights")
    requests = [
        await filing.submit_request(
            viewer, organization_id=organization.id, category_id=category.id, summary=f"Lamp {number} is dark"
        )
        for number in range(REQUESTS + 1)
    ]
    await fetch(
        "INSERT INTO person (handle, name, address, language, time_zone, confirmed_at, created_at)"
        " SELECT 'r' || n, 'Resident ' || n, 'r' || n || '@bench.example', 'en', 'America/New_York', $1, $1"
        " FROM generate_series(0, $2::int - 1) AS n",
        clock.now(),
        people,
    )
    await fetch(
        "INSERT INTO session (person_id, token_hash, label, created_at, used_at, expires_at)"
        " SELECT p.id, t.hash, 'bench', $2, $2, $3 FROM unnest($1::text[]) WITH ORDINALITY AS t(hash, n)"
        " JOIN person p ON p.handle = 'r' || (t.n - 1)",
        [hashlib.sha256(_token(number).encode()).hexdigest() for number in range(people)],
        clock.now(),
        clock.now() + timedelta(days=1),
    )
    await fetch("ANALYZE")
    return [global_id("ServiceRequest", request.id) for request in requests]


@contextmanager
def _process(command: Sequence[str], **environment: str) -> Iterator[int]:
    """A server of ours in a process of its own; its id."""
    process = subprocess.Popen([sys.executable, "-m", *command], env={**os.environ, **environment})
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait(30)


async def _answers(port: int) -> None:
    """Wait until something listens."""
    async with asyncio.timeout(30):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return


def _resident_kb(pid: int) -> int:
    """How much memory a process holds."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0])


async def _crowd(url: str, words: Sequence[Sequence[str]], ears: Ears) -> list[Client]:
    """As many sockets as there are opening words; a few open at a time."""
    limit = asyncio.Semaphore(_AT_ONCE)

    async def one(spoken: Sequence[str]) -> Client:
        async with limit:
            return await connect(url, spoken, ears)

    return await asyncio.gather(*(one(spoken) for spoken in words))


def _init(number: int) -> str:
    return json.dumps({"type": "connection_init", "payload": {"authorization": f"Bearer {_token(number)}"}})


def _operation(name: str, query: str, **variables: str) -> str:
    return json.dumps({"id": name, "type": "subscribe", "payload": {"query": query, "variables": variables}})


@dataclass
class Side:
    """One of the two: a server, its crowd, and what it takes to make it speak."""

    pid: int
    url: str
    empty_kb: int
    full_kb: int = 0
    took: list[float] = field(default_factory=list)
    ears: Ears = field(default_factory=Ears)
    clients: list[Client] = field(default_factory=list)

    @property
    def kb_a_socket(self) -> float:
        return (self.full_kb - self.empty_kb) / SOCKETS

    async def round(self, speaker: Client, answered: Ears, text: str) -> None:
        """Milliseconds from the answer to the speaker to the last of the audience."""
        self.ears.expect(WATCHING)
        answered.expect(1)
        speaker.say(text)
        begun = await answered.heard()
        self.took.append((await self.ears.heard() - begun) * 1000)


async def _ours(side: Side, requests: Sequence[str]) -> None:
    """Everybody follows a request, and has heard of its beginning: the first so many of the one, the others of one of
    the others. Each so knows that it is let in."""
    words = [
        [
            _init(number),
            _operation(
                "live", _ACTIVITY, id=requests[0 if number < WATCHING else 1 + number % REQUESTS], after=cursor(0)
            ),
        ]
        for number in range(SOCKETS)
    ]
    side.clients = await _crowd(side.url, words, side.ears)
    side.full_kb = _resident_kb(side.pid)


async def measure() -> tuple[Side, Side]:
    """Ours and the plain one."""
    register_all_models()
    with ExitStack() as stack:
        postgres, valkey = stack.enter_context(servers.postgres()), stack.enter_context(servers.valkey())
        database = await servers.create_database(postgres.url, "live")
        await migrate(database)
        await open_database(database)
        requests = await _town(SOCKETS)
        await stamp()
        await close_database()
        port, plain_port = servers.free_port(), servers.free_port()
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        pid = stack.enter_context(
            _process(
                ["curbcast.cli", "serve", "--port", str(port), "--data-dir", folder],
                DATABASE_URL=database, REDIS_URL=valkey.url, SMTP_URL="smtp://127.0.0.1:9",
            )
        )  # fmt: skip
        plain_pid = stack.enter_context(_process(["bench.plain_broadcast", str(plain_port), str(WATCHING)]))
        await _answers(port)
        await _answers(plain_port)
        await asyncio.sleep(0.5)
        ours = Side(pid, f"ws://127.0.0.1:{port}/graphql", _resident_kb(pid))
        plain = Side(plain_pid, f"ws://127.0.0.1:{plain_port}/", _resident_kb(plain_pid))
        answered = Ears()
        official = await connect(ours.url, [_init(0)], answered)
        await _ours(ours, requests)
        plain.clients = await _crowd(plain.url, [[]] * SOCKETS, plain.ears)
        plain.full_kb = _resident_kb(plain_pid)
        announcer = await connect(plain.url, [], answered)
        for number in range(ROUNDS + 2):
            said = _operation(f"say-{number}", _COMMENT, id=requests[0], body=f"Word {number}: the crew is on its way.")
            await ours.round(official, answered, said)
            await plain.round(announcer, answered, ours.ears.text.decode())
        for client in [official, announcer, *ours.clients, *plain.clients]:
            client.close()
    return ours, plain


def main() -> dict[str, Any]:
    ours, plain = uvloop.run(measure())
    table = Table(
        "", "ms, median", "worst", "kB a socket", title=f"live: one event, {WATCHING:,} of {SOCKETS:,} sockets"
    )
    for name, side in (("ours", ours), ("beside", plain)):
        table.add_row(name, f"{median(side.took[2:]):.1f}", f"{max(side.took[2:]):.1f}", f"{side.kb_a_socket:.1f}")
    Console().print(table)
    mine, beside = median(ours.took[2:]), median(plain.took[2:])
    ratio = mine / beside
    found = {
        "bench": "live",
        "ours": round(mine, 2),
        "beside": round(beside, 2),
        "ratio": round(ratio, 3),
        "goal": GOAL,
        "met": ratio <= GOAL and ours.kb_a_socket <= GOAL_KB,
        "kb_a_socket": round(ours.kb_a_socket, 1),
    }
    print(json.dumps(found))
    return found


if __name__ == "__main__":
    main()
