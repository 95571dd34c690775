"""Pictures as phones send them, and as somebody with bad intentions would."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

from PIL import Image

PLACE = (41.0, 18.0, 36.0)
"""Degrees, minutes and seconds that a phone writes into its pictures."""


def picture(width: int = 640, height: int = 480, *, form: str = "JPEG", mode: str = "RGB", **saved: Any) -> bytes:
    """A picture whose left half is red and whose right half is blue."""
    drawn = Image.new(mode, (width, height), "red")
    drawn.paste(Image.new(mode, (width - width // 2, height), "blue"), (width // 2, 0))
    file = io.BytesIO()
    drawn.save(file, form, **saved)
    return file.getvalue()


def from_a_phone(**drawn: Any) -> bytes:
    """A picture that says where it was taken, by which device, and that it lies on its side."""
    exif = Image.Exif()
    exif[0x0110] = "Phone of Maya"
    exif[0x0112] = 6  # turn it clockwise
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2], gps[3], gps[4] = "N", PLACE, "W", PLACE
    return picture(exif=exif, comment=b"maya was here", **drawn)


def bomb(side: int = 30_000) -> bytes:
    """A PNG of a few kilobytes that announces, and holds, `side` times `side` pixels."""

    def chunk(name: bytes, held: bytes) -> bytes:
        return struct.pack(">I", len(held)) + name + held + struct.pack(">I", zlib.crc32(name + held))

    row = zlib.compressobj(9)
    rows = row.compress(b"\0" * (side // 8 + 2) * 1000) + row.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
