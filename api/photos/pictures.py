"""Whatever somebody uploaded -> two clean JPEG pictures, or a refusal that says what to do.

    bytes ── what is it?      by its content alone; the name and the media type that came with it are never asked
          ── how many pixels? before one of them is decoded
          ── decoded, turned upright, in sRGB, on white, no larger than is of use
          ── encoded anew: two files in which nothing is left of the first one but what it shows

A camera's file says where it was taken, when, and by which device, and may hold a second file behind its picture. All
of that stays behind: only pixels are carried over.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from casework.errors import BadPhoto
from casework.phrases import N_

LARGE, SMALL = 2048, 800
"""The longest side of each picture, in pixels: for looking at, and for lists and mails."""

MEDIA_TYPE = "image/jpeg"

_FORMATS = ("JPEG", "PNG", "WEBP")
_NO_PICTURE = N_("This is no JPEG, PNG or WebP picture. Save it as one of them and send it again.")
_TOO_MANY = N_("This picture has more than %(allowed)s pixels. Make it smaller and send it again.")
_BROKEN = N_("This picture is damaged or incomplete. Send it again.")
_SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


@dataclass(frozen=True)
class Picture:
    """A picture as it is kept. `width` and `height` are those of `large`."""

    large: bytes
    small: bytes
    width: int
    height: int


def picture_of(uploaded: bytes, *, most_pixels: int) -> Picture:
    """The picture that these bytes hold, made safe. Takes a core for a moment: call it in a thread.

    Raises BadPhoto.
    """
    upright = _upright(uploaded, most_pixels)
    width, height = upright.size
    large = _encoded(upright)
    upright.thumbnail((SMALL, SMALL), Image.Resampling.LANCZOS)
    return Picture(large, _encoded(upright), width, height)


def _upright(uploaded: bytes, most_pixels: int) -> Image.Image:
    """The picture's pixels as a person would see them, in plain red, green and blue, as many as are kept."""
    picture = _opened(uploaded, most_pixels)
    try:
        # A JPEG can be decoded at half or a quarter of its size, in as much less time and memory.
        picture.draft("RGB", (2 * LARGE, 2 * LARGE))
        picture.load()
        see_through = "transparency" in picture.info or picture.mode in ("P", "PA")
        if see_through or picture.mode not in ("RGB", "RGBA", "L", "LA", "CMYK"):
            picture = picture.convert("RGBA" if see_through else "RGB")
        # Before all else, which then takes little memory: a picture of 50 megapixels has 200 MB.
        picture.thumbnail((LARGE, LARGE), Image.Resampling.LANCZOS)
        return _in_srgb(ImageOps.exif_transpose(picture))
    # Pillow's decoders have no one exception for a file that contradicts itself.
    except Exception as error:
        raise BadPhoto(_BROKEN, field="photo") from error


def _opened(uploaded: bytes, most_pixels: int) -> Image.Image:
    """The picture before a pixel of it is decoded."""
    try:
        picture = Image.open(io.BytesIO(uploaded), formats=_FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:  # beyond any limit that can be set
        raise BadPhoto(_TOO_MANY, field="photo", allowed=most_pixels) from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise BadPhoto(_NO_PICTURE, field="photo") from error
    if picture.width * picture.height > most_pixels:
        raise BadPhoto(_TOO_MANY, field="photo", allowed=most_pixels)
    return picture


def _in_srgb(picture: Image.Image) -> Image.Image:
    """In the colours that every screen takes for granted, transparent parts white, and nothing but pixels."""
    profile = picture.info.get("icc_profile")
    if picture.mode in ("RGBA", "LA"):
        picture = picture.convert("RGBA")
        white = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(white, picture).convert("RGB")
    if profile:
        try:
            found = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            picture = ImageCms.profileToProfile(picture, found, _SRGB, outputMode="RGB") or picture
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass  # a profile that fits no such picture says nothing about its colours
    plain = Image.new("RGB", picture.size)
    plain.paste(picture.convert("RGB"))
    return plain


def _encoded(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=85, optimize=True, progressive=True)
    return file.getvalue()
