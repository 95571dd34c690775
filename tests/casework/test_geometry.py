"""What people draw: repaired where its meaning is certain, otherwise refused by naming the point."""

from __future__ import annotations

import json
import math
from contextlib import suppress
from typing import Any

import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from casework.errors import Invalid, InvalidArea
from casework.geometry import circle, contains, covered, parse_area
from tests.drawing import HOLE, SQUARE, box, multipolygon, polygon

CLOSED = "a ring was closed"
REPEATED = "repeated points were dropped"
SWAPPED = "latitude and longitude were swapped"
JOINED = "rings that touch or overlap were joined"
TURNED = "rings were turned the usual way round"


def refusal(geojson: Any) -> str:
    with pytest.raises(InvalidArea) as caught:
        parse_area(geojson)
    assert (caught.value.code, caught.value.field) == ("INVALID_AREA", "shape")
    return caught.value.message


# -- what is accepted as it is


def test_a_square_is_kept_with_its_box_and_area() -> None:
    shape = parse_area(polygon(SQUARE))
    assert (shape.min_x, shape.min_y, shape.max_x, shape.max_y) == (0, 0, 0.5, 0.5)
    assert shape.area_km2 == pytest.approx(3077.2, rel=1e-3)  # 55.66 km by 55.29 km on the ellipsoid
    assert shape.repairs == ()


def test_a_point_in_a_hole_is_outside_and_one_on_any_border_is_inside() -> None:
    wkb = parse_area(polygon(SQUARE, HOLE)).wkb
    points = [(0.3, 0.3), (0.15, 0.15), (0.1, 0.15), (0.0, 0.3), (0.5, 0.5), (0.6, 0.3)]
    assert covered(wkb, points) == [True, False, True, True, True, False]
    assert [contains(wkb, *point) for point in points] == [True, False, True, True, True, False]


@pytest.mark.parametrize(
    "wrapped",
    [
        {"type": "Feature", "properties": {}, "geometry": polygon(SQUARE)},
        {"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": polygon(SQUARE)}]},
        multipolygon([SQUARE]),
        polygon([[*point, 12.5] for point in SQUARE]),
    ],
    ids=["feature", "collection", "multipolygon", "heights"],
)
def test_wrappings_and_heights_change_nothing(wrapped: dict[str, Any]) -> None:
    plain = parse_area(polygon(SQUARE))
    shape = parse_area(wrapped)
    assert shapely.equals(shapely.from_wkb(shape.wkb), shapely.from_wkb(plain.wkb))
    assert (shape.area_km2, shape.repairs) == (plain.area_km2, ())


def test_polygons_on_both_sides_of_the_180th_meridian_are_one_area() -> None:
    shape = parse_area(multipolygon([box(179.9, 0, 180, 0.1)], [box(-180, 0, -179.9, 0.1)]))
    assert covered(shape.wkb, [(179.95, 0.05), (-179.95, 0.05), (0, 0.05)]) == [True, True, False]


# -- what is repaired


@pytest.mark.parametrize(
    ("geojson", "repairs", "like"),
    [
        (polygon(SQUARE[:-1]), (CLOSED,), polygon(SQUARE)),
        (polygon([SQUARE[0], *SQUARE]), (REPEATED,), polygon(SQUARE)),
        (polygon(SQUARE[::-1]), (TURNED,), polygon(SQUARE)),
        (polygon(SQUARE, HOLE[::-1]), (TURNED,), polygon(SQUARE, HOLE)),
        (polygon([[29, -95], [29.1, -95], [29, -95.1], [29, -95]]), (SWAPPED,), None),
        (polygon([[42.3, -71], [42.4, -71], [42.3, -71.1], [42.3, -71]]), (SWAPPED,), None),
        (polygon([[29, -89.9], [29.1, -89.9], [29, -90.1], [29, -89.9]]), (SWAPPED,), None),
        (multipolygon([box(0, 0, 0.2, 0.5)], [box(0.1, 0, 0.5, 0.5)]), (JOINED,), polygon(SQUARE)),
        (multipolygon([box(0, 0, 0.2, 0.5)], [box(0.2, 0, 0.5, 0.5)]), (JOINED,), polygon(SQUARE)),
        (multipolygon([SQUARE], [SQUARE]), (JOINED,), polygon(SQUARE)),
        (polygon(box(0, 0, 0.6, 0.5), box(0.5, -1, 0.7, 1)), (JOINED,), polygon(SQUARE)),
        (polygon([*SQUARE[:3], [0.5, 0.9], [0.5, 0.5], *SQUARE[3:]]), (JOINED,), polygon(SQUARE)),
        (polygon([[0, 0], *HOLE, *SQUARE]), (JOINED,), polygon(SQUARE, HOLE)),
        (polygon([*SQUARE[:2], [0.7, 0.0], *SQUARE[1:]]), (JOINED,), polygon(SQUARE)),
    ],
    ids=[
        *("unclosed", "repeated", "clockwise", "hole the same way", "swapped, out of range", "swapped, in Antarctica"),
        "swapped, across 90 West",
        *("overlapping", "sharing a border", "twice", "hole over the border", "spike", "hole on a leash"),
        "spike along an edge",
    ],
)
def test_what_can_mean_only_one_thing_is_repaired(geojson: Any, repairs: tuple[str, ...], like: Any) -> None:
    shape = parse_area(geojson)
    silent = {TURNED} if SWAPPED in repairs else set()  # what is swapped is turned, too
    assert tuple(each for each in shape.repairs if each not in silent) == repairs
    geometry = shapely.from_wkb(shape.wkb)
    assert shapely.is_valid(geometry)
    if like is None:
        assert shape.max_x < -70
        assert shape.min_y > 28
    else:
        assert shapely.equals(geometry, shapely.from_wkb(parse_area(like).wkb))


