"""The one photo that the town's people take: a lamp that is dark."""

from __future__ import annotations

from pathlib import Path

import api.pages
from api.photos.files import PhotoFiles
from api.photos.pictures import picture_of
from casework.access import Viewer
from casework.actions.photos import begin_photo, keep_photo

_FILE = Path(api.pages.__file__).parent / "static" / "sample-photo.jpg"
_MOST_PIXELS = 1_000_000


async def photograph(files: PhotoFiles, viewer: Viewer) -> str:
    """Upload it; what it is called from then on."""
    picture = picture_of(_FILE.read_bytes(), most_pixels=_MOST_PIXELS)
    photo = await begin_photo(viewer, width=picture.width, height=picture.height)
    await files.keep(photo.key, picture)
    return (await keep_photo(viewer, photo.id)).key
