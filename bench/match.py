"""Which of a million watch areas lie over a point: the box index, then the exact test.

ours      p50 of `areas_at` among 1,000,000 areas; beside: among 10,000. Areas and requests crowd around the middles
          of towns, thinner towards their edges. There are as many more towns as areas, so that a point lies in as
          many of them on average; `hits` says in how many.
again     the same points once more, with the pages behind them at hand
also      a full scan and a plain B-tree on the box, with the same exact test; and a mix with large areas (each point
          in eight more: whole towns of 200 points and counties of 1,000)
"""

from __future__ import annotations

import json
import resource
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import asyncpg
import numpy as np
import shapely
import uvloop
from rich.console import Console
from rich.table import Table

from bench import servers
from casework.areas import areas_at
from casework.database import close_database, connection, fetch, open_database
from casework.geometry import contains
from casework.migrating import migrate
from casework.people import Person
from curbcast.wiring import register_all_models

SIZES = (10_000, 100_000, 1_000_000)
GOAL = 1.5
ROUNDS = 10
POINTS = 300
SLOW_POINTS = 20
TOWN = 0.25  # degrees from one town's middle to the next
SPREAD = 0.07  # degrees; how far from the middle people live
TOWNS_FOR_10K = 16
RADIUS = 0.018  # degrees; ten areas over a point
CORNERS = 24
_MADE_AT_ONCE = 20_000
_MADE_AT = datetime(2026, 1, 1, tzinfo=UTC)
_COLUMNS = (
    *("owner_id", "name", "shape", "min_x", "min_y", "max_x", "max_y", "area_km2", "category_ids", "keywords"),
    *("with_comments", "is_public", "since_event", "created_at"),
)
_BY_COLUMNS = (
    "SELECT id, name, owner_id, category_ids, keywords, with_comments, deleted_event, shape FROM watch_area"
    " WHERE min_x <= $1 AND max_x >= $1 AND min_y <= $2 AND max_y >= $2"
    " AND since_event < $3 AND (deleted_event IS NULL OR deleted_event > $3)"
)
Match = Callable[[float, float], Awaitable[int]]


async def ours(longitude: float, latitude: float) -> int:
    return len(await areas_at(longitude, latitude, as_of_event=2))


async def by_columns(longitude: float, latitude: float) -> int:
    """What a full scan, or a B-tree where there is one, answers."""
    rows = await fetch(_BY_COLUMNS, longitude, latitude, 2)
    return sum(contains(row["shape"], longitude, latitude) for row in rows)


def _side(areas: int) -> float:
    """Degrees of a square region with its number of towns."""
    return float(TOWN * (TOWNS_FOR_10K * areas / SIZES[0]) ** 0.5)


def _places(areas: int, number: int, draw: np.random.Generator) -> Any:
    """Where people live: (longitude, latitude) around the middle of one of the towns."""
    towns = draw.integers(0, round(_side(areas) / TOWN), (number, 2))
    return (towns + 0.5) * TOWN + draw.normal(0, SPREAD, (number, 2))


def _blobs(centres: Any, radius: float, corners: int, draw: np.random.Generator) -> Any:
    """Round outlines with dents."""
    angle = np.arange(corners) * (2 * np.pi / corners)
    reach = radius * draw.uniform(0.8, 1.2, (len(centres), corners))
    x, y = centres[:, :1] + reach * np.cos(angle), centres[:, 1:] + reach * np.sin(angle)
    return shapely.polygons(np.stack([x, y], axis=2))


def _small(areas: int, draw: np.random.Generator) -> Iterator[Any]:
    for start in range(0, areas, _MADE_AT_ONCE):
        yield _blobs(_places(areas, min(_MADE_AT_ONCE, areas - start), draw), RADIUS, CORNERS, draw)


def _large(areas: int, draw: np.random.Generator) -> Iterator[Any]:
    """Five people watch each town, three each county of a degree."""
    for watchers, cell, corners in ((5, TOWN, 200), (3, 1.0, 1000)):
        middles = np.arange(cell / 2, _side(areas), cell)
        centres = np.repeat(np.array([(x, y) for x in middles for y in middles]), watchers, axis=0)
        yield _blobs(centres, cell * 0.56, corners, draw)


