"""Which watch areas lie over a point, as of an event; on both databases, and always as a brute-force count says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tortoise.exceptions import IntegrityError

from casework import clock
from casework.areas import (
    AreaFollow,
    AreaHit,
    Preview,
    WatchArea,
    areas_at,
    areas_matching,
    would_have_matched,
)
from casework.errors import Invalid
from casework.geometry import Shape, circle, contains, parse_area
from casework.organizations import Organization, RequestCategory
from casework.people import Person
from casework.requests import ServiceRequest
from tests.drawing import HOLE, SQUARE, box, polygon

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
EVENT = 100


@pytest.fixture
async def areas(db: str) -> Person:
    """Ines, who owns areas, in an empty database."""
    return await person("ines")


async def person(handle: str) -> Person:
    return await Person.create(handle=handle, name=handle.title(), address=f"{handle}@example.org", created_at=NOW)


async def watch(owner: Person, shape: Shape, **values: Any) -> WatchArea:
    given: dict[str, Any] = {"name": "Elm Park", "since_event": 1, "created_at": NOW} | values
    return await WatchArea.create(
        owner=owner,
        shape=shape.wkb,
        min_x=shape.min_x,
        min_y=shape.min_y,
        max_x=shape.max_x,
        max_y=shape.max_y,
        area_km2=shape.area_km2,
        **given,
    )


async def ids_at(longitude: float, latitude: float, as_of_event: int = EVENT) -> list[int]:
    return [hit.id for hit in await areas_at(longitude, latitude, as_of_event=as_of_event)]


async def test_a_hit_tells_what_is_needed_to_decide(areas: Person) -> None:
    area = await watch(areas, parse_area(polygon(SQUARE)), category_ids=[3, 5], keywords="pothole", with_comments=False)
    assert await areas_at(0.3, 0.3, as_of_event=EVENT) == [
        AreaHit(area.id, "Elm Park", areas.id, (3, 5), "pothole", with_comments=False, deleted=False)
    ]


async def test_the_border_counts_and_the_hole_does_not(areas: Person) -> None:
    area = await watch(areas, parse_area(polygon(SQUARE, HOLE)))
    for point in [(0, 0.3), (0.5, 0.5), (0.25, 0), (0.1, 0.15), (0.3, 0.3)]:
        assert await ids_at(*point) == [area.id]
    for point in [(0.15, 0.15), (0.50001, 0.3), (0.3, -0.00001)]:
        assert await ids_at(*point) == []


async def test_a_circle_matches_by_its_line_and_not_by_its_box(areas: Person) -> None:
    shape = circle(42.36, -71.06, 500)
    area = await watch(areas, shape, center_lat=42.36, center_lng=-71.06, radius_m=500)
    assert await ids_at(-71.06, 42.36) == [area.id]
    assert await ids_at(shape.min_x + 1e-6, shape.min_y + 1e-6) == []


@pytest.mark.parametrize(
    ("since", "deleted", "alive"),
    [(99, None, True), (100, None, False), (101, None, False), (1, 101, True), (1, 100, False), (1, 99, False)],
)
async def test_an_area_lives_between_two_events(areas: Person, since: int, deleted: int | None, alive: bool) -> None:
    await watch(areas, parse_area(polygon(SQUARE)), since_event=since, deleted_event=deleted)
    hits = await areas_at(0.3, 0.3, as_of_event=EVENT)
    assert [hit.deleted for hit in hits] == ([deleted is not None] if alive else [])


async def test_an_area_that_was_redrawn_or_removed_is_where_it_is_now(areas: Person) -> None:
    area = await watch(areas, parse_area(polygon(SQUARE)))
    moved = parse_area(polygon(box(1, 1, 1.5, 1.5)))
    area.shape, area.min_x, area.min_y, area.max_x, area.max_y = moved.wkb, 1, 1, 1.5, 1.5
    await area.save()
    assert (await ids_at(0.3, 0.3), await ids_at(1.3, 1.3)) == ([], [area.id])
    await area.delete()
    assert await ids_at(1.3, 1.3) == []


@given(
    st.lists(st.tuples(*[st.integers(-40, 40)] * 4), max_size=8),
    st.lists(st.tuples(st.integers(-40, 40), st.integers(-40, 40)), min_size=1, max_size=4),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_the_index_finds_what_looking_at_every_area_finds(areas: Person, drawn: Any, points: Any) -> None:
    await WatchArea.all().delete()
    shapes: dict[int, Shape] = {}
    for x, y, width, height in drawn:
        # Triangles on a coarse grid: points often lie on a border.
        corner = (x / 100, y / 100)
        outline = [corner, (corner[0] + width / 100, corner[1]), (corner[0], corner[1] + height / 100)]
        if width and height:
            shape = parse_area(polygon(outline))
            shapes[(await watch(areas, shape)).id] = shape
    for x, y in points:
        point = (x / 100, y / 100)
        assert await ids_at(*point) == sorted(id_ for id_, shape in shapes.items() if contains(shape.wkb, *point))


# -- requests


async def category(name: str = "Potholes", **values: Any) -> RequestCategory:
    town, _ = await Organization.get_or_create(slug="springfield", defaults={"name": "Springfield", "created_at": NOW})
    return await RequestCategory.create(organization=town, name=name, created_at=NOW, **values)


async def report(about: RequestCategory, **values: Any) -> ServiceRequest:
    given: dict[str, Any] = {
        "longitude": 0.3,
        "latitude": 0.3,
        "summary": "A pothole on Elm Street",
        "created_at": NOW,
    } | values
    return await ServiceRequest.create(
        organization_id=about.organization_id,
        category=about,
        number=await ServiceRequest.all().count() + 1,
        updated_at=NOW,
        **given,
    )


async def test_categories_and_keywords_narrow_an_area_down(areas: Person) -> None:
    potholes, lights = await category(), await category("Lights")
    shape = parse_area(polygon(SQUARE))
    everything = await watch(areas, shape)
    by_category = await watch(areas, shape, category_ids=[lights.id, potholes.id])
    by_words = await watch(areas, shape, keywords="bike pothole -test")
    both = await watch(areas, shape, category_ids=[lights.id], keywords="dark")

    async def matching(request: ServiceRequest) -> list[int]:
        return [hit.id for hit in await areas_matching(request, EVENT)]

    assert await matching(await report(potholes)) == [everything.id, by_category.id, by_words.id]
    assert await matching(await report(potholes, description="Only a test")) == [everything.id, by_category.id]
    assert await matching(await report(lights, summary="All dark")) == [everything.id, by_category.id, both.id]
    assert await matching(await report(await category("Trees"), summary="Fell")) == [everything.id]
    assert await matching(await report(potholes, longitude=0.7)) == []
    assert await matching(await report(potholes, longitude=None, latitude=None)) == []


async def test_a_preview_counts_public_requests_by_weeks_back_from_now(areas: Person) -> None:
    potholes, lights, private = await category(), await category("Lights"), await category("Other", is_private=True)
    for days in (0, 6.9, 7, 13, 29.9):
        await report(potholes, created_at=NOW - timedelta(days=days))
    await report(potholes, created_at=NOW - timedelta(days=31))
    await report(potholes, is_hidden=True)
    await report(private)
    await report(lights, summary="All dark")
    await report(potholes, longitude=0.15, latitude=0.15)
    shape, since = parse_area(polygon(SQUARE, HOLE)), NOW - timedelta(days=30)
    with time_machine.travel(NOW, tick=False):
        assert clock.now() == NOW
        assert await would_have_matched(shape, (), "", since=since) == Preview(6, [1, 0, 0, 2, 3])
        assert await would_have_matched(shape, [potholes.id], "", since=since) == Preview(5, [1, 0, 0, 2, 2])
        assert await would_have_matched(shape, [], "dark", since=since) == Preview(1, [0, 0, 0, 0, 1])
        assert await would_have_matched(shape, [private.id], "", since=since) == Preview(0, [0, 0, 0, 0, 0])
        with pytest.raises(Invalid) as caught:
            await would_have_matched(shape, [], '"dark', since=since)
    assert caught.value.field == "keywords"


async def test_a_preview_of_more_than_a_page_counts_everything(areas: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("casework.areas._PAGE", 2)
    potholes = await category()
    for _ in range(4):
        await report(potholes)
    with time_machine.travel(NOW, tick=False):
        found = await would_have_matched(parse_area(polygon(SQUARE)), [], "", since=NOW - timedelta(days=7))
    assert found == Preview(4, [4])


def test_an_area_is_too_broad_when_a_week_brings_more_than_35() -> None:
    assert not Preview(70, [35, 35]).is_too_broad
    assert Preview(36, [0, 36]).is_too_broad


async def test_a_person_follows_an_area_once_at_a_time(areas: Person) -> None:
    area, maya = await watch(areas, parse_area(polygon(SQUARE))), await person("maya")
    follow: dict[str, Any] = {"area": area, "person": maya, "created_at": NOW, "since_event": 1}
    for until in (5, 9, None):
        await AreaFollow.create(**follow, until_event=until)
    with pytest.raises(IntegrityError):
        await AreaFollow.create(**follow)
