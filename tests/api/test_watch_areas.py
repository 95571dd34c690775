"""Watch areas by GraphQL: drawn, changed, followed, found; and what bad input gets."""

from __future__ import annotations

from typing import Any

import pytest

from casework.areas import WatchArea
from casework.history import HistoryRow
from tests.town import Town

SQUARE: dict[str, Any] = {
    "type": "Polygon",
    "coordinates": [[[-71.07, 42.35], [-71.05, 42.35], [-71.05, 42.37], [-71.07, 42.37], [-71.07, 42.35]]],
}
FIELDS = "watchArea { id name areaKm2 radiusM keywords withComments isPublic viewerIsOwner viewerFollows shape }"


async def _drawn(town: Town, **values: Any) -> dict[str, Any]:
    payload = await town.done(town.ines, "createWatchArea", FIELDS, name="Elm Park", shape=SQUARE, **values)
    return dict(payload["watchArea"])


async def test_an_area_is_drawn_and_read_back(town: Town) -> None:
    area = await _drawn(town, keywords="pothole -tree")
    assert (area["name"], area["keywords"], area["viewerIsOwner"], area["isPublic"]) == (
        "Elm Park",
        "pothole -tree",
        True,
        False,
    )
    assert area["areaKm2"] == pytest.approx(3.66, abs=0.02)
    assert area["shape"]["type"] == "Polygon"
    data = await town.ask(
        town.ines, "query ($id: ID!) { watchArea(id: $id) { name } node(id: $id) { id } }", id=area["id"]
    )
    assert data == {"watchArea": {"name": "Elm Park"}, "node": {"id": area["id"]}}


async def test_a_circle_is_an_area_too(town: Town) -> None:
    payload = await town.done(
        town.ines, "createWatchArea", FIELDS, name="Home", latitude=42.36, longitude=-71.06, radiusM=500.0
    )
    assert payload["watchArea"]["radiusM"] == 500.0
    assert payload["watchArea"]["areaKm2"] == pytest.approx(0.785, rel=0.01)


async def test_a_private_area_is_nobody_elses_business(town: Town) -> None:
    area = await _drawn(town)
    query = "query ($id: ID!) { watchArea(id: $id) { name } node(id: $id) { id } watchAreas { totalCount } }"
    for person in (town.otto, town.rosa, None):
        data = await town.ask(person, query, id=area["id"])
        assert data == {"watchArea": None, "node": None, "watchAreas": {"totalCount": 0}}
    for mutation in ("followWatchArea", "deleteWatchArea", "updateWatchArea", "updateWatchAreaPreference"):
        assert await town.refused(town.otto, mutation, watchAreaId=area["id"]) == ("NOT_FOUND", ["watchAreaId"])


async def test_a_public_area_can_be_followed_and_only_its_owner_changes_it(town: Town) -> None:
    area = await _drawn(town, public=True)
    followed = await town.done(town.otto, "followWatchArea", FIELDS, watchAreaId=area["id"])
    assert followed["watchArea"]["viewerFollows"] is True
    again = await HistoryRow.all().count()
    await town.done(town.otto, "followWatchArea", watchAreaId=area["id"])
    assert await HistoryRow.all().count() == again
    for mutation in ("updateWatchArea", "deleteWatchArea"):
        assert await town.refused(town.otto, mutation, watchAreaId=area["id"]) == ("FORBIDDEN", ["watchAreaId"])
    left = await town.done(town.otto, "unfollowWatchArea", FIELDS, watchAreaId=area["id"])
    assert left["watchArea"]["viewerFollows"] is False


async def test_changing_and_deleting_ones_own(town: Town) -> None:
    area = await _drawn(town)
    changed = await town.done(
        town.ines, "updateWatchArea", FIELDS, watchAreaId=area["id"], name="The park", public=True
    )
    assert (changed["watchArea"]["name"], changed["watchArea"]["isPublic"]) == ("The park", True)
    await town.done(town.ines, "deleteWatchArea", watchAreaId=area["id"])
    assert await town.refused(town.ines, "updateWatchArea", watchAreaId=area["id"]) == ("NOT_FOUND", ["watchAreaId"])


async def test_how_soon_is_chosen_for_each_area(town: Town) -> None:
    area = await _drawn(town)
    selection = "watchArea { viewerCadence }"
    payload = await town.done(
        town.ines, "updateWatchAreaPreference", selection, watchAreaId=area["id"], cadence="WEEKLY"
    )
    assert payload["watchArea"] == {"viewerCadence": "WEEKLY"}
    payload = await town.done(town.ines, "updateWatchAreaPreference", selection, watchAreaId=area["id"])
    assert payload["watchArea"] == {"viewerCadence": None}


async def test_an_area_is_tried_before_it_is_made(town: Town) -> None:
    await town.report(latitude=42.36, longitude=-71.06)
    await town.report(latitude=42.39, longitude=-71.06)
    data = await town.ask(
        town.ines,
        "query ($shape: JSON) { previewWatchArea(shape: $shape) { count isTooBroad repairs } }",
        shape=SQUARE,
    )
    assert data == {"previewWatchArea": {"count": 1, "isTooBroad": False, "repairs": []}}


@pytest.mark.parametrize(
    ("given", "code", "path"),
    [
        ({}, "INVALID", ["shape"]),
        ({"shape": "a circle"}, "INVALID", ["shape"]),
        ({"shape": {"type": "Point", "coordinates": [0, 0]}}, "INVALID_AREA", ["shape"]),
        ({"shape": {"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]}}, "INVALID_AREA", ["shape"]),
        ({"shape": SQUARE, "radiusM": 5.0}, "INVALID", ["shape"]),
        ({"latitude": 91.0, "longitude": 0.0, "radiusM": 5.0}, "INVALID", ["latitude"]),
        ({"shape": SQUARE, "name": "Two\nlines"}, "INVALID", ["name"]),
        ({"shape": SQUARE, "categoryIds": ["x"]}, "INVALID", ["categoryIds"]),
        ({"shape": SQUARE, "keywords": "-"}, "INVALID", ["keywords"]),
    ],
)
async def test_bad_input_names_its_field_and_makes_nothing(
    town: Town, given: dict[str, Any], code: str, path: list[str]
) -> None:
    assert await town.refused(town.ines, "createWatchArea", **({"name": "Elm Park"} | given)) == (code, path)
    assert await WatchArea.all().count() == 0


async def test_a_guest_watches_nothing(town: Town) -> None:
    refused = await town.refused(None, "createWatchArea", name="Elm Park", shape=SQUARE)
    assert refused == ("SIGN_IN_REQUIRED", None)
