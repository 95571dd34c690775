"""The town as the boundary tests need it: somebody in every role, and one of everything to lay hands on.

public      Maya's, closed or open as wished      private     Maya's, in a private category
held        Maya's, waiting for staff              hidden      what only staff may read, by unique words
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from api.ids import global_id
from casework import passwords
from casework.actions.accounts import create_person, start_session
from casework.actions.membership import add_member
from casework.people import Person, Role
from tests.accounts import PASSWORD
from tests.founding import once
from tests.telling import Telling, leave, open_telling
from tests.town import Town

ROLES = (
    "owner",
    "manager",
    "internal",
    "requester",
    "resident",
    "unconfirmed",
    "guest",
    "stranger",
    "removed",
)
"""What somebody is to Springfield. The stranger owns Shelbyville; the removed one was internal personnel."""

STAFF = frozenset({"owner", "manager", "internal"})
MANAGERS = frozenset({"owner", "manager"})
EVERYONE = frozenset(ROLES)
SIGNED_IN = EVERYONE - {"guest"}
CONFIRMED = SIGNED_IN - {"unconfirmed"}
OUTSIDERS = tuple(role for role in ROLES if role not in STAFF)


@dataclass
class Scene:
    """The town, who plays which role, and the ids of what is there."""

    telling: Telling
    people: dict[str, Person | None]
    public: str
    private: str
    held: str
    comment: str
    area: str

    @property
    def town(self) -> Town:
        return self.telling.town

    def place(self) -> str:
        return self.town.id_of(self.town.springfield)

    async def request(self, target: str, **values: Any) -> str:
        """A new request of Maya's, public or private; `closed` closes it."""
        closed = values.pop("closed", False)
        category = self.town.complaints if target == "private" else self.town.potholes
        made = await self.town.report(self.town.maya, categoryId=self.town.id_of(category), **values)
        if closed:
            await self.town.done(self.town.tom, "closeRequest", requestId=made, comment="Done.")
        return made

    async def newcomer(self, name: str, role: Role = Role.INTERNAL) -> Person:
        """Another member of Springfield."""
        person = await create_person(handle=name, name=name, address=f"{name}@example.org", confirmed=True)
        await add_member(self.town.springfield, person, role)
        return person


@asynccontextmanager
async def open_scene() -> AsyncIterator[Scene]:
    async with open_telling() as telling:
        town = telling.town
        newcomers, tokens, ids = await once("scene", partial(_set, telling))
        town.tokens |= tokens
        people = {
            "owner": town.rosa,
            "manager": town.mark,
            "internal": town.tom,
            "requester": newcomers["rita"],
            "resident": town.ines,
            "unconfirmed": town.nell,
            "guest": None,
            "stranger": town.otto,
            "removed": newcomers["gus"],
        }
        yield Scene(telling, people, **ids)


async def _set(telling: Telling) -> tuple[dict[str, Person], dict[int, str], dict[str, str]]:
    """Who comes to town for it, and their tokens; the ids of what is there."""
    town = telling.town
    rita = await create_person(handle="rita", name="Rita Reed", address="rita@example.org", confirmed=True)
    gus = await create_person(handle="gus", name="Gus Gone", address="gus@example.org", confirmed=True)
    await add_member(town.springfield, rita, Role.REQUESTER)
    await add_member(town.springfield, gus, Role.INTERNAL)
    await leave(town.springfield, gus)
    tokens = {person.id: await start_session(person) for person in (rita, gus)}
    await Person.all().update(password_hash=await passwords.hashed(PASSWORD))
    await town.done(town.mark, "updateOrganization", organizationId=town.id_of(town.springfield), heldWords=["blatt"])
    public = await town.report(summary="A pothole")
    payload = await town.done(town.maya, "addComment", "comment { id }", requestId=public, body="It is deep.")
    area = await town.done(
        town.maya,
        "createWatchArea",
        "watchArea { id }",
        name="My corner",
        latitude=42.36,
        longitude=-71.06,
        radiusM=500.0,
        public=True,
    )
    ids = {
        "public": public,
        "private": await town.report(summary="A neighbour", categoryId=town.id_of(town.complaints)),
        "held": await town.report(summary="That Blatt"),
        "comment": payload["comment"]["id"],
        "area": area["watchArea"]["id"],
    }
    await telling.run()
    telling.transport.mails.clear()
    return {"rita": rita, "gus": gus}, tokens, ids


def own_session(person: Person | None) -> str:
    """The first session of a person; of nobody, one that isn't there."""
    return global_id("Session", person.id if person else 1)
