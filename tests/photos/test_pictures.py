"""What becomes of uploaded bytes: a clean picture, or a refusal."""

from __future__ import annotations

import io

import pytest
from PIL import Image, ImageCms

from api.photos.pictures import picture_of
from casework.errors import BadPhoto
from tests.photos.pictures import bomb, from_a_phone, picture

_PIXELS = 50_000_000


def _read(kept: bytes) -> Image.Image:
    found = Image.open(io.BytesIO(kept))
    found.load()
    return found


def _is(found: Image.Image, at: tuple[int, int], color: tuple[int, int, int]) -> bool:
    """JPEG is only nearly right."""
    seen = found.getpixel(at)
    assert isinstance(seen, tuple)
    return all(abs(a - b) < 12 for a, b in zip(seen, color, strict=True))


RED, BLUE, WHITE = (254, 0, 0), (0, 0, 254), (255, 255, 255)


def test_a_phones_picture_is_turned_upright_and_says_nothing_but_what_it_shows() -> None:
    sent = from_a_phone(width=640, height=480)
    kept = picture_of(sent, most_pixels=_PIXELS)
    assert (kept.width, kept.height) == (480, 640)
    for each in (kept.large, kept.small):
        found = _read(each)
        assert found.format == "JPEG"
        assert found.size == (480, 640)
        assert not found.getexif()
        assert set(found.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "progressive", "progression"}
        assert _is(found, (240, 20), RED)
        assert _is(found, (240, 620), BLUE)
    for traitor in (b"Phone of Maya", b"maya was here", b"Exif"):
        assert traitor in sent
        assert traitor not in kept.large + kept.small


@pytest.mark.parametrize("form", ["PNG", "WEBP", "MPO"])
def test_other_formats_become_jpeg(form: str) -> None:
    kept = picture_of(picture(form=form), most_pixels=_PIXELS)
    assert _read(kept.large).format == "JPEG"
    assert _is(_read(kept.large), (10, 10), RED)


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA", "I;16", "CMYK"])
def test_any_sort_of_pixels_will_do(mode: str) -> None:
    file = io.BytesIO()
    Image.new(mode, (40, 30)).save(file, "JPEG" if mode == "CMYK" else "PNG")
    kept = _read(picture_of(file.getvalue(), most_pixels=_PIXELS).large)
    assert (kept.mode, kept.size) == ("RGB", (40, 30))


def test_what_is_transparent_is_shown_on_white() -> None:
    file = io.BytesIO()
    Image.new("RGBA", (40, 30), (255, 0, 0, 0)).save(file, "PNG")
    assert _is(_read(picture_of(file.getvalue(), most_pixels=_PIXELS).large), (20, 15), WHITE)


def test_a_large_picture_is_made_smaller_and_a_small_one_stays() -> None:
    kept = picture_of(picture(3000, 1500), most_pixels=_PIXELS)
    assert (kept.width, kept.height) == _read(kept.large).size == (2048, 1024)
    assert _read(kept.small).size == (800, 400)
    tiny = picture_of(picture(3, 2), most_pixels=_PIXELS)
    assert _read(tiny.large).size == _read(tiny.small).size == (3, 2)


def test_a_profile_is_applied_and_a_broken_one_is_left_behind() -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for profile in (srgb, b"no profile at all"):
        kept = _read(picture_of(picture(icc_profile=profile), most_pixels=_PIXELS).large)
        assert _is(kept, (10, 10), RED)
        assert "icc_profile" not in kept.info


def test_a_file_that_is_a_picture_and_something_else_keeps_only_the_picture() -> None:
    script = b"<script>alert(1)</script>"
    archive = b"PK\x03\x04 an archive"
    kept = picture_of(picture(comment=script) + archive, most_pixels=_PIXELS)
    assert script not in kept.large + kept.small
    assert archive not in kept.large + kept.small


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"GIF89a" + b"\0" * 100,
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n",
        b"\xff\xd8\xff\xe0" + b"not a picture, whatever it begins with",
        b"\x89PNG\r\n\x1a\n" + b"\0" * 64,
    ],
)
def test_what_is_no_picture_is_refused(sent: bytes) -> None:
    with pytest.raises(BadPhoto) as refused:
        picture_of(sent, most_pixels=_PIXELS)
    assert refused.value.code == "BAD_PHOTO"


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_truncated_picture_is_refused(form: str) -> None:
    whole = picture(form=form)
    with pytest.raises(BadPhoto):
        picture_of(whole[: len(whole) * 2 // 3], most_pixels=_PIXELS)


def test_a_bomb_is_refused_before_it_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    sent = bomb()
    assert len(sent) < 50_000

    def decoded(*_: object) -> None:
        raise AssertionError("it was decoded")

    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", decoded)
    with pytest.raises(BadPhoto, match="This picture has more than 50,000,000 pixels"):
        picture_of(sent, most_pixels=_PIXELS)
    with pytest.raises(BadPhoto, match="more than 1,000 pixels"):
        picture_of(picture(40, 26), most_pixels=1000)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_no_damage_does_more_than_to_be_refused(form: str) -> None:
    whole = bytearray(picture(64, 48, form=form))
    for place in range(0, len(whole), max(1, len(whole) // 60)):
        damaged = bytes(whole[:place]) + bytes([whole[place] ^ 0xFF]) + bytes(whole[place + 1 :])
        try:
            kept = picture_of(damaged, most_pixels=_PIXELS)
        except BadPhoto:
            continue
        assert _read(kept.large).format == "JPEG"
