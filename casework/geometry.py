"""The shapes of watch areas: drawn as GeoJSON or around a centre, kept as WKB, asked whether a point is inside.

    parse_area(geojson) ─┐
                         ├─> Shape(wkb, bounding box, area, repairs)          contains(wkb, longitude, latitude)
    circle(lat, lon, r) ─┘

Degrees are WGS 84, x is longitude. Edges are straight in longitude and latitude, as GeoJSON says.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import shapely

from casework import text
from casework.errors import InvalidArea
from casework.phrases import N_
from casework.rings import read_rings
from casework.untangling import closed, untangle

AREA_MAX_KM2 = 10_000
RADIUS_MIN_M = 1.0
RADIUS_MAX_M = 56_000.0  # a circle of just under 10,000 km²
_CIRCLE_MAX_LATITUDE = 85.0
_CIRCLE_POINTS = 64
_EQUATOR_M = 6_378_137.0
_ECCENTRICITY_2 = 0.006_694_379_990_141


@dataclass(frozen=True)
class Shape:
    """A valid polygon or multipolygon. `repairs` says in words what was put right in what was sent."""

    wkb: bytes
    min_x: float
    min_y: float
    max_x: float
    max_y: float
    area_km2: float
    repairs: tuple[str, ...] = ()


def parse_area(geojson: Mapping[str, Any]) -> Shape:
    """The shape of a GeoJSON Polygon or MultiPolygon, alone, in a Feature or in a FeatureCollection of one.

    Repaired is only what has one meaning; for the rest InvalidArea says which point is wrong. At most 5,000 points
    (closing ones count) and 10,000 km².
    """
    repairs: list[str] = []
    polygons = read_rings(geojson, repairs)
    drawn = [shapely.Polygon(closed(outer), [closed(hole) for hole in holes]) for outer, *holes in polygons]
    geometry = drawn[0] if len(drawn) == 1 else shapely.MultiPolygon(drawn)
    oriented = shapely.orient_polygons(geometry)
    if not shapely.is_valid(geometry):
        oriented = shapely.orient_polygons(untangle(polygons))
        repairs.append(N_("rings that touch or overlap were joined"))
    elif not shapely.equals_exact(oriented, geometry):
        repairs.append(N_("rings were turned the usual way round"))
    shape = _shape(oriented, tuple(repairs))
    if shape.area_km2 > AREA_MAX_KM2:
        raise InvalidArea(
            "The shape covers %(covered)s km², from %(corner)s to %(opposite)s; at most %(allowed)s km² are allowed."
            " Draw a smaller one.",
            covered=round(shape.area_km2),
            corner=f"[{shape.min_x:.6g}, {shape.min_y:.6g}]",
            opposite=f"[{shape.max_x:.6g}, {shape.max_y:.6g}]",
            allowed=AREA_MAX_KM2,
        )
    return shape


def circle(latitude: float, longitude: float, radius_m: float) -> Shape:
    """All that is within `radius_m` metres (1 to 56,000) of a point, as a 64-sided polygon.

    Its border is within 0.5 % of the radius on the ellipsoid, and it has the circle's area. Raises Invalid naming
    `latitude` or `longitude`, and InvalidArea naming `radius_m`, or `latitude` for a circle that comes near a pole, or
    `longitude` for one across the 180th meridian.
    """
    text.coordinates(latitude, longitude)
    if not RADIUS_MIN_M <= radius_m <= RADIUS_MAX_M:
        raise InvalidArea(
            "%(field)s must be between %(least)s and %(most)s metres.",
            field="radius_m",
            least=round(RADIUS_MIN_M),
            most=round(RADIUS_MAX_M),
        )
    if abs(latitude) + radius_m / 111_000 > _CIRCLE_MAX_LATITUDE:
        raise InvalidArea(
            "The circle around %(centre)s comes too near the pole; it must stay within %(most)s degrees of latitude.",
            field="latitude",
            centre=f"[{longitude:.10g}, {latitude:.10g}]",
            most=f"{_CIRCLE_MAX_LATITUDE:g}",
        )
    geometry = shapely.Polygon(_around(latitude, longitude, radius_m))
    if geometry.bounds[0] < -180 or geometry.bounds[2] > 180:
        raise InvalidArea(
            "The circle around %(centre)s crosses the 180th meridian; draw two polygons, one on each side.",
            field="longitude",
            centre=f"[{longitude:.10g}, {latitude:.10g}]",
        )
    return _shape(geometry, ())


def as_geojson(wkb: bytes) -> dict[str, Any]:
    """A stored shape as GeoJSON."""
    return cast(dict[str, Any], json.loads(shapely.to_geojson(shapely.from_wkb(bytes(wkb)))))


def contains(wkb: bytes, longitude: float, latitude: float) -> bool:
    """Whether a point is inside or on the border (rule 8)."""
    return bool(shapely.intersects_xy(shapely.from_wkb(wkb), longitude, latitude))


def covered(wkb: bytes, points: Sequence[tuple[float, float]]) -> list[bool]:
    """The same for many points (longitude, latitude) at once, in their order."""
    geometry = shapely.from_wkb(wkb)
    shapely.prepare(geometry)
    return [bool(each) for each in shapely.intersects_xy(geometry, np.array(points).reshape(-1, 2))]


def _shape(geometry: Any, repairs: tuple[str, ...]) -> Shape:
    min_x, min_y, max_x, max_y = map(float, geometry.bounds)
    return Shape(shapely.to_wkb(geometry, byte_order=1), min_x, min_y, max_x, max_y, _area_km2(geometry), repairs)


def _area_km2(geometry: Any) -> float:
    """The area on a sphere as curved as the ellipsoid is there. Holes wind the other way and count against it."""
    rings = (ring for part in shapely.get_parts(geometry) for ring in (part.exterior, *part.interiors))
    meridian, across = _radii_m((geometry.bounds[1] + geometry.bounds[3]) / 2)
    return sum(map(_steradians, rings)) * meridian * across / 1e6


def _steradians(ring: Any) -> float:
    """The exact integral of sin(latitude) along edges on which latitude is linear in longitude.

    Seen from the ring's own first latitude, or a small area would drown in rounding.
    """
    longitude, latitude = np.radians(shapely.get_coordinates(ring)).T
    half = np.diff(latitude) / 2
    middle = latitude[:-1] + half
    base = latitude[0]
    rise = 2 * np.cos((middle + base) / 2) * np.sin((middle - base) / 2)  # sin(middle) - sin(base)
    mean = rise * np.sinc(half / np.pi) + math.sin(base) * (np.sinc(half / np.pi) - 1)
    return -float(np.sum(np.diff(longitude) * mean))


def _around(latitude: float, longitude: float, radius_m: float) -> Any:
    """Points at that distance in all directions, counter-clockwise.

    In each direction the Earth is taken as the sphere that has the ellipsoid's curvature there (Euler's formula). The
    points lie a little outside the circle and the edges between them a little inside, so that the areas are equal.
    """
    phi = math.radians(latitude)
    step = 2 * math.pi / _CIRCLE_POINTS
    bearing = -np.arange(_CIRCLE_POINTS) * step
    meridian, across = _radii_m(latitude)
    curvature = np.cos(bearing) ** 2 / meridian + np.sin(bearing) ** 2 / across
    angle = radius_m * math.sqrt(step / math.sin(step)) * curvature
    north = np.arcsin(math.sin(phi) * np.cos(angle) + math.cos(phi) * np.sin(angle) * np.cos(bearing))
    east = np.arctan2(np.sin(bearing) * np.sin(angle) * math.cos(phi), np.cos(angle) - math.sin(phi) * np.sin(north))
    return np.column_stack([longitude + np.degrees(east), np.degrees(north)])


def _radii_m(latitude: float) -> tuple[float, float]:
    """How curved the ellipsoid is at a latitude: its radii along the meridian and across it, in metres."""
    squash = 1 - _ECCENTRICITY_2 * math.sin(math.radians(latitude)) ** 2
    return _EQUATOR_M * (1 - _ECCENTRICITY_2) / squash**1.5, _EQUATOR_M / math.sqrt(squash)
