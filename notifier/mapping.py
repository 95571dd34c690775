"""The small map on top of a digest: the outline of the reader's areas, and a dot for each request, told by status.

    outlines, dots ─▶ one projection that holds them all ─▶ a picture of few colours, at most 20 kB

No streets: it shows where things are to each other, and what state they are in. Each status has a shape of its own, so
that nobody needs to tell colours apart.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO

import shapely
from PIL import Image, ImageDraw

WIDTH, HEIGHT = 1088, 480
"""Twice what it is shown at, for fine screens."""

LARGEST = 20_000
_MARGIN, _RADIUS = 56, 15
_PALETTE = ("#e9ebec", "#ffffff", "#505a5f", "#0b0c0c", "#b35900", "#1d5fa8", "#00703c", "#4c5357")
_GROUND, _AREA, _EDGE, _INK = range(4)
_FINENESS = (2.0, 8.0, 32.0)
"""Points of an outline that are closer than so many pixels to its line are left out; more, where the file is large."""

MARKS = {"open": "●", "acknowledged": "◆", "closed": "■", "archived": "□"}
"""What a status looks like, in a word's place."""

_COLOURS = {"open": 4, "acknowledged": 5, "closed": 6, "archived": 7}

Point = tuple[float, float]
Project = Callable[[float, float], Point]


@dataclass(frozen=True)
class Dot:
    """Where a request is, in degrees, and its status."""

    latitude: float
    longitude: float
    status: str


def draw_map(outlines: Sequence[bytes], dots: Sequence[Dot]) -> bytes:
    """A PNG. `outlines` are polygons or multipolygons as WKB in degrees. ValueError where there is nothing to draw."""
    shapes = [shapely.from_wkb(outline) for outline in outlines]
    if not shapes and not dots:
        raise ValueError("a map needs an area or a request")
    for fineness in _FINENESS:
        if len(drawn := _drawn(shapes, dots, fineness)) <= LARGEST:
            return drawn
    return _drawn([shapely.convex_hull(shape) for shape in shapes], dots, _FINENESS[-1])


def _drawn(shapes: Sequence[shapely.Geometry], dots: Sequence[Dot], fineness: float) -> bytes:
    picture = Image.new("P", (WIDTH, HEIGHT), _GROUND)
    picture.putpalette([int(colour[start : start + 2], 16) for colour in _PALETTE for start in (1, 3, 5)])
    pen = ImageDraw.Draw(picture)
    project = _projection(shapes, dots)
    for shape in shapes:
        _draw_area(pen, shape, project, fineness)
    # What is still open is drawn last, so that nothing hides it.
    for dot in sorted(dots, key=lambda dot: list(MARKS).index(dot.status), reverse=True):
        _draw_dot(pen, project(dot.longitude, dot.latitude), dot.status)
    file = BytesIO()
    picture.save(file, "PNG", bits=4)
    return file.getvalue()


def _projection(shapes: Sequence[shapely.Geometry], dots: Sequence[Dot]) -> Project:
    """Degrees -> pixels, true to scale in the middle, with all of it inside the margins."""
    west, south, east, north = shapely.total_bounds(
        [*shapes, *(shapely.Point(dot.longitude, dot.latitude) for dot in dots)]
    ).tolist()
    squeeze = max(0.05, math.cos(math.radians((south + north) / 2)))
    wide, tall = max((east - west) * squeeze, 1e-4), max(north - south, 1e-4)
    scale = min((WIDTH - 2 * _MARGIN) / wide, (HEIGHT - 2 * _MARGIN) / tall)
    middle_x, middle_y = (west + east) / 2, (south + north) / 2

    def project(longitude: float, latitude: float) -> Point:
        x = WIDTH / 2 + (longitude - middle_x) * squeeze * scale
        return x, HEIGHT / 2 - (latitude - middle_y) * scale

    return project


def _draw_area(pen: ImageDraw.ImageDraw, shape: shapely.Geometry, project: Project, fineness: float) -> None:
    for polygon in shapely.get_parts(shape).tolist():
        for place, ring in enumerate([polygon.exterior, *polygon.interiors]):
            drawn = shapely.LineString([project(x, y) for x, y in ring.coords]).simplify(fineness)
            points = list(drawn.coords)
            if len(points) >= 3:
                pen.polygon(points, fill=_AREA if place == 0 else _GROUND)
                pen.line(points, fill=_EDGE, width=4, joint="curve")


def _draw_dot(pen: ImageDraw.ImageDraw, at: Point, status: str) -> None:
    """A disc, a diamond, a square or an empty square, on a white one that is a little larger."""
    for radius, colour in ((_RADIUS + 4, _AREA), (_RADIUS, _COLOURS[status])):
        _draw_mark(pen, at, status, radius, colour)
    if status == "archived":
        _draw_mark(pen, at, status, _RADIUS - 5, _AREA)


def _draw_mark(pen: ImageDraw.ImageDraw, at: Point, status: str, radius: float, colour: int) -> None:
    x, y = at
    if status == "open":
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)
    elif status == "acknowledged":
        far = radius * 1.25
        pen.polygon([(x, y - far), (x + far, y), (x, y + far), (x - far, y)], fill=colour)
    else:
        near = radius * 0.85
        pen.rectangle((x - near, y - near, x + near, y + near), fill=colour)
