"""What hostile documents cost the server, beside an ordinary page of requests.

ours      the dearest refusal: time from the request's arrival to its answer
beside    the p50 of an ordinary page: 50 requests with category, reporter and the latest comments
also      the ordinary page's p50 while another client sends nothing but hostile documents
"""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from statistics import median
from typing import Any

import httpx
import uvloop
from rich.console import Console
from rich.table import Table

from api.app import build_app
from bench.hostile_documents import HOSTILE
from casework.access import viewer_for
from casework.actions.accounts import create_person
from casework.actions.filing import submit_request
from casework.actions.membership import add_member, create_category, create_organization
from casework.config import Settings
from casework.database import close_database, open_database
from casework.migrating import migrate
from casework.people import Role
from curbcast.wiring import register_all_models

GOAL = 1.0
REQUESTS = 50
ROUNDS = 15
PAGE = """{ requests(first: 50) { nodes { summary status category { name } reporter { name }
  comments(last: 5) { nodes { body author { name } } } } } }"""


async def _town() -> None:
    organization = await create_organization(slug="springfield", name="Town of Springfield")
    rosa = await create_person(handle="rosa", name="Rosa Diaz", address="rosa@example.org", confirmed=True)
    await add_member(organization, rosa, Role.OWNER)
    viewer = await viewer_for(rosa)
    category = await create_category(viewer, organization.id, name="Potholes")
    for number in range(REQUESTS):
        await submit_request(
            viewer, organization_id=organization.id, category_id=category.id, summary=f"Pothole {number}"
        )


async def _timed(client: httpx.AsyncClient, document: str) -> float:
    """Milliseconds from sending to having the whole answer, in this process."""
    begun = time.perf_counter()
    answer = await client.post("/graphql", json={"query": document})
    answer.json()
    return (time.perf_counter() - begun) * 1000


async def measure() -> dict[str, Any]:
    """Milliseconds: `page`, `page_under_attack`, and `documents` by name."""
    register_all_models()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite://{folder}/bench.sqlite3"
        await migrate(url)
        await open_database(url)
        await _town()
        app = build_app(Settings(secret_key="b" * 32, database_url=url))
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://bench.test", timeout=60) as client:
            await _timed(client, PAGE)
            documents: dict[str, list[float]] = {name: [] for name in HOSTILE}
            page = []
            for _ in range(ROUNDS):
                page.append(await _timed(client, PAGE))
                for name, (document, _) in HOSTILE.items():
                    documents[name].append(await _timed(client, document))
            under_attack = await _under_attack(client)
        await close_database()
    dearest = {name: median(times) for name, times in documents.items()}
    return {"page": median(page), "page_under_attack": under_attack, "documents": dearest}


async def _under_attack(client: httpx.AsyncClient) -> float:
    async def attack() -> None:
        while True:
            for document, _ in HOSTILE.values():
                await _timed(client, document)
                await asyncio.sleep(0)  # a server's socket would let others in; this in-process one has none

    attacker = asyncio.create_task(attack())
    times = [await _timed(client, PAGE) for _ in range(ROUNDS)]
    attacker.cancel()
    await asyncio.gather(attacker, return_exceptions=True)
    return median(times)


def main() -> dict[str, Any]:
    measured = uvloop.run(measure())
    table = Table("what", "ms", title="hostile: what a refusal costs the server")
    table.add_row("an ordinary page", f"{measured['page']:.2f}")
    table.add_row("the same, under attack", f"{measured['page_under_attack']:.2f}")
    for name, cost in sorted(measured["documents"].items(), key=lambda each: -each[1]):
        table.add_row(name, f"{cost:.2f}")
    Console().print(table)
    dearest = max(measured["documents"].values())
    ratio = dearest / measured["page"]
    found = {
        "bench": "hostile",
        "ours": round(dearest, 2),
        "beside": round(measured["page"], 2),
        "ratio": round(ratio, 3),
        "goal": GOAL,
        "met": ratio <= GOAL,
    }
    print(json.dumps(found))
    return found


if __name__ == "__main__":
    main()
