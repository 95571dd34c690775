"""The town of the tests: Maya reports, Ines watches, Tom repairs, Rosa routes.

    springfield ── potholes (to Tom), lights (to nobody), complaints (private)
                └─ Rosa owns it, Mark manages, Tom works there; Maya and Ines are residents, Nell has not confirmed
    shelbyville ── weeds; Otto owns it: whatever he tries in springfield, he is a stranger

Everything is done as a client would: GraphQL in, over HTTP, in this process.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from starlette.applications import Starlette
from tortoise import Tortoise

from api.app import build_app
from api.ids import global_id
from casework.access import Viewer, viewer_for
from casework.actions.accounts import create_person, start_session
from casework.actions.membership import add_member, create_category, create_organization
from casework.config import Settings
from casework.database import fetch
from casework.organizations import Organization, RequestCategory
from casework.people import Person, Role
from tests.founding import once

SECRET = "the towns own secret of thirty-two characters"


def settings(**values: Any) -> Settings:
    """Settings of a process under test; nothing is read from the environment's files."""
    return Settings(**{"secret_key": SECRET, **values})


@dataclass
class Town:
    """People, their tokens, organizations and categories, and a client to speak GraphQL with."""

    app: Starlette
    client: httpx.AsyncClient
    springfield: Organization
    shelbyville: Organization
    potholes: RequestCategory
    lights: RequestCategory
    complaints: RequestCategory
    weeds: RequestCategory
    maya: Person
    ines: Person
    nell: Person
    tom: Person
    mark: Person
    rosa: Person
    otto: Person
    tokens: dict[int, str] = field(default_factory=dict)

    def token(self, person: Person | None) -> str | None:
        return self.tokens[person.id] if person else None

    async def viewer(self, person: Person) -> Viewer:
        return await viewer_for(await Person.get(id=person.id))

    async def post(
        self, body: Any, *, token: str | None = None, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        """One POST to /graphql with a JSON body, whatever it is."""
        sent = {"content-type": "application/json", **(headers or {})}
        if token is not None:
            sent["authorization"] = f"Bearer {token}"
        return await self.client.post("/graphql", content=json.dumps(body), headers=sent)

    async def graphql(
        self,
        token: str | None,
        document: str,
        variables: dict[str, Any] | None = None,
        *,
        headers: dict[str, str] | None = None,
    ) -> dict[str, Any]:
        """The whole answer, `data` and `errors`, as JSON."""
        answer = await self.post({"query": document, "variables": variables}, token=token, headers=headers)
        return dict(answer.json())

    async def ask(self, person: Person | None, document: str, **variables: Any) -> dict[str, Any]:
        """The `data` of an answer that must have no top-level errors."""
        answer = await self.graphql(self.token(person), document, variables)
        assert "errors" not in answer, answer["errors"]
        return dict(answer["data"])

    async def mutate(
        self, person: Person | None, mutation: str, selection: str = "", /, **values: Any
    ) -> dict[str, Any]:
        """The payload of one mutation: `await town.mutate(tom, "closeRequest", "request { status }", requestId=…)`."""
        kind = f"{mutation[0].upper()}{mutation[1:]}Input!"
        document = (
            f"mutation ($input: {kind}) {{ {mutation}(input: $input) "
            f"{{ {selection} userErrors {{ code message path }} clientMutationId }} }}"
        )
        return dict((await self.ask(person, document, input=values))[mutation])

    async def done(self, person: Person | None, mutation: str, selection: str = "", /, **values: Any) -> dict[str, Any]:
        """The same, for a mutation that must succeed."""
        payload = await self.mutate(person, mutation, selection, **values)
        assert payload["userErrors"] == [], payload["userErrors"]
        return payload

    async def refused(self, person: Person | None, mutation: str, /, **values: Any) -> tuple[str, list[str] | None]:
        """The code and path of a mutation that must be refused with exactly one error."""
        payload = await self.mutate(person, mutation, **values)
        assert len(payload["userErrors"]) == 1, payload
        error = payload["userErrors"][0]
        assert error["message"]
        return error["code"], error["path"]

    async def report(self, person: Person | None = None, /, **values: Any) -> str:
        """A request that somebody (Maya, unless said otherwise) reported; its global id."""
        given = {"organizationId": self.id_of(self.springfield), "categoryId": self.id_of(self.potholes)}
        values = given | {"summary": "A pothole on Elm Street"} | values
        payload = await self.done(person or self.maya, "submitRequest", "request { id }", **values)
        return str(payload["request"]["id"])

    @staticmethod
    def id_of(thing: Organization | RequestCategory | Person) -> str:
        """The global id that clients use."""
        return global_id(type(thing).__name__, thing.id)


@asynccontextmanager
async def open_town(
    config: Settings | None = None, *, after_commit: Callable[[], Awaitable[None]] | None = None
) -> AsyncIterator[Town]:
    """Build the town in the open, empty database, and an app and a client in this process."""
    app = build_app(config or settings(), after_commit=after_commit)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://town.test") as client:
        yield Town(app=app, client=client, **await once("town", _founded))


async def _founded() -> dict[str, Any]:
    """Everybody and everything in the town."""
    springfield = await create_organization(slug="springfield", name="Town of Springfield")
    shelbyville = await create_organization(slug="shelbyville", name="City of Shelbyville")
    people = {}
    for handle, name, confirmed in (
        ("maya", "Maya Ortiz", True),
        ("ines", "Ines Ferreira", True),
        ("nell", "Nell Quick", False),
        ("tom", "Tom Baker", True),
        ("mark", "Mark Stone", True),
        ("rosa", "Rosa Diaz", True),
        ("otto", "Otto Lind", True),
    ):
        people[handle] = await create_person(
            handle=handle, name=name, address=f"{handle}@example.org", confirmed=confirmed
        )
    for handle, organization, role in (
        ("rosa", springfield, Role.OWNER),
        ("mark", springfield, Role.MANAGER),
        ("tom", springfield, Role.INTERNAL),
        ("otto", shelbyville, Role.OWNER),
    ):
        await add_member(organization, people[handle], role)
    rosa, otto = await viewer_for(people["rosa"]), await viewer_for(people["otto"])
    return people | {
        "springfield": springfield,
        "shelbyville": shelbyville,
        "potholes": await create_category(
            rosa,
            springfield.id,
            name="Potholes",
            assignee_id=people["tom"].id,
            route_addresses=["streets@springfield.example"],
        ),
        "lights": await create_category(rosa, springfield.id, name="Street lights"),
        "complaints": await create_category(rosa, springfield.id, name="Complaints", private=True),
        "weeds": await create_category(otto, shelbyville.id, name="Weeds"),
        "tokens": {person.id: await start_session(person, label="test") for person in people.values()},
    }


async def everything() -> dict[str, list[str]]:
    """Every row of every table, as text, but for the answers kept for retries."""
    found: dict[str, list[str]] = {}
    for app, models in sorted((Tortoise.apps or {}).items()):
        for model in models.values() if app != "api" else ():
            table = model._meta.db_table
            found[table] = sorted(str(row) for row in await fetch(f'SELECT * FROM "{table}"'))
    return found


@asynccontextmanager
async def nothing_changes() -> AsyncIterator[None]:
    """What happens inside must leave every row as it was."""
    before = await everything()
    yield
    assert await everything() == before
