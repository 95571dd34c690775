"""The photos that mails show: by everybody's address where everybody may look, or else by one for the reader alone.

The first photo of a request, and the first that came with what was said. A reader's own address is good for a month,
and only while its reader may see the photo; it comes out the same on every retry.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from tortoise.expressions import Q

from casework.photos import Photo, is_public
from casework.requests import Comment, ServiceRequest
from notifier.links import Links

GOOD_FOR = timedelta(days=30)

First = dict[tuple[int | None, int | None], Photo]
"""The first photo by request, and by comment where it is one's."""


async def first_photos(request_ids: Collection[int], comment_ids: Collection[int]) -> First:
    """Those of some requests and of some comments on them, in one statement."""
    if not request_ids:
        return {}
    whose = Q(comment_id__isnull=True) | Q(comment_id__in=sorted(comment_ids))
    found = await Photo.filter(whose, request_id__in=sorted(request_ids)).order_by("-place", "-id")
    return {(photo.request_id, photo.comment_id): photo for photo in found}


@dataclass(frozen=True)
class Photographs:
    """What one batch of letters shows. An address is a pair: of the photo, and of a small one."""

    links: Links
    first: First

    def everybodys(self, request: ServiceRequest, comment: Comment | None = None) -> tuple[str, str] | None:
        photo = self._photo(request, comment)
        if photo is None or not is_public(photo):
            return None
        return self.links.photo(photo), self.links.photo(photo, small=True)

    def readers_own(
        self, request: ServiceRequest, comment: Comment | None, reference: str, since: datetime
    ) -> dict[str, str]:
        """Links by name, for what is not everybody's. `since` is when it happened."""
        own: dict[str, str] = {}
        shown = {"photo": self._photo(request, None)}
        if comment is not None:
            shown["text_photo"] = self._photo(request, comment)
        for name, photo in shown.items():
            if photo is not None and not is_public(photo):
                until = since + GOOD_FOR
                own[name] = self.links.photo_for(reference, photo, until)
                own[f"{name}_small"] = self.links.photo_for(reference, photo, until, small=True)
        return own

    def _photo(self, request: ServiceRequest, comment: Comment | None) -> Photo | None:
        """With what it is part of, as the doors want it."""
        photo = self.first.get((request.id, comment.id if comment is not None else None))
        if photo is not None:
            photo.request, photo.comment = request, comment
        return photo
