"""Areas in the tests' town: Elm Park is a square with a hole in it, and requests lie at its corners."""

from __future__ import annotations

from typing import Any

from casework.actions.areas import create_watch_area
from casework.areas import WatchArea
from casework.people import Person
from tests.telling import Telling

ELM_PARK: dict[str, Any] = {
    "type": "Polygon",
    "coordinates": [
        [[-71.07, 42.35], [-71.05, 42.35], [-71.05, 42.37], [-71.07, 42.37], [-71.07, 42.35]],
        [[-71.062, 42.358], [-71.058, 42.358], [-71.058, 42.362], [-71.062, 42.362], [-71.062, 42.358]],
    ],
}
INSIDE = {"latitude": 42.355, "longitude": -71.055}
ON_THE_BORDER = {"latitude": 42.36, "longitude": -71.05}
IN_THE_HOLE = {"latitude": 42.36, "longitude": -71.06}
OUTSIDE = {"latitude": 42.39, "longitude": -71.06}


async def watch(telling: Telling, person: Person, **values: Any) -> WatchArea:
    """A person watches Elm Park; the confirmation is out already."""
    given = {"name": "Elm Park", "geojson": ELM_PARK} | values
    area = await create_watch_area(await telling.town.viewer(person), **given)
    await telling.run()
    return area
