"""Rings that touch or overlap: repaired where every reader would see the same area in them, refused elsewhere.

A polygon that is valid alone is what it is. The rings of any other are cut where they meet, which leaves faces. How
often does each ring wind around each face?

    never, or once and always the same way round    the ring's meaning is certain, however it touches itself
    twice, or here one way and there the other      nobody knows what is inside: refused, naming the point

A face is inside the polygon if it is inside the outer ring and in no hole. Polygons that overlap are joined.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import shapely

from casework.errors import InvalidArea
from casework.rings import Polygons, Ring

# A shape drawn to keep us busy could meet itself millions of times.
_MEETINGS_MAX = 20_000
_EDGES_AT_ONCE = 64


def untangle(polygons: Polygons) -> Any:
    """A valid geometry of the area that the rings mean. Raises InvalidArea."""
    _refuse_crossings(polygons)
    parts = [_part(polygon) for polygon in polygons]
    tree = shapely.STRtree(parts)
    for number, part in enumerate(parts):
        for other in tree.query(part, predicate="covered_by"):
            # Perhaps it was meant as a hole.
            if not shapely.equals(part, parts[other]):
                raise InvalidArea(
                    "Polygon %(inner)s lies inside polygon %(outer)s from %(point)s on; leave it out, or make it a hole"
                    " of that polygon.",
                    inner=number + 1,
                    outer=other + 1,
                    point=polygons[number][0][0].said,
                )
    return shapely.union_all(parts)


def closed(ring: Ring) -> list[tuple[float, float]]:
    """The coordinates, with the first point once more at the end."""
    return [(point.x, point.y) for point in [*ring, ring[0]]]


def _refuse_crossings(polygons: Polygons) -> None:
    """Refuse a ring of which two edges cross, and rings that meet more often than is worth repairing."""
    rings = [ring for polygon in polygons for ring in polygon]
    edges = [edge for ring in rings for edge in pairwise([*ring, ring[0]])]
    owners = np.repeat(np.arange(len(rings)), [len(ring) for ring in rings])
    lines = shapely.linestrings([[(here.x, here.y), (there.x, there.y)] for here, there in edges])
    tree = shapely.STRtree(lines)
    meetings = 0
    for start in range(0, len(lines), _EDGES_AT_ONCE):
        one, other = tree.query(lines[start : start + _EDGES_AT_ONCE], predicate="intersects")
        one = one + start
        one, other = one[one < other], other[one < other]
        crossing = (owners[one] == owners[other]) & shapely.crosses(lines[one], lines[other])
        if np.any(crossing):
            first, second = (int(each[crossing][0]) for each in (one, other))
            raise InvalidArea(
                "The outline crosses itself: the edge after %(first)s and the edge after %(second)s cut each other."
                " Move one of the points.",
                first=edges[first][0].said,
                second=edges[second][0].said,
            )
        meetings += len(one)
        if meetings > _MEETINGS_MAX:
            raise InvalidArea(
                "The outline meets itself too often to be understood, up to %(point)s; draw it simpler.",
                point=edges[int(one[-1])][0].said,
            )


def _part(polygon: list[Ring]) -> Any:
    """What one polygon means by itself."""
    outer, *holes = map(closed, polygon)
    alone = shapely.Polygon(outer, holes)
    if shapely.is_valid(alone):  # most are
        return alone
    lines = [shapely.LineString(closed(ring)) for ring in polygon]
    faces = shapely.get_parts(shapely.polygonize([shapely.union_all(lines)]))
    if not len(faces):
        raise InvalidArea(
            "The shape encloses nothing: %(point)s and all others lie on one line.", point=polygon[0][0].said
        )
    return shapely.union_all(faces[_inside(polygon, faces)])


def _inside(polygon: list[Ring], faces: Any) -> Any:
    """For each face, whether it is inside the outer ring and in no hole."""
    outer = _wound(polygon[0], faces)
    found = outer
    for hole in polygon[1:]:
        cut = _wound(hole, faces)
        if not np.any(cut & outer):
            raise InvalidArea(
                "The hole from %(point)s on lies outside its outer ring; move it, or leave it out.", point=hole[0].said
            )
        found = found & ~cut
    if not np.any(found):
        raise InvalidArea(
            "Nothing is left of the polygon from %(point)s on; make its holes smaller.", point=polygon[0][0].said
        )
    return found


def _wound(ring: Ring, faces: Any) -> Any:
    """For each face, whether the ring winds around it: at most once, and around all of them the same way."""
    centres = shapely.get_coordinates(shapely.point_on_surface(faces))
    outline = np.array(closed(ring))
    turns = np.array([_turns(outline - centre) for centre in centres])
    if not np.any(turns):
        raise InvalidArea(
            "The ring from %(point)s on encloses nothing: it goes back the way it came.", point=ring[0].said
        )
    wrong = (turns != 0) & (turns != np.sign(turns.sum()))
    if np.any(wrong):
        nearest = int(np.argmin(np.square(outline[:-1] - centres[wrong][0]).sum(axis=1)))
        raise InvalidArea(
            "The outline goes around the ground beside %(point)s twice, or the other way round than elsewhere, so what"
            " is inside is unclear. Draw it as separate polygons.",
            point=ring[nearest].said,
        )
    return turns != 0


def _turns(line: Any) -> int:
    """How often a closed line winds around the origin, counter-clockwise: by where it crosses the right half-axis."""
    x, y = line.T
    side = x[:-1] * y[1:] - x[1:] * y[:-1]
    up = (y[:-1] <= 0) & (y[1:] > 0) & (side > 0)
    down = (y[:-1] > 0) & (y[1:] <= 0) & (side < 0)
    return int(np.count_nonzero(up)) - int(np.count_nonzero(down))