async def _load(url: str, owner: int, batches: Iterator[Any]) -> None:
    database = await asyncpg.connect(url)
    for shapes in batches:
        rows = [
            (owner, "Elm Park", wkb, *box, 4.0, "[]", "", True, False, 1, _MADE_AT)
            for wkb, box in zip(shapely.to_wkb(shapes), shapely.bounds(shapes).tolist(), strict=True)
        ]
        await database.copy_records_to_table("watch_area", records=rows, columns=_COLUMNS)
    await database.execute("VACUUM ANALYZE watch_area")
    await database.close()


async def _prepare(url: str, areas: int) -> None:
    await migrate(url)
    await open_database(url)
    owner = await Person.create(handle="ines", name="Ines", address="ines@bench.example", created_at=_MADE_AT)
    await _load(url, owner.id, _small(areas, np.random.default_rng(areas)))
    await close_database()


async def _time(match: Match, areas: int, points: int, seed: int) -> tuple[list[float], int]:
    """Milliseconds of each match, and all hits."""
    spots = _places(areas, points + points // 5, np.random.default_rng(seed)).tolist()
    took, hits = [], 0
    for number, (longitude, latitude) in enumerate(spots):
        begun = time.perf_counter()
        found = await match(longitude, latitude)
        if number >= points // 5:  # the first ones warm up
            took.append((time.perf_counter() - begun) * 1000)
            hits += found
    return took, hits


def _row(name: str, areas: int, took: list[float], hits: int) -> dict[str, Any]:
    p50, p99 = np.percentile(took, [50, 99])
    return {
        "match": name,
        "areas": areas,
        "p50_ms": round(float(p50), 3),
        "p99_ms": round(float(p99), 3),
        "hits": round(hits / len(took), 1),
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


async def measure(sizes: tuple[int, ...]) -> list[dict[str, Any]]:
    """One row for each kind of match and number of areas."""
    register_all_models()
    rows = []
    # A million areas are a table of 560 MB: as an operator would, give the server memory to hold it.
    with servers.postgres(shared_buffers="1GB") as server:
        urls = {areas: await servers.create_database(server.url, f"areas_{areas}") for areas in sizes}
        for areas, url in urls.items():
            await _prepare(url, areas)
        taken: dict[tuple[str, int], tuple[list[float], int]] = {}
        for number in range(ROUNDS):  # in turn, so that what else the machine does falls on all
            for areas, url in urls.items():
                await open_database(url)
                for name in ("ours", "ours, again"):
                    took, hits = await _time(ours, areas, POINTS, number)
                    before, hits_before = taken.get((name, areas), ([], 0))
                    taken[name, areas] = ([*before, *took], hits_before + hits)
                await close_database()
        rows += [_row(name, areas, *found) for (name, areas), found in sorted(taken.items())]
        for areas, url in urls.items():
            await open_database(url)
            rows.append(_row("full scan", areas, *await _time(by_columns, areas, SLOW_POINTS, 1)))
            await connection().execute_script(
                "CREATE INDEX ON watch_area (min_x, max_x, min_y, max_y); ANALYZE watch_area"
            )
            rows.append(_row("B-tree", areas, *await _time(by_columns, areas, SLOW_POINTS * 5, 1)))
            await _load(url, (await Person.get()).id, _large(areas, np.random.default_rng(1)))
            rows.append(_row("ours, with large areas", areas, *await _time(ours, areas, POINTS * 3, 1)))
            await close_database()
    return rows


def main(sizes: tuple[int, ...] = SIZES) -> dict[str, Any]:
    rows = uvloop.run(measure(sizes))
    table = Table(*rows[0], title="match: watch areas over a point")
    for row in rows:
        table.add_row(*map(str, row.values()))
    Console().print(table)
    few, many = rows[0]["p50_ms"], rows[len(sizes) - 1]["p50_ms"]
    ratio = many / few
    found = {
        "bench": "match", "ours": many, "beside": few, "ratio": round(ratio, 3), "goal": GOAL, "met": ratio <= GOAL
    }  # fmt: skip
    print(json.dumps(found))
    return found


if __name__ == "__main__":
    main()