# -- what is refused


@pytest.mark.parametrize(
    ("geojson", "says"),
    [
        (polygon([[0, 0], [0.5, 0.5], [0.5, 0], [0, 0.5], [0, 0]]), "point 1 of ring 1 of polygon 1 [0, 0]"),
        (polygon([[0, 0], [0.2, 0.2], [0.4, 0.4], [0.4, 0], [0.2, 0.2], [0, 0.4]]), "what is inside is unclear"),
        (polygon([*SQUARE, *SQUARE]), "what is inside is unclear"),
        (polygon([[0, 0], [0.5, 0]]), "add some after point 2 of ring 1 of polygon 1 [0.5, 0]"),
        (polygon([[0, 0], [0.1, 0.1], [0.2, 0.2], [0, 0]]), "encloses nothing"),
        (polygon(SQUARE, [[0.1, 0.1], [0.2, 0.2], [0.3, 0.3]]), "The ring from point 1 of ring 2 of polygon 1"),
        (polygon(SQUARE, box(2, 2, 3, 3)), "The hole from point 1 of ring 2 of polygon 1 [2, 2] on lies outside"),
        (polygon(SQUARE, SQUARE), "Nothing is left"),
        (multipolygon([SQUARE], [HOLE]), "Polygon 2 lies inside polygon 1 from point 1 of ring 1 of polygon 2"),
        (polygon([[0, 0], [0, 91], [120, 0], [0, 0]]), "latitude of point 2 of ring 1 of polygon 1 [0, 91]"),
        (polygon([[-78.501, -0.2], [-78.5, -0.2], [-78.5, -100]]), "[-78.5, -100] must be between -90 and 90 degrees"),
        (polygon([[-78.501, -0.2], [-78.5, -0.2], [-78.5, -100]]), "perhaps the two are swapped"),
        (polygon([[0, 0], [181, 0], [0, 1], [0, 0]]), "longitude of point 2 of ring 1 of polygon 1 [181, 0]"),
        (polygon([[0, 0], [4e9, 0], [0, 1]]), "not in degrees"),
        (polygon([[0, 0], [10**5000, 0], [0, 1]]), "not in degrees"),
        (polygon([[0, 0], [math.nan, 0], [0, 1]]), "Point 2 of ring 1 of polygon 1 must be two finite numbers"),
        (polygon([[0, 0], [0, math.inf], [0, 1]]), "Point 2 of ring 1 of polygon 1 must be two finite numbers"),
        (polygon([[0, 0], ["1", 0], [0, 1]]), "Point 2 of ring 1 of polygon 1 must be two numbers"),
        (polygon([[0, 0], [True, 0], [0, 1]]), "Point 2 of ring 1 of polygon 1 must be two numbers"),
        (polygon([[0, 0], [None, 0], [0, 1]]), "Point 2 of ring 1 of polygon 1 must be two numbers"),
        (polygon([[0, 0], [1], [0, 1]]), "Point 2 of ring 1 of polygon 1 must be [longitude, latitude]"),
        (polygon([[0, 0], "there", [0, 1]]), "Point 2 of ring 1 of polygon 1 must be [longitude, latitude]"),
        (polygon(SQUARE, []), "ring 2 of polygon 1 is empty"),
        (polygon(), "polygon 1 is empty"),
        (multipolygon(), "coordinates is empty"),
        ({"type": "Polygon"}, "polygon 1 must be a list"),
        (polygon([[179.9, 0], [-179.9, 0], [-179.9, 1]]), "to point 2 of ring 1 of polygon 1 [-179.9, 0] crosses"),
        (polygon([[0, 0]] * 5001), "point 5001 of ring 1 of polygon 1 is one too many"),
        (polygon(box(0, 0, 1, 1)), "covers 12,308 km²"),
        ({"type": "Point", "coordinates": [0, 0]}, "not 'Point'"),
        ({}, "not None"),
        ({"type": "FeatureCollection", "features": []}, "exactly one Feature"),
        ({"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": None}] * 2}, "exactly one Feature"),
        ({"type": "Feature", "geometry": {"type": "Feature"}}, "must be a Polygon"),
        ({"type": "Feature", "geometry": None}, "must be a GeoJSON object"),
        ("a town", "must be a GeoJSON object"),
    ],
)
def test_what_could_mean_anything_else_is_refused_by_naming_the_point(geojson: Any, says: str) -> None:
    assert says in refusal(geojson)


