"""The rings of a GeoJSON polygon, read point by point, so that whatever is wrong can be said of one point.

    GeoJSON ── polygons ── rings (the first is the outer one, the others are holes) ── points [longitude, latitude]

People count from 1, and so do polygons, rings and points in messages.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any, NamedTuple

from casework.errors import InvalidArea
from casework.phrases import N_, Phrase

POINTS_MAX = 5_000
_SAME_DEGREES = 1e-9  # a tenth of a millimetre
_POLEWARD_OF_ALL_TOWNS = 80
_SOUTH_OF_ALL_TOWNS = -60


class Point(NamedTuple):
    """Degrees, and which point of what was sent this is."""

    x: float
    y: float
    polygon: int
    ring: int
    number: int

    @property
    def said(self) -> Phrase:
        return Phrase(
            "point %(number)s of ring %(ring)s of polygon %(polygon)s %(position)s",
            {
                "number": str(self.number),
                "ring": self.ring,
                "polygon": self.polygon,
                "position": f"[{self.x:.10g}, {self.y:.10g}]",
            },
        )

    @property
    def swapped(self) -> Point:
        return self._replace(x=self.y, y=self.x)


Ring = list[Point]
Polygons = list[list[Ring]]


def read_rings(geojson: Mapping[str, Any], repairs: list[str]) -> Polygons:
    """Every ring with its points in range, different from their neighbours, and without a closing point.

    What was repaired on the way is added to `repairs`. Raises InvalidArea.
    """
    raw = _positions(_geometry(geojson))
    points = [point for polygon in raw for ring in polygon for point in ring]
    if _is_swapped(points):
        repairs.append(N_("latitude and longitude were swapped"))
        raw = [[[point.swapped for point in ring] for ring in polygon] for polygon in raw]
        points = [point.swapped for point in points]
    for point in points:
        _check_range(point)
    return [[_tidy(ring, repairs) for ring in polygon] for polygon in raw]


def _geometry(geojson: object) -> Mapping[str, Any]:
    """The Polygon or MultiPolygon inside a Feature, or inside a FeatureCollection that has only one."""
    if not isinstance(geojson, Mapping):
        raise InvalidArea("The shape must be a GeoJSON object.")
    sort = geojson.get("type")
    if sort == "FeatureCollection":
        features = geojson.get("features")
        if not isinstance(features, (list, tuple)) or len(features) != 1 or not _is_a(features[0], "Feature"):
            raise InvalidArea("The FeatureCollection must hold exactly one Feature; create one area for each.")
        return _geometry(features[0])
    if sort == "Feature":
        inner = geojson.get("geometry")
        if _is_a(inner, "Feature") or _is_a(inner, "FeatureCollection"):
            raise InvalidArea("The Feature's geometry must be a Polygon or a MultiPolygon.")
        return _geometry(inner)
    if sort not in ("Polygon", "MultiPolygon"):
        raise InvalidArea("The shape must be a GeoJSON Polygon or MultiPolygon, not %(given)s.", given=_shown(sort))
    return geojson


def _is_a(thing: object, sort: str) -> bool:
    return isinstance(thing, Mapping) and thing.get("type") == sort


def _positions(geometry: Mapping[str, Any]) -> Polygons:
    """The points as they were sent. Not one more than allowed is looked at."""
    coordinates = geometry.get("coordinates")
    polygons = [coordinates] if geometry["type"] == "Polygon" else _listed(coordinates, Phrase("coordinates"))
    left = POINTS_MAX
    read: Polygons = []
    for polygon_number, polygon in enumerate(polygons, 1):
        where = Phrase("polygon %(polygon)s", {"polygon": polygon_number})
        rings: list[Ring] = []
        for ring_number, ring in enumerate(_listed(polygon, where), 1):
            numbers: dict[str, object] = {"ring": ring_number, "polygon": polygon_number}
            positions = _listed(ring, Phrase("ring %(ring)s of polygon %(polygon)s", numbers))
            if len(positions) > left:
                raise InvalidArea(
                    "The shape has more than %(allowed)s points: point %(number)s of ring %(ring)s of polygon"
                    " %(polygon)s is one too many. Simplify the outline.",
                    allowed=POINTS_MAX,
                    number=str(left + 1),
                    ring=ring_number,
                    polygon=polygon_number,
                )
            left -= len(positions)
            rings.append(
                [_point(each, polygon_number, ring_number, number) for number, each in enumerate(positions, 1)]
            )
        read.append(rings)
    return read


def _listed(value: object, what: Phrase) -> list[Any] | tuple[Any, ...]:
    if not isinstance(value, (list, tuple)):
        raise InvalidArea("The shape's %(part)s must be a list, not %(given)s.", part=what, given=_shown(value))
    if not value:
        raise InvalidArea("The shape's %(part)s is empty; draw at least 3 points.", part=what)
    return value


def _point(position: object, polygon: int, ring: int, number: int) -> Point:
    """Two numbers; a third, the height, changes nothing."""
    numbers = {"number": str(number), "ring": ring, "polygon": polygon}
    point = Phrase("Point %(number)s of ring %(ring)s of polygon %(polygon)s", numbers)
    given = _shown(position)
    if not isinstance(position, (list, tuple)) or len(position) < 2:
        raise InvalidArea("%(point)s must be [longitude, latitude], not %(given)s.", point=point, given=given)
    for value in position[:2]:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise InvalidArea("%(point)s must be two numbers, not %(given)s.", point=point, given=given)
        if isinstance(value, float) and not math.isfinite(value):
            raise InvalidArea("%(point)s must be two finite numbers, not %(given)s.", point=point, given=given)
        if abs(value) > 1e9:
            raise InvalidArea(
                "%(point)s %(given)s is not in degrees; send WGS 84 longitude and latitude.", point=point, given=given
            )
    return Point(float(position[0]), float(position[1]), polygon, ring, number)


def _is_swapped(points: Iterable[Point]) -> bool:
    """Whether [latitude, longitude] is the only reading that makes sense.

    The other order puts every point in range, and this one puts none where a town is: latitudes are out of range, but
    for some that come close (a single one is a slip of the hand, not an order); or all are in the sea and ice of
    Antarctica between 0° and 90° East, and the shape is in the Americas the other way round.
    """
    points = list(points)
    other_way = all(_is_swappable(point) for point in points)
    out_of_range = any(abs(point.y) > 90 for point in points)
    near_a_pole = all(abs(point.y) > _POLEWARD_OF_ALL_TOWNS for point in points)
    in_antarctica = all(point.y < _SOUTH_OF_ALL_TOWNS and point.x > 0 for point in points)
    return other_way and ((out_of_range and near_a_pole) or in_antarctica)


def _is_swappable(point: Point) -> bool:
    return abs(point.x) <= 90 and abs(point.y) <= 180


def _check_range(point: Point) -> None:
    if abs(point.x) > 180:
        raise InvalidArea(
            "The longitude of %(point)s must be between -180 and 180 degrees. An area across the 180th meridian is "
            "drawn as two polygons, one on each side.",
            point=point.said,
        )
    if abs(point.y) > 90:
        advice = Phrase("; perhaps the two are swapped") if _is_swappable(point) else ""
        raise InvalidArea(
            "The latitude of %(point)s must be between -90 and 90 degrees. Points are [longitude, latitude]%(advice)s.",
            point=point.said,
            advice=advice,
        )


def _tidy(ring: Ring, repairs: list[str]) -> Ring:
    """The ring without points that repeat the one before, and without the closing point."""
    _note(repairs, N_("a ring was closed"), not (len(ring) > 1 and _same(ring[0], ring[-1])))
    tidy = [ring[0], *(point for before, point in pairwise(ring) if not _same(before, point))]
    _note(repairs, N_("repeated points were dropped"), len(tidy) < len(ring))
    while len(tidy) > 1 and _same(tidy[0], tidy[-1]):
        tidy.pop()
    if len({(point.x, point.y) for point in tidy}) < 3:
        raise InvalidArea(
            "Ring %(ring)s of polygon %(polygon)s has fewer than 3 different points and encloses nothing; add some"
            " after %(point)s, or leave the ring out.",
            ring=ring[0].ring,
            polygon=ring[0].polygon,
            point=tidy[-1].said,
        )
    for here, there in pairwise([*tidy, tidy[0]]):
        if abs(there.x - here.x) > 180:
            raise InvalidArea(
                "The edge from %(start)s to %(end)s crosses the 180th meridian; draw two polygons, one on each side.",
                start=here.said,
                end=there.said,
            )
    return tidy


def _same(one: Point, other: Point) -> bool:
    return abs(one.x - other.x) <= _SAME_DEGREES and abs(one.y - other.y) <= _SAME_DEGREES


def _note(repairs: list[str], what: str, happened: bool) -> None:
    if happened and what not in repairs:
        repairs.append(what)


def _shown(value: object) -> str | Phrase:
    if isinstance(value, (Mapping, list, tuple)) and len(value) > 4:
        return f"{type(value).__name__} of {len(value)}"
    try:
        shown = repr(value)
    except ValueError:  # an integer of more digits than Python prints
        return Phrase("a number out of any range")
    return shown if len(shown) <= 60 else f"{shown[:57]}…"
