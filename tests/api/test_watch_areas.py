"""Watch areas by GraphQL: drawn, changed, followed, found; and what bad input gets."""

from __future__ import annotations

from typing import Any

import pytest

from casework.areas import AreaFollow, WatchArea
from casework.history import HistoryRow
from casework.people import Person
from tests.api.statements import statements
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


WARNING = "warning { message perWeek suggestedCadence } repairs"
CIRCLE = {"latitude": 42.36, "longitude": -71.06, "radiusM": 500.0}


async def test_an_area_that_is_too_broad_answers_with_a_warning_and_suggests_a_digest(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("casework.areas.TOO_MANY_A_WEEK", 2)
    for _ in range(2):
        await town.report(latitude=42.36, longitude=-71.06)
    quiet = await town.done(town.ines, "createWatchArea", WARNING, name="Home", **CIRCLE)
    assert (quiet["warning"], quiet["repairs"]) == (None, [])
    await town.report(latitude=42.36, longitude=-71.06)
    warning = {
        "message": "3 requests were reported here in the busiest week of the last 30 days. A digest tells of them in"
        " one mail; or watch fewer of them, by categories or keywords.",
        "perWeek": 3,
        "suggestedCadence": "DAILY",
    }
    created = await town.done(town.ines, "createWatchArea", "watchArea { id } " + WARNING, name="Home", **CIRCLE)
    assert created["warning"] == warning
    area = created["watchArea"]["id"]
    renamed = await town.done(town.ines, "updateWatchArea", WARNING, watchAreaId=area, name="My home")
    assert (renamed["warning"], renamed["repairs"]) == (warning, [])
    narrowed = await town.done(town.ines, "updateWatchArea", WARNING, watchAreaId=area, keywords="tree")
    assert narrowed["warning"] is None
    deleted = await town.done(town.ines, "deleteWatchArea", WARNING, watchAreaId=area)
    assert (deleted["warning"], deleted["repairs"]) == (None, [])
    previewed = await town.ask(
        town.ines,
        "query ($latitude: Float, $longitude: Float, $radiusM: Float) {"
        " previewWatchArea(latitude: $latitude, longitude: $longitude, radiusM: $radiusM)"
        " { isTooBroad warning { message perWeek suggestedCadence } } }",
        **CIRCLE,
    )
    assert previewed == {"previewWatchArea": {"isTooBroad": True, "warning": warning}}
    await Person.filter(id=town.ines.id).update(language="es")
    spanish = await town.done(town.ines, "createWatchArea", WARNING, name="Casa", **CIRCLE)
    assert spanish["warning"]["message"].startswith("En la semana con más actividad de los últimos 30 días")


async def test_what_was_put_right_in_a_shape_is_told_also_to_who_asks_again(town: Town) -> None:
    unclosed = {"type": "Polygon", "coordinates": [SQUARE["coordinates"][0][:-1]]}
    given = {"name": "Elm Park", "shape": unclosed, "clientMutationId": "once-and-for-all-1"}
    first, again = [await town.done(town.ines, "createWatchArea", "watchArea { id } repairs", **given) for _ in "12"]
    assert first == again
    assert first["repairs"] == ["a ring was closed"]
    assert await WatchArea.all().count() == 1
    area = first["watchArea"]["id"]
    changed = await town.done(town.ines, "updateWatchArea", "repairs", watchAreaId=area, shape=SQUARE)
    assert changed["repairs"] == []


async def test_the_viewers_areas_are_their_own_and_those_they_follow(town: Town) -> None:
    async def listed(person: Person) -> list[dict[str, Any]]:
        fields = "totalCount nodes { name viewerIsOwner viewerFollows viewerCadence viewerComments }"
        answer = await town.ask(person, f"{{ viewer {{ watchAreas {{ {fields} }} }} }}")
        areas = answer["viewer"]["watchAreas"]
        assert areas["totalCount"] == len(areas["nodes"])
        return list(areas["nodes"])

    shown = {"viewerIsOwner": True, "viewerFollows": False, "viewerCadence": None, "viewerComments": True}
    assert await listed(town.ines) == []
    area = await _drawn(town, public=True)
    await town.done(town.ines, "createWatchArea", name="Home", withComments=False, **CIRCLE)
    await town.done(town.otto, "createWatchArea", name="Mine", **CIRCLE)
    assert await listed(town.ines) == [
        {**shown, "name": "Home", "viewerComments": False},
        {**shown, "name": "Elm Park"},
    ]
    with statements() as few:
        await listed(town.otto)
    await town.done(town.otto, "followWatchArea", watchAreaId=area["id"])
    await town.done(town.otto, "updateWatchAreaPreference", watchAreaId=area["id"], cadence="IMMEDIATE", comments=False)
    with statements() as more:
        followed = await listed(town.otto)
    assert followed == [
        {**shown, "name": "Mine"},
        {
            "name": "Elm Park",
            "viewerIsOwner": False,
            "viewerFollows": True,
            "viewerCadence": "IMMEDIATE",
            "viewerComments": False,
        },
    ]
    assert len(few) == len(more)
    await town.done(town.otto, "unfollowWatchArea", watchAreaId=area["id"])
    assert [each["name"] for each in await listed(town.otto)] == ["Mine"]


async def test_an_area_that_is_made_private_is_followed_by_nobody_any_more(town: Town) -> None:
    area = await _drawn(town, public=True)
    await town.done(town.otto, "followWatchArea", watchAreaId=area["id"])
    await town.done(town.ines, "updateWatchArea", watchAreaId=area["id"], name="Still public")
    assert await AreaFollow.filter(until_event__isnull=True).count() == 1
    await town.done(town.ines, "updateWatchArea", watchAreaId=area["id"], public=False)
    assert await AreaFollow.filter(until_event__isnull=True).count() == 0
    await town.done(town.ines, "updateWatchArea", watchAreaId=area["id"], public=True)
    data = await town.ask(town.otto, "query ($id: ID!) { watchArea(id: $id) { viewerFollows } }", id=area["id"])
    assert data == {"watchArea": {"viewerFollows": False}}


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
