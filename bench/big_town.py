"""A town with as many people as one likes, put into the open, empty PostgreSQL by the thousand."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import shapely

from api.ids import global_id
from casework import clock
from casework.access import viewer_for
from casework.actions.accounts import create_person, token_hash
from casework.actions.membership import add_member, create_category, create_organization
from casework.database import as_rows, connection, fetch, rows_of, transaction
from casework.ledger import settle
from casework.people import Person, Role

SIDE = 0.25
"""Degrees: some 28 by 20 kilometres, a city of a million."""

RADIUS = 0.003
"""Degrees: about 300 metres around a home. Of 50,000 such areas 22 lie over a point."""

_WHO_ACT = 5_000
_AT_ONCE = 10_000
_WEST, _SOUTH = -71.2, 42.2


@dataclass(frozen=True)
class BigTown:
    """Global ids, and the session tokens of those who act."""

    organization: str
    categories: list[str]
    residents: list[str]
    staff: list[str]
    staff_ids: list[str]

    @staticmethod
    def place(draw: random.Random) -> tuple[float, float]:
        return _WEST + draw.random() * SIDE, _SOUTH + draw.random() * SIDE


async def found_big_town(residents: int, areas: int, staff: int, *, seed: int) -> BigTown:
    """People confirmed and with sessions, areas by default: told of once a day."""
    organization = await create_organization(slug="load", name="City of Load")
    owner = await create_person(handle="owner", name="Olga", address="owner@load.example", confirmed=True)
    await add_member(organization, owner, Role.OWNER)
    viewer = await viewer_for(owner)
    await _people("s", staff)
    await _people("r", residents)
    members = await Person.filter(handle__startswith="s").order_by("id")
    for member in members:
        await add_member(organization, member, Role.INTERNAL)
    categories = [
        await create_category(viewer, organization.id, name=f"Category {n}", assignee_id=members[n % len(members)].id)
        for n in range(20)
    ]
    await _areas(areas, np.random.default_rng(seed))
    async with transaction():  # the founding is no news
        for row in await fetch("SELECT event_id FROM outbox"):
            await settle(row["event_id"])
    await connection().execute_script("VACUUM ANALYZE")
    return BigTown(
        global_id("Organization", organization.id),
        [global_id("RequestCategory", each.id) for each in categories],
        await _sessions("r", min(residents, _WHO_ACT)),
        await _sessions("s", staff),
        [global_id("Person", each.id) for each in members],
    )


async def _people(letter: str, number: int) -> None:
    await fetch(
        "INSERT INTO person (handle, name, address, language, time_zone, confirmed_at, created_at)"
        " SELECT $1 || n, 'Person ' || n, $1 || n || '@load.example', 'en', 'America/New_York', $2, $2"
        " FROM generate_series(1, $3::int) AS n",
        letter,
        clock.now(),
        number,
    )


async def _sessions(letter: str, number: int) -> list[str]:
    """A token for each of the first so many."""
    tokens = [f"{letter}-{n:040}" for n in range(1, number + 1)]
    given = as_rows([{"n": n, "hash": token_hash(token)} for n, token in enumerate(tokens, start=1)])
    await fetch(
        "INSERT INTO session (person_id, token_hash, label, created_at, used_at, expires_at)"
        f" SELECT person.id, given.hash, 'load', $2, $2, $3 FROM {rows_of('$1', n='int', hash='text')} AS given"
        " JOIN person ON person.handle = $4 || given.n",
        given,
        clock.now(),
        clock.now() + timedelta(days=30),
        letter,
    )
    return tokens


async def _areas(number: int, draw: np.random.Generator) -> None:
    """One for each of the first residents: round, with 24 corners."""
    angle = np.arange(24) * (2 * np.pi / 24)
    for start in range(0, number, _AT_ONCE):
        many = min(_AT_ONCE, number - start)
        centres = draw.uniform(0, SIDE, (many, 2)) + np.array([_WEST, _SOUTH])
        x = centres[:, :1] + RADIUS * np.cos(angle)
        y = centres[:, 1:] + RADIUS * np.sin(angle)
        shapes = shapely.polygons(np.stack([x, y], axis=2))
        rows = [
            {"n": start + n + 1, "shape": wkb.hex(), "min_x": box[0], "min_y": box[1], "max_x": box[2], "max_y": box[3]}
            for n, (wkb, box) in enumerate(zip(shapely.to_wkb(shapes), shapely.bounds(shapes).tolist(), strict=True))
        ]
        boxes = "min_x, min_y, max_x, max_y"
        types = dict.fromkeys(boxes.split(", "), "float8")
        await fetch(
            f"INSERT INTO watch_area (owner_id, name, shape, {boxes}, area_km2, category_ids, keywords, with_comments,"
            f" is_public, since_event, created_at) SELECT person.id, 'Home', decode(shape, 'hex'), {boxes}, 0.3, '[]',"
            f" '', true, false, 0, $2 FROM {rows_of('$1', n='int', shape='text', **types)} AS given"
            " JOIN person ON person.handle = 'r' || given.n",
            as_rows(rows),
            clock.now(),
        )
