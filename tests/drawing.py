"""Shapes that tests draw, as GeoJSON: around the meeting of equator and prime meridian, half a degree wide."""

from __future__ import annotations

from typing import Any

SQUARE = [[0.0, 0.0], [0.5, 0.0], [0.5, 0.5], [0.0, 0.5], [0.0, 0.0]]
HOLE = [[0.1, 0.1], [0.1, 0.2], [0.2, 0.2], [0.2, 0.1], [0.1, 0.1]]


def polygon(*rings: Any) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings)}


def multipolygon(*polygons: Any) -> dict[str, Any]:
    return {"type": "MultiPolygon", "coordinates": list(polygons)}


def box(west: float, south: float, east: float, north: float) -> list[list[float]]:
    """A closed ring, counter-clockwise."""
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]
