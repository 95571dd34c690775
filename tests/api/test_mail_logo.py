"""An organization's logo: uploaded, made small and harmless, seen before it goes with each mail, and taken back."""

from __future__ import annotations

from base64 import b64encode
from io import BytesIO
from random import Random
from typing import Any

import pytest
from PIL import Image

from notifier.logos import WIDTH, logo_of
from notifier.pictures import LARGEST
from tests.api.test_mail_brand import BRAND, closed, dressed, refusal
from tests.telling import Telling
from tests.town import nothing_changes

VERSIONS = "brandVersions { isLive undoneAt author { name } brand { color logoUrl logo } }"


def picture(*, size: tuple[int, int] = (300, 100), mode: str = "RGBA", sort: str = "PNG", **saving: Any) -> bytes:
    """A dark field on a clear ground, or on white where there is nothing clear."""
    clear = (255, 255, 255, 0) if mode == "RGBA" else "white"
    drawn = Image.new(mode, size, clear)
    drawn.paste("#0b0c0c" if mode != "CMYK" else (0, 0, 0, 240), (10, 10, size[0] - 10, size[1] - 10))
    file = BytesIO()
    drawn.save(file, sort, **saving)
    return file.getvalue()


def typed(data: bytes) -> str:
    return b64encode(data).decode()


async def history(telling: Telling) -> list[tuple[bool, bool, str | None, str, bool]]:
    """Of each look, newest first: whether it is live, was taken back, by whom, its colour, whether there is a logo."""
    town = telling.town
    asked = f'{{ mailSettings(organizationId: "{town.id_of(town.springfield)}") {{ {VERSIONS} }} }}'
    found = (await town.graphql(town.token(town.rosa), asked))["data"]["mailSettings"]["brandVersions"]
    return [
        (
            each["isLive"],
            each["undoneAt"] is not None,
            (each["author"] or {}).get("name"),
            each["brand"]["color"],
            each["brand"]["logo"] is not None,
        )
        for each in found
    ]


