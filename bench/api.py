"""A page of requests, beside the same document served from memory by bare Strawberry.

    ours     50 requests with category, reporter, the last 5 comments and whether the viewer follows them: signed in,
             from PostgreSQL, through the whole application (limits, validation, permissions)
    beside   strawberry.asgi.GraphQL with the same answer from Python objects: no database, no viewer, no limits

Both are ASGI applications in this process, called in turn with the same bytes; no network, no HTTP client in between.
"""

from __future__ import annotations

import gc
import json
import time
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median
from typing import Any

import strawberry
import uvloop
from rich.console import Console
from rich.table import Table
from strawberry.asgi import GraphQL

from api.app import build_app
from bench.servers import create_database, postgres
from casework.access import viewer_for
from casework.actions.accounts import create_person, start_session
from casework.actions.filing import submit_request
from casework.actions.membership import add_member, create_category, create_organization
from casework.actions.talking import add_comment
from casework.actions.watching import follow
from casework.config import Settings
from casework.database import close_database, open_database
from casework.migrating import migrate
from casework.people import Role
from curbcast.wiring import register_all_models

GOAL = 1.8
REQUESTS = 50
COMMENTS = 6
ROUNDS = 200
PAGE = """query Page {
  requests(first: 50) {
    nodes {
      id summary status createdAt category { name } reporter { name } viewerFollows
      comments(last: 5) { nodes { body createdAt author { name } } }
    }
    pageInfo { hasNextPage endCursor }
  }
}"""


@strawberry.type
class Named:
    name: str


@strawberry.type
class Said:
    body: str
    created_at: datetime
    author: Named | None


@strawberry.type
class SaidPage:
    nodes: list[Said]


@strawberry.type
class Where:
    has_next_page: bool
    end_cursor: str | None


@strawberry.type
class Reported:
    id: strawberry.ID
    summary: str
    status: str
    created_at: datetime
    category: Named
    reporter: Named | None
    said: strawberry.Private[list[Said]]
    followed: strawberry.Private[bool]

    @strawberry.field
    def comments(self, last: int) -> SaidPage:
        return SaidPage(nodes=self.said[-last:])

    @strawberry.field
    def viewer_follows(self) -> bool:
        return self.followed


@strawberry.type
class ReportedPage:
    nodes: list[Reported]
    page_info: Where


def bare(answer: dict[str, Any]) -> Any:
    """Strawberry as its documentation shows it, answering with the objects of our own answer."""
    page = answer["data"]["requests"]
    nodes = [
        Reported(
            id=strawberry.ID(each["id"]),
            summary=each["summary"],
            status=each["status"],
            created_at=datetime.fromisoformat(each["createdAt"]),
            category=Named(name=each["category"]["name"]),
            reporter=Named(name=each["reporter"]["name"]),
            said=[
                Said(
                    body=said["body"],
                    created_at=datetime.fromisoformat(said["createdAt"]),
                    author=Named(name=said["author"]["name"]),
                )
                for said in each["comments"]["nodes"]
            ],
            followed=each["viewerFollows"],
        )
        for each in page["nodes"]
    ]
    where = Where(has_next_page=page["pageInfo"]["hasNextPage"], end_cursor=page["pageInfo"]["endCursor"])

    @strawberry.type
    class Query:
        @strawberry.field
        def requests(self, first: int) -> ReportedPage:
            return ReportedPage(nodes=nodes[:first], page_info=where)

    return GraphQL[None, None](strawberry.Schema(Query))


@dataclass
class Asked:
    """One POST of the page to an ASGI application."""

    app: Any
    headers: list[tuple[bytes, bytes]]
    times: list[float] = field(default_factory=list)

    async def post(self) -> dict[str, Any]:
        """The answer; how long it took is remembered, in milliseconds."""
        body, sent = json.dumps({"query": PAGE}).encode(), bytearray()
        scope = {
            "type": "http",
            "method": "POST",
            "path": "/graphql",
            "query_string": b"",
            "client": ("127.0.0.1", 1),
            "headers": self.headers,
            "state": {},
        }

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            sent.extend(message.get("body", b""))

        begun = time.perf_counter()
        await self.app(scope, receive, send)
        self.times.append((time.perf_counter() - begun) * 1000)
        return dict(json.loads(sent))


async def _town() -> str:
    """A page of requests with what is shown of them; the token of one who follows every other."""
    organization = await create_organization(slug="springfield", name="Town of Springfield")
    people = [
        await create_person(handle=f"p{n}", name=f"Person {n}", address=f"p{n}@example.org", confirmed=True)
        for n in range(20)
    ]
    await add_member(organization, people[0], Role.OWNER)
    rosa = await viewer_for(people[0])
    categories = [await create_category(rosa, organization.id, name=f"Category {n}") for n in range(8)]
    reader = await viewer_for(people[1])
    for number in range(REQUESTS + 10):
        reporter = await viewer_for(people[2 + number % 18])
        request = await submit_request(
            reporter,
            organization_id=organization.id,
            category_id=categories[number % 8].id,
            summary=f"Pothole {number} on Elm Street",
        )
        for n in range(COMMENTS):
            await add_comment(
                await viewer_for(people[2 + (number + n) % 18]), request.id, body=f"Comment {n}: still there."
            )
        if number % 2:
            await follow(reader, request.id)
    return await start_session(people[1], label="bench")


async def measure(database: str) -> tuple[list[float], list[float]]:
    """Milliseconds of each page: ours, and bare Strawberry's."""
    register_all_models()
    await migrate(database)
    await open_database(database)
    try:
        token = await _town()
        json_type = (b"content-type", b"application/json")
        app = build_app(Settings(secret_key="b" * 32, database_url=database))
        ours = Asked(app, [json_type, (b"authorization", f"Bearer {token}".encode())])
        answer = await ours.post()
        beside = Asked(bare(answer), [json_type])
        theirs = await beside.post()
        if answer != theirs or len(answer["data"]["requests"]["nodes"]) != REQUESTS:
            raise RuntimeError("the two don't answer the same")
        for _ in range(20):
            await ours.post()
            await beside.post()
        gc.collect()
        gc.freeze()  # as `curbcast serve` does
        ours.times.clear()
        beside.times.clear()
        for _ in range(ROUNDS):
            await ours.post()
            await beside.post()
        return ours.times, beside.times
    finally:
        await close_database()


async def _measured() -> tuple[list[float], list[float]]:
    with postgres() as server:
        return await measure(await create_database(server.url, "bench"))


def main() -> dict[str, Any]:
    ours, beside = uvloop.run(_measured())
    table = Table("", "p50 ms", "p95 ms", title=f"api: a page of {REQUESTS} requests")
    for name, times in (("ours, from PostgreSQL", ours), ("bare Strawberry, from memory", beside)):
        table.add_row(name, f"{median(times):.2f}", f"{sorted(times)[int(len(times) * 0.95)]:.2f}")
    Console().print(table)
    ratio = median(ours) / median(beside)
    found = {
        "bench": "api",
        "ours": round(median(ours), 2),
        "beside": round(median(beside), 2),
        "ratio": round(ratio, 3),
        "goal": GOAL,
        "met": ratio <= GOAL,
    }
    print(json.dumps(found))
    return found


if __name__ == "__main__":
    main()