def test_a_shape_drawn_to_keep_us_busy_is_refused_early() -> None:
    teeth = [(x, y) for tooth in range(1200) for x, y in ((tooth / 2400, 0.0), (tooth / 2400 + 1 / 4800, 0.5))]
    one = [*teeth, (0.5, -0.01), (0.0, -0.01)]
    assert "too often" in refusal(multipolygon([one], [[(y, x) for x, y in one]]))


def test_hundreds_of_overlapping_polygons_are_one_area() -> None:
    outlines = [box(*(number * 0.001 + each for each in (0, 0, 0.01, 0.01))) for number in range(400)]
    shape = parse_area(multipolygon(*([outline] for outline in outlines)))
    assert JOINED in shape.repairs
    assert shapely.from_wkb(shape.wkb).area == pytest.approx(0.01**2 + 399 * (0.01**2 - 0.009**2))


# -- circles


def geodesic_m(lat1: float, lng1: float, lat2: float, lng2: float) -> float:
    """Distance on the WGS 84 ellipsoid by Vincenty's formula, written from its paper, not from our code."""
    flattening, equator = 1 / 298.257223563, 6_378_137.0
    polar = equator * (1 - flattening)
    u1, u2 = (math.atan((1 - flattening) * math.tan(math.radians(each))) for each in (lat1, lat2))
    given_lambda = lam = math.radians(lng2 - lng1)
    sin_sigma = cos_sigma = sigma = cos2_alpha = cos_2m = 0.0
    for _ in range(50):
        sin_sigma = math.hypot(
            math.cos(u2) * math.sin(lam),
            math.cos(u1) * math.sin(u2) - math.sin(u1) * math.cos(u2) * math.cos(lam),
        )
        cos_sigma = math.sin(u1) * math.sin(u2) + math.cos(u1) * math.cos(u2) * math.cos(lam)
        sigma = math.atan2(sin_sigma, cos_sigma)
        sin_alpha = math.cos(u1) * math.cos(u2) * math.sin(lam) / sin_sigma
        cos2_alpha = 1 - sin_alpha**2
        cos_2m = cos_sigma - 2 * math.sin(u1) * math.sin(u2) / cos2_alpha if cos2_alpha else 0.0
        c = flattening / 16 * cos2_alpha * (4 + flattening * (4 - 3 * cos2_alpha))
        inner = cos_2m + c * cos_sigma * (2 * cos_2m**2 - 1)
        lam = given_lambda + (1 - c) * flattening * sin_alpha * (sigma + c * sin_sigma * inner)
    u_2 = cos2_alpha * (equator**2 - polar**2) / polar**2
    a = 1 + u_2 / 16384 * (4096 + u_2 * (-768 + u_2 * (320 - 175 * u_2)))
    b = u_2 / 1024 * (256 + u_2 * (-128 + u_2 * (74 - 47 * u_2)))
    third = b / 6 * cos_2m * (4 * sin_sigma**2 - 3) * (4 * cos_2m**2 - 3)
    delta = b * sin_sigma * (cos_2m + b / 4 * (cos_sigma * (2 * cos_2m**2 - 1) - third))
    return polar * a * (sigma - delta)


def test_the_yardstick_knows_the_length_of_a_degree() -> None:
    assert geodesic_m(0, 0, 0, 1) == pytest.approx(111_319.491, abs=0.01)
    assert geodesic_m(0, 0, 1, 0) == pytest.approx(110_574.389, abs=0.01)


@given(st.floats(-80, 80), st.floats(-170, 170), st.floats(5, 56_000))
def test_a_circles_border_is_where_the_ellipsoid_has_it(latitude: float, longitude: float, radius: float) -> None:
    shape = circle(latitude, longitude, radius)
    border = shapely.get_coordinates(shapely.from_wkb(shape.wkb))
    middles = (border[:-1] + border[1:]) / 2
    for x, y in [*border, *middles]:
        assert geodesic_m(latitude, longitude, y, x) == pytest.approx(radius, rel=0.005)
    assert shape.area_km2 == pytest.approx(math.pi * radius**2 / 1e6, rel=0.005)
    assert shapely.is_ccw(shapely.from_wkb(shape.wkb).exterior)
    assert contains(shape.wkb, longitude, latitude)


