"""Whatever somebody uploaded as an organization's logo -> one small PNG, or a refusal that says what to do. Pure.

base64 ── what is it?       by its content alone, and how many pixels, before one of them is decoded
       ── decoded           upright, its empty border gone
       ── drawn on white    400 pixels wide for 200 in a mail, a margin around it: a plate of its own, since mail
                            programs darken the ground of a mail as they please, and many logos are dark
       ── encoded anew      in as many colours as fit in 20 kB; nothing is left of the file but what it shows
"""

from __future__ import annotations

import warnings
from base64 import b64decode
from functools import lru_cache
from hashlib import blake2b
from io import BytesIO

from PIL import Image, ImageChops, ImageOps, UnidentifiedImageError

from casework.errors import Invalid
from notifier.pictures import LARGEST, Picture

WIDTH, TALLEST, MARGIN = 400, 160, 16
"""The plate's width, the logo's greatest height on it and the white around it, in pixels. Mails show half of each."""

MOST_BYTES = 500_000
LEAST = 64
"""The least longest side, in pixels: what is smaller would be blurred."""

_MOST_PIXELS = 10_000_000
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
_COLOURS = (256, 128, 64, 32, 16, 8, 4)
"""Four always fit: two bits for each pixel of the tallest plate."""


def logo_of(typed: str, field: str) -> bytes:
    """The PNG that a mail carries, of a picture as base64 (with or without `data:image/…;base64,` before it).

    Raises Invalid, naming the field.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what Pillow would grumble about is refused below, or left behind
        return _fitting(_on_its_plate(_decoded(_bytes_of(typed, field), field)))


@lru_cache(maxsize=256)
def logo_picture(data: bytes) -> Picture:
    """As it comes with mails: encoded once for all of them."""
    return Picture(f"logo-{blake2b(data, digest_size=8).hexdigest()}@curbcast", data)


def _bytes_of(typed: str, field: str) -> bytes:
    head, comma, rest = typed.partition(",")
    encoded = rest if comma and head.startswith("data:") and head.endswith(";base64") else typed
    try:
        given = b64decode("".join(encoded.split()), validate=True)
    except ValueError as error:
        raise Invalid("%(field)s must be a picture in base64.", field=field) from error
    if len(given) > MOST_BYTES:
        raise Invalid(
            "%(field)s has %(many)s bytes; at most %(allowed)s are allowed.",
            field=field,
            many=len(given),
            allowed=MOST_BYTES,
        )
    return given


def _decoded(given: bytes, field: str) -> Image.Image:
    """What the picture shows, without an empty border."""
    broken = Invalid("%(field)s is no PNG, JPEG, WebP or GIF picture, or a damaged one.", field=field)
    try:
        picture: Image.Image = Image.open(BytesIO(given), formats=_FORMATS)
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError) as error:
        raise broken from error
    if picture.width * picture.height > _MOST_PIXELS:
        raise Invalid(
            "%(field)s has %(many)s pixels; at most %(allowed)s are allowed.",
            field=field,
            many=picture.width * picture.height,
            allowed=_MOST_PIXELS,
        )
    try:
        upright = ImageOps.exif_transpose(picture)
        upright = upright.convert("RGBA" if upright.has_transparency_data else "RGB").convert("RGBA")
    # Pillow's decoders have no one exception for a file that contradicts itself.
    except Exception as error:
        raise broken from error
    white = Image.alpha_composite(Image.new("RGBA", upright.size, "white"), upright).convert("RGB")
    seen = ImageChops.difference(white, Image.new("RGB", white.size, "white")).getbbox()
    if seen is None:
        raise Invalid("%(field)s is empty: it shows nothing on white.", field=field)
    logo = white.crop(seen)
    if max(logo.size) < LEAST:
        raise Invalid("%(field)s must be at least %(least)s pixels wide or tall.", field=field, least=LEAST)
    return logo


def _on_its_plate(logo: Image.Image) -> Image.Image:
    fitted = ImageOps.contain(logo, (WIDTH - 2 * MARGIN, TALLEST), Image.Resampling.LANCZOS)
    plate = Image.new("RGB", (WIDTH, fitted.height + 2 * MARGIN), "white")
    plate.paste(fitted, (MARGIN, MARGIN))
    return plate


def _fitting(plate: Image.Image) -> bytes:
    """As a PNG, in fewer colours until it is small enough."""
    tries = (_encoded(plate, colours) for colours in _COLOURS)
    return next(each for each in tries if len(each) <= LARGEST)


def _encoded(plate: Image.Image, colours: int) -> bytes:
    file = BytesIO()
    plate.quantize(colours, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
    return file.getvalue()
