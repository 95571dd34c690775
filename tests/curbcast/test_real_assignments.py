"""Rules for each neighbourhood of a real town: every request goes where a brute-force search says."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest
import shapely

from api.ids import global_id
from casework.actions.accounts import create_person
from casework.actions.filing import submit_request
from casework.actions.membership import add_member
from casework.assigning import AssignmentRule, Verdict, judge
from casework.database import close_database, open_database
from casework.people import Role
from casework.requests import ServiceRequest
from tests.town import open_town

DATA = Path(os.environ.get("CURBCAST_DATA") or Path(__file__).parents[3] / "shared/data")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.needs_data,
    pytest.mark.skipif(not DATA.is_dir(), reason=f"no real requests in {DATA} (set CURBCAST_DATA)"),
]
JUDGED, FILED = 5000, 100
"""How many of a town's requests the rules judge, and how many of them are filed as well."""


def points(name: str) -> list[tuple[float, float]]:
    with gzip.open(DATA / name, "rt") as lines:
        rows = [json.loads(line) for line in lines]
    places = [(row["lng"], row["lat"]) for row in rows if row["lng"] is not None and row["lat"] is not None]
    return places[:: len(places) // JUDGED]


def neighbourhoods(name: str) -> list[dict[str, Any]]:
    return [feature["geometry"] for feature in json.loads((DATA / name).read_text())["features"]]


def brute_force(places: list[tuple[float, float]], shapes: list[dict[str, Any]]) -> list[list[int]]:
    """For each place, all shapes that cover it, in their order."""
    drawn = [shapely.from_geojson(json.dumps(shape)) for shape in shapes]
    hits = [shapely.intersects_xy(shape, [x for x, _ in places], [y for _, y in places]) for shape in drawn]
    return [[nth for nth, hit in enumerate(hits) if hit[place]] for place in range(len(places))]


@pytest.mark.parametrize(
    ("requests", "areas", "some_in_two"),
    [
        ("boston_2011_jul_oct.jsonl.gz", "boston_neighborhoods.geojson", False),
        ("newhaven_text_2008_2015.jsonl.gz", "newhaven_neighborhoods.geojson", True),
    ],
)
async def test_a_towns_requests_go_to_their_neighbourhoods(
    sqlite_database: str, requests: str, areas: str, some_in_two: bool
) -> None:
    places, shapes = points(requests), neighbourhoods(areas)
    covering = brute_force(places, shapes)
    expected = [hits[-1] if hits else None for hits in covering]
    assert any(len(hits) > 1 for hits in covering) is some_in_two
    await open_database(sqlite_database)
    async with open_town() as town:
        crews = []
        for nth, shape in enumerate(shapes):
            crew = await create_person(
                handle=f"crew{nth}", name=f"Crew {nth}", address=f"crew{nth}@example.org", confirmed=True
            )
            await add_member(town.springfield, crew, Role.INTERNAL)
            crews.append(crew.id)
            await town.done(
                town.rosa,
                "createAssignmentRule",
                organizationId=town.id_of(town.springfield),
                name=f"Neighbourhood {nth}",
                assigneeId=global_id("Person", crew.id),
                shape=shape,
            )
        rules = await AssignmentRule.all().order_by("position")
        verdicts = [[each.verdict for each in judge(rules, crews, town.lights.id, place)] for place in places]
        assert [each.index(Verdict.WINS) if Verdict.WINS in each else None for each in verdicts] == expected
        assert [each.count(Verdict.OVERRIDDEN) for each in verdicts] == [max(0, len(hits) - 1) for hits in covering]

        viewer, filed = await town.viewer(town.maya), range(0, len(places), len(places) // FILED)
        for nth in filed:
            longitude, latitude = places[nth]
            await submit_request(
                viewer,
                organization_id=town.springfield.id,
                category_id=town.lights.id,
                summary=f"Request {nth}",
                latitude=latitude,
                longitude=longitude,
            )
        assigned = [row.assignee_id for row in await ServiceRequest.all().order_by("id")]
        wanted = [expected[nth] for nth in filed]
        assert assigned == [crews[each] if each is not None else None for each in wanted]
    await close_database()
