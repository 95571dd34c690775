"""The map on top of a digest: where things are, what state they are in, small, and only for who wants it."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from io import BytesIO

import pytest
import shapely
import time_machine
from PIL import Image

from notifier.gate import faults
from notifier.held import choose
from notifier.mapping import HEIGHT, LARGEST, WIDTH, Dot, draw_map
from notifier.preferences import Cadence
from notifier.preview import preview
from tests.notifier.areas import INSIDE, watch
from tests.notifier.reading_mail import Page
from tests.telling import Telling, mail_to

IMAGE = "image/png"
TUESDAY = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)  # 10:00 in New York
GROUND, AREA, OPEN, ACKNOWLEDGED, CLOSED = "#e9ebec", "#ffffff", "#b35900", "#1d5fa8", "#00703c"
SQUARE = shapely.box(-71.07, 42.35, -71.05, 42.36).wkb


def drawn(outlines: list[bytes], dots: list[Dot]) -> Image.Image:
    picture = Image.open(BytesIO(draw_map(outlines, dots)))
    assert (picture.format, picture.size) == ("PNG", (WIDTH, HEIGHT))
    return picture.convert("RGB")


def colour_at(picture: Image.Image, x: float, y: float) -> str:
    pixel = picture.getpixel((round(x * (WIDTH - 1)), round(y * (HEIGHT - 1))))
    assert isinstance(pixel, tuple)
    red, green, blue = pixel[:3]
    return f"#{red:02x}{green:02x}{blue:02x}"


def test_each_request_stands_where_it_is_in_the_colour_of_its_status() -> None:
    west, east = Dot(42.355, -71.065, "open"), Dot(42.355, -71.055, "closed")
    picture = drawn([SQUARE], [west, east, Dot(42.3585, -71.06, "acknowledged")])
    shown = {colour_at(picture, x / 200, y / 200): (x, y) for x in range(200) for y in range(200)}
    assert {OPEN, ACKNOWLEDGED, CLOSED, GROUND, AREA} <= set(shown)
    assert shown[OPEN][0] < shown[ACKNOWLEDGED][0] < shown[CLOSED][0]
    assert shown[ACKNOWLEDGED][1] < shown[OPEN][1]
    assert colour_at(picture, 0, 0) == GROUND
    assert colour_at(picture, 0.5, 0.6) == AREA


def test_a_hole_in_an_area_is_ground_and_a_point_on_the_border_is_inside_the_picture() -> None:
    ring = shapely.box(-71.07, 42.35, -71.05, 42.37).difference(shapely.box(-71.064, 42.356, -71.056, 42.364)).wkb
    assert colour_at(drawn([ring], []), 0.5, 0.5) == GROUND
    corner = drawn([SQUARE], [Dot(42.36, -71.05, "open")])
    assert OPEN in {colour_at(corner, x / 300, y / 100) for x in range(300) for y in range(100)}


def test_statuses_differ_in_shape_too() -> None:
    inked = []
    for status in ("open", "acknowledged", "closed", "archived"):
        picture = drawn([SQUARE], [Dot(42.355, -71.06, status)]).convert("L").point(lambda value: 255 * (value < 128))
        box = picture.crop((WIDTH // 2 - 22, HEIGHT // 2 - 22, WIDTH // 2 + 22, HEIGHT // 2 + 22))
        inked.append(box.tobytes())
    assert len(set(inked)) == 4


def test_the_wildest_coast_and_a_thousand_requests_stay_small() -> None:
    chance = random.Random(7)
    turns = [number / 5000 * math.tau for number in range(5000)]
    reach = [chance.uniform(0.02, 0.5) for _ in turns]
    rays = zip(turns, reach, strict=True)
    coast = shapely.Polygon([(-71.5 + far * math.cos(turn), 42.5 + far * math.sin(turn)) for turn, far in rays])
    dots = [Dot(chance.uniform(42, 43), chance.uniform(-72, -71), "open") for _ in range(1000)]
    assert len(draw_map([coast.wkb], dots)) <= LARGEST
    assert draw_map([shapely.Point(-71, 42).buffer(1e-9).wkb], [Dot(42, -71, "open")])
    with pytest.raises(ValueError, match="needs an area or a request"):
        draw_map([], [])


def pictures(mail: bytes) -> list[bytes]:
    message = message_from_bytes(mail, policy=default)
    return [bytes(part.get_payload(decode=True) or b"") for part in message.walk() if part.get_content_type() == IMAGE]


def test_a_digest_opens_with_its_map_whose_words_say_the_same() -> None:
    mail = preview("digest", "en")
    (picture,) = pictures(mail.eml)
    assert len(picture) <= LARGEST
    (image,) = [each for each in Page(mail.rendered.html).all("img") if each["src"].startswith("cid:")]
    assert image["alt"] == "Map of Elm Park and Old Harbour with 3 open requests and 3 acknowledged requests."
    assert f"Content-ID: <{image['src'][4:]}>".encode() in mail.eml
    assert "● Open" in mail.rendered.html
    assert "◆ Acknowledged" in mail.rendered.html
    assert "■ Closed" not in mail.rendered.html
    assert "Map of" not in mail.rendered.text
    assert b"multipart/related" not in preview("digest", "en", "one event").eml


def test_a_map_that_does_not_come_with_its_mail_is_a_fault() -> None:
    mail = preview("digest", "en")
    lost = replace(mail, eml=mail.eml.replace(b"Content-ID: <map-", b"Content-ID: <other-"))
    assert {each.rule for each in faults(lost)} == {"pictures"}


async def test_who_watches_an_area_gets_a_map_until_they_turn_it_off_or_want_no_html(telling: Telling) -> None:
    town = telling.town
    found = {}
    for day, wish in enumerate(({}, {"digestMap": False}, {"digestMap": True}, {"textOnly": True})):
        with time_machine.travel(TUESDAY + timedelta(days=day), tick=False) as clock:
            if day == 0:
                await watch(telling, town.ines)
            await town.done(town.ines, "updateDigestSchedule", "digestSchedule { digestMap }", **wish)
            for _ in range(2):
                await telling.settled(town.maya, **INSIDE)
            clock.shift(timedelta(days=1))
            mail = mail_to(await telling.run(), "ines@example.org")
            assert mail.subject == "2 new requests in Elm Park"
            found[str(wish)] = len(pictures(mail.raw))
    assert list(found.values()) == [1, 0, 1, 0]


async def test_a_digest_about_no_area_has_no_map(telling: Telling) -> None:
    request = await telling.settled(telling.town.maya, **INSIDE)
    await choose(f"person:{telling.town.maya.id}", "request_commented", Cadence.DAILY)
    with time_machine.travel(TUESDAY, tick=False) as clock:
        for body in ("Mine, too.", "And mine."):
            await telling.after(telling.town.ines, "addComment", requestId=request, body=body)
        clock.shift(timedelta(days=1))
        mail = mail_to(await telling.run(), "maya@example.org")
    assert pictures(mail.raw) == []
