"""Real neighbourhoods and real requests: which lie where, counted."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from casework.geometry import Shape, covered, parse_area

DATA = Path(os.environ.get("CURBCAST_DATA", Path(__file__).parents[3] / "shared" / "data"))
TURNED = "rings were turned the usual way round"


def features(name: str) -> list[dict[str, Any]]:
    path = DATA / f"{name}_neighborhoods.geojson"
    if not path.exists():
        pytest.skip(f"the real boundaries are not at {DATA} (set CURBCAST_DATA)")
    found: list[dict[str, Any]] = json.loads(path.read_text())["features"]
    return found


def points_of(name: str) -> Iterator[tuple[float, float]]:
    with gzip.open(DATA / name, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if row["lat"] is not None and row["lng"] is not None:
                yield row["lng"], row["lat"]


def counted(shapes: list[Shape], points: list[tuple[float, float]]) -> dict[int, int]:
    """How many points lie in so many shapes."""
    found: dict[int, int] = {}
    for inside in zip(*(covered(shape.wkb, points) for shape in shapes), strict=True):
        found[sum(inside)] = found.get(sum(inside), 0) + 1
    return found


@pytest.mark.needs_data
def test_no_request_of_boston_lies_in_two_neighbourhoods() -> None:
    shapes = [parse_area(feature) for feature in features("boston")]
    assert len(shapes) == 26
    assert {shape.repairs for shape in shapes} == {(TURNED,)}
    assert counted(shapes, list(points_of("boston_2011_jul_oct.jsonl.gz"))) == {0: 17, 1: 41_810}


@pytest.mark.needs_data
def test_in_new_haven_404_requests_lie_outside_and_16_in_two() -> None:
    # The page that comes with the data says 407 and 12; casting rays without any library agrees with us on these files.
    shapes = [parse_area(feature) for feature in features("newhaven")]
    assert len(shapes) == 20
    found = counted(shapes, list(points_of("newhaven_text_2008_2015.jsonl.gz")))
    assert found == {0: 404, 1: 9780, 2: 16}
