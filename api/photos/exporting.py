"""The photos that somebody uploaded, in the export of their account."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tortoise.expressions import Q

from casework import clock
from casework.access import Viewer
from casework.config import Settings
from casework.exporting import columns
from casework.photos import Photo
from notifier.links import Links

_GOOD_FOR = timedelta(days=7)


async def photos_about(viewer: Viewer, settings: Settings) -> dict[str, Any]:
    """Those in use, each with an address for its uploader. What was internal stays with its organization (rule 3)."""
    seen = Q(comment_id__isnull=True) | Q(comment__is_internal=False)
    if viewer.staffed:
        seen |= Q(request__organization_id__in=viewer.staffed)
    found = await Photo.filter(seen, uploader_id=viewer.person_id or 0, request_id__isnull=False).order_by("id")
    links, until = Links(settings), clock.now() + _GOOD_FOR
    told = columns(found, ("key", "request_id", "comment_id", "width", "height", "created_at"))
    urls = [links.photo_for(f"p{viewer.person_id}", photo, until) for photo in found]
    return {"photos": [{**each, "url": url} for each, url in zip(told, urls, strict=True)]}
