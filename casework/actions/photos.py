"""Uploading a photo, and using it once.

    begin_photo ── the files are written by whoever calls ── keep_photo ── use_photos, in another action ──▶ part of it
         └──────────────── a day without being used ─────────────┘ ──▶ take_unused, the files go, forget_photos

A row comes before its files and goes after them, so that no file is ever left without one.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime

from tortoise.expressions import Q

from casework.access import Viewer
from casework.actions.steps import action
from casework.database import fetch, is_postgres, transaction
from casework.errors import Invalid
from casework.photos import UNUSED_FOR, Photo
from casework.requests import Comment, ServiceRequest

PHOTOS_MAX = 10


@action
async def begin_photo(viewer: Viewer, *, width: int, height: int) -> Photo:
    """A name for a picture that is about to be written; in pixels."""
    return await Photo.create(
        key=secrets.token_hex(16),
        uploader_id=viewer.person_id,
        width=width,
        height=height,
        created_at=viewer.occasion().at,
    )


@action
async def keep_photo(viewer: Viewer, photo_id: int) -> Photo:
    """Its files are written: its uploader may use it."""
    photo = await Photo.get(id=photo_id)
    photo.kept_at = viewer.occasion().at
    await photo.save(update_fields=["kept_at"])
    return photo


async def use_photos(
    viewer: Viewer, request: ServiceRequest, keys: Sequence[str], *, comment: Comment | None = None, beside: int = 0
) -> None:
    """Make uploaded photos part of a request, or of a comment on it, in this order. Part of another action.

    `beside` says how many pictures it has otherwise. Raises Invalid, naming the position.
    """
    _check_number(len(keys) + beside)
    for place, key in enumerate(keys):
        await _take(viewer, request, key, place, comment)


async def set_photos(viewer: Viewer, request: ServiceRequest, keys: Sequence[str], *, beside: int) -> bool:
    """Make these, and no others, the photos of a request itself; whether that changed anything. Part of another action.

    One that is left out is nobody's from now on, and its files go.
    """
    _check_number(len(keys) + beside)
    own = Photo.filter(request_id=request.id, comment_id__isnull=True).order_by("place", "id")
    present = {photo.key: photo.id for photo in await own}
    if list(present) == list(keys):
        return False
    gone = [number for key, number in present.items() if key not in keys]
    await Photo.filter(id__in=gone).update(request_id=None, kept_at=None)
    for place, key in enumerate(keys):
        if key in present:
            await Photo.filter(id=present[key]).update(place=place)
        else:
            await _take(viewer, request, key, place, None)
    return True


async def take_unused(before: datetime, many: int) -> dict[int, str]:
    """Some photos from before a moment that are part of nothing, taken from their uploaders: their rows and keys."""
    skip_locked = "FOR UPDATE SKIP LOCKED" if is_postgres() else ""
    async with transaction():
        rows = await fetch(
            "UPDATE photo SET kept_at = NULL WHERE id IN (SELECT id FROM photo WHERE request_id IS NULL"
            f" AND created_at <= $1 ORDER BY id LIMIT {many} {skip_locked}) RETURNING id, key",
            before,
        )
    return {row["id"]: row["key"] for row in rows}


async def forget_photos(ids: Iterable[int]) -> None:
    """Delete rows whose files are gone."""
    await Photo.filter(id__in=list(ids), request_id__isnull=True).delete()


async def _take(viewer: Viewer, request: ServiceRequest, key: str, place: int, comment: Comment | None) -> None:
    """One statement looks and takes, so of two that want the same photo the second finds it taken."""
    whose = Q(uploader_id__isnull=True) | Q(uploader_id=viewer.person_id or 0)
    unused = Photo.filter(whose, key=key, request_id__isnull=True, kept_at__gt=viewer.occasion().at - UNUSED_FOR)
    if not await unused.update(request_id=request.id, comment_id=comment and comment.id, place=place):
        raise Invalid(
            "%(field)s is no photo of yours that waits to be used. Upload it again.", field=f"photo_ids.{place}"
        )


def _check_number(many: int) -> None:
    if many > PHOTOS_MAX:
        raise Invalid(
            "%(field)s has %(many)s entries; at most %(allowed)s are allowed.",
            field="photo_ids",
            many=many,
            allowed=PHOTOS_MAX,
        )