async def test_an_uploaded_logo_comes_with_each_mail(telling: Telling) -> None:
    brand = await dressed(telling, logo=f"data:image/png;base64,{typed(picture())}", logoUrl="")
    assert brand["logo"].startswith("data:image/png;base64,")
    mail = await closed(telling)
    (part,) = [each for each in mail.message.walk() if each.get_content_type() == "image/png"]
    cid = part["Content-ID"].strip("<>")
    assert (part.get_content_disposition(), part.get_filename()) == ("inline", "logo.png")
    assert f'alt="Town of Springfield" height="auto" src="cid:{cid}" width="200"' in mail.html
    data = part.get_payload(decode=True)
    assert isinstance(data, bytes)
    assert brand["logo"] == f"data:image/png;base64,{typed(data)}"
    with Image.open(BytesIO(data)) as shown:
        assert (shown.format, shown.width) == ("PNG", WIDTH)
        drawn = shown.convert("RGB")
    assert drawn.getpixel((2, 2)) == (255, 255, 255)  # its own plate, whatever a program does to the ground
    assert drawn.getpixel((WIDTH // 2, drawn.height // 2)) == (11, 12, 12)


async def test_there_is_one_logo(telling: Telling) -> None:
    await dressed(telling, logo=typed(picture()))
    afar = await dressed(telling, logoUrl="https://springfield.example/logo.png")
    assert (afar["logo"], afar["logoUrl"]) == (None, "https://springfield.example/logo.png")
    here = await dressed(telling, logo=typed(picture()))
    assert (here["logo"] is not None, here["logoUrl"]) == (True, None)
    assert (await dressed(telling, logo=""))["logo"] is None


async def test_each_change_of_the_look_is_kept_and_taken_back(telling: Telling) -> None:
    town = telling.town
    await dressed(telling, color="#0b5d66")
    await dressed(telling, logo=typed(picture()))
    rosa = town.rosa.name
    assert await history(telling) == [
        (True, False, rosa, "#0b5d66", True),
        (False, False, rosa, "#0b5d66", False),
        (False, False, None, "#1d4f91", False),
    ]

    async def undone() -> dict[str, Any]:
        place = town.id_of(town.springfield)
        return dict((await town.done(town.mark, "undoMailBrand", BRAND, organizationId=place))["brand"])

    brand = await undone()
    assert (brand["logo"], brand["color"]) == (None, "#0b5d66")
    assert "cid:" not in (await closed(telling)).html
    assert (await undone())["color"] == "#1d4f91"
    assert await history(telling) == [
        (False, True, rosa, "#0b5d66", True),
        (False, True, rosa, "#0b5d66", False),
        (True, False, None, "#1d4f91", False),
    ]
    place = town.id_of(town.springfield)
    assert (await refusal(telling, "undoMailBrand", organizationId=place))[0] == "NOT_FOUND"
    await dressed(telling, color="#ffdd00")
    assert (await history(telling))[0] == (True, False, rosa, "#ffdd00", False)
    assert (await undone())["color"] == "#1d4f91"


async def test_a_logo_is_seen_before_anybody_gets_it(telling: Telling) -> None:
    town = telling.town
    asked = (
        f'previewMail(organizationId: "{town.id_of(town.springfield)}", kind: "request_closed",'
        f' brand: {{logo: "{typed(picture())}"}}) {{ html problems }}'
    )
    async with nothing_changes():
        answer = await town.graphql(town.token(town.rosa), f"{{ {asked} }}")
    assert answer["data"]["previewMail"]["problems"] == []
    assert 'src="data:image/png;base64,' in answer["data"]["previewMail"]["html"]
    assert "cid:" not in answer["data"]["previewMail"]["html"]


@pytest.mark.parametrize(
    ("logo", "message"),
    [
        ("not base64!", "logo must be a picture in base64."),
        (typed(b"<svg xmlns='http://www.w3.org/2000/svg'/>"), "logo is no PNG, JPEG, WebP or GIF picture"),
        (typed(b"%PDF-1.7"), "logo is no PNG, JPEG, WebP or GIF picture"),
        (typed(picture()[:200]), "logo is no PNG, JPEG, WebP or GIF picture, or a damaged one."),
        (typed(picture(size=(40, 40))), "logo must be at least 64 pixels wide or tall."),
        (typed(picture(size=(20, 20))), "logo is empty: it shows nothing on white."),
        (typed(picture(size=(6000, 2000))), "logo has 12,000,000 pixels; at most 10,000,000 are allowed."),
        (typed(b"x" * 500_001), "logo has 500,001 bytes; at most 500,000 are allowed."),
    ],
    ids=["no base64", "svg", "pdf", "half of it", "small", "empty", "pixels", "bytes"],
)
async def test_what_is_no_logo_is_refused_and_nothing_is_kept(telling: Telling, logo: str, message: str) -> None:
    place = telling.town.id_of(telling.town.springfield)
    brand = {"color": "#0b5d66", "logo": logo}
    code, told = await refusal(telling, "updateMailBrand", organizationId=place, brand=brand)
    assert (code, message in told) == ("INVALID", True), told


def test_nothing_is_left_of_a_file_but_what_it_shows() -> None:
    exif = Image.Exif()
    exif[0x010E] = "zqsecret"
    data = picture(mode="RGB", sort="JPEG", exif=exif, comment=b"zqcomment") + b"zqtail"
    assert b"zqsecret" in data
    kept = logo_of(typed(data), "logo")
    assert b"zq" not in kept
    assert kept.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("mode", "sort"), [("RGB", "WEBP"), ("CMYK", "JPEG"), ("L", "PNG"), ("P", "GIF"), ("1", "PNG")]
)
def test_every_sort_of_picture_is_read(mode: str, sort: str) -> None:
    drawn = Image.new("RGB", (300, 100), "white")
    drawn.paste("#0b0c0c", (10, 10, 290, 90))
    file = BytesIO()
    drawn.convert(mode).save(file, sort)
    with Image.open(BytesIO(logo_of(typed(file.getvalue()), "logo"))) as shown:
        drawn = shown.convert("RGB")
    shade = drawn.getpixel((WIDTH // 2, drawn.height // 2))
    assert isinstance(shade, tuple)
    assert max(shade) < 60


def test_even_a_picture_of_noise_is_made_to_fit() -> None:
    noise = Image.frombytes("RGB", (400, 160), Random(7).randbytes(400 * 160 * 3))
    file = BytesIO()
    noise.save(file, "PNG")
    assert len(logo_of(typed(file.getvalue()), "logo")) <= LARGEST