@pytest.mark.parametrize(
    ("latitude", "longitude", "radius", "field"),
    [
        (42, -71, 0, "radius_m"),
        (42, -71, -5, "radius_m"),
        (42, -71, math.nan, "radius_m"),
        (42, -71, 60_000, "radius_m"),
        (91, -71, 100, "latitude"),
        (math.nan, -71, 100, "latitude"),
        (84.9, -71, 50_000, "latitude"),
        (42, 200, 100, "longitude"),
        (42, 179.99, 5_000, "longitude"),
    ],
)
def test_a_circle_that_cannot_be_names_the_field(latitude: float, longitude: float, radius: float, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        circle(latitude, longitude, radius)
    assert caught.value.field == field


# -- laws

small = st.floats(-0.4, 0.4, allow_nan=False).map(lambda value: round(value, 3))
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3) | st.just("Polygon"),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.sampled_from(["type", "coordinates"]), inner),
    max_leaves=20,
)


@given(st.lists(st.lists(st.lists(st.tuples(small, small), max_size=9), max_size=3), max_size=3))
@settings(max_examples=300)
def test_whatever_is_drawn_gives_a_valid_shape_within_its_box_or_a_refusal(polygons: Any) -> None:
    try:
        shape = parse_area(multipolygon(*polygons))
    except InvalidArea:
        return
    geometry = shapely.from_wkb(shape.wkb)
    assert shapely.is_valid(geometry)
    assert geometry.bounds == (shape.min_x, shape.min_y, shape.max_x, shape.max_y)
    assert shape.area_km2 > 0
    again = parse_area(json.loads(shapely.to_geojson(geometry)))
    assert again.area_km2 == pytest.approx(shape.area_km2)
    assert again.repairs == ()


coarse = st.integers(0, 12).map(lambda value: value / 100)
triangles = st.lists(st.tuples(coarse, coarse), min_size=3, max_size=3, unique=True)


@given(triangles, st.tuples(coarse, coarse))
def test_a_point_is_inside_just_when_the_plain_polygon_covers_it(points: Any, point: tuple[float, float]) -> None:
    plain = shapely.Polygon(points)
    assume(plain.area > 0)
    wkb = parse_area(polygon(points)).wkb
    assert contains(wkb, *point) is bool(shapely.covers(plain, shapely.Point(point)))
    assert covered(wkb, [point]) == [contains(wkb, *point)]


@given(st.lists(triangles, min_size=2, max_size=6), st.lists(st.tuples(coarse, coarse), min_size=5, max_size=5))
def test_polygons_that_overlap_are_their_union_unless_one_lies_inside_another(drawn: Any, points: Any) -> None:
    plain = [shapely.Polygon(points) for points in drawn]
    assume(all(each.area > 0 for each in plain))
    nested = any(one.covers(other) and not one.equals(other) for one in plain for other in plain)
    geojson = multipolygon(*([points] for points in drawn))
    if nested:
        assert "lies inside polygon" in refusal(geojson)
    else:
        wkb = parse_area(geojson).wkb
        for point in map(shapely.Point, points):
            if all(each.exterior.distance(point) > 1e-9 for each in plain):  # cutting rounds a border
                assert contains(wkb, point.x, point.y) is any(each.covers(point) for each in plain)


@given(st.dictionaries(st.sampled_from(["type", "coordinates", "geometry", "features"]), anything))
def test_nothing_that_can_be_sent_ends_in_anything_but_a_shape_or_a_refusal(geojson: Any) -> None:
    with suppress(InvalidArea):
        assert parse_area(geojson).area_km2 > 0


@given(st.lists(st.tuples(small, small), min_size=3, max_size=8, unique=True), st.integers(0, 7), st.booleans())
def test_where_a_ring_starts_and_which_way_it_runs_changes_nothing(points: Any, start: int, reverse: bool) -> None:
    ring = shapely.Polygon(points)
    assume(ring.is_valid and ring.area > 1e-6)
    start %= len(points)
    other = [*points[start:], *points[:start]]
    one = parse_area(polygon([*points, points[0]]))
    two = parse_area(polygon([*other, other[0]][:: -1 if reverse else 1]))
    assert shapely.equals(shapely.from_wkb(one.wkb), shapely.from_wkb(two.wkb))
    assert one.area_km2 == pytest.approx(two.area_km2)
