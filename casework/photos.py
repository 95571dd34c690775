"""Photos of what is to be put right, and of what was done about it.

    kept_at null                its files are being written, or about to be deleted: nobody's, shown to nobody
    kept_at set, no request     its uploader's, to be used once, within a day
    request set, no comment     part of that request: seen by whoever sees it
    request and comment set     part of what was said: seen by whoever sees both

The files are somebody else's; here they have a name, `key`, which is random and says nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from tortoise import fields
from tortoise.models import Model

from casework.access import NOBODY, Viewer, sees, sees_comment
from casework.database import MomentField, OptionalMomentField
from casework.people import Person
from casework.requests import Comment, Said, ServiceRequest

UNUSED_FOR = timedelta(days=1)
"""How long an uploaded photo waits to be used."""


class Photo(Model):
    """One uploaded picture. `uploader` is null for a guest's: whoever knows the key may use it."""

    id = fields.BigIntField(primary_key=True)
    key = fields.CharField(max_length=32, unique=True)
    uploader: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "casework.Person", related_name="photos", null=True, on_delete=fields.OnDelete.SET_NULL
    )
    uploader_id: int | None
    width = fields.IntField()
    height = fields.IntField()
    request: fields.ForeignKeyNullableRelation[ServiceRequest] = fields.ForeignKeyField(
        "casework.ServiceRequest", related_name="photos", null=True, on_delete=fields.OnDelete.RESTRICT
    )
    request_id: int | None
    comment: fields.ForeignKeyNullableRelation[Comment] = fields.ForeignKeyField(
        "casework.Comment", related_name="photos", null=True, on_delete=fields.OnDelete.RESTRICT
    )
    comment_id: int | None
    place = fields.IntField(default=0)
    kept_at = OptionalMomentField()
    created_at = MomentField()

    class Meta:
        table = "photo"
        indexes = (("request_id", "id"), ("comment_id",), ("uploader_id", "id"))


async def photo_in_use(key: str) -> Photo | None:
    """A photo that is part of something, with what it is part of."""
    return await Photo.get_or_none(key=key, request_id__isnull=False).select_related("request__category", "comment")


def is_public(photo: Photo) -> bool:
    """Whether anybody may see it. Needs what it is part of loaded."""
    return sees_photo(NOBODY, photo)


def sees_photo(viewer: Viewer, photo: Photo) -> bool:
    """Whoever sees what it is part of. Needs that loaded."""
    return photo.request is not None and sees_what_has_it(viewer, photo.request, photo.comment)


def sees_what_has_it(viewer: Viewer, request: ServiceRequest, comment: Comment | Said | None) -> bool:
    """Whether the viewer sees a request, and this comment on it where there is one. Needs the category loaded."""
    return sees(viewer, request) and (comment is None or sees_comment(viewer, request, comment))


def address_sees_photo(address: str, photo: Photo) -> bool:
    """The same for a bare address that is mailed about the request: its reporter's, or one that staff typed for its
    category. Nothing internal is mailed to addresses. Needs what it is part of loaded."""
    request, comment = photo.request, photo.comment
    if request is None or (comment is not None and (comment.is_internal or comment.held_at is not None)):
        return False
    category = request.category
    return address in (request.reporter_address, category.escalate_to, *category.route_addresses)


async def photos_of_requests(request_ids: Iterable[int]) -> dict[int, list[Photo]]:
    """The photos of each request, in their order; those of its comments are theirs."""
    found: dict[int, list[Photo]] = {}
    rows = Photo.filter(request_id__in=list(request_ids), comment_id__isnull=True).order_by("place", "id")
    for photo in await rows:
        found.setdefault(photo.request_id or 0, []).append(photo)
    return found


async def photos_of_comments(comment_ids: Iterable[int]) -> dict[int, list[Photo]]:
    """The photos of each comment, in their order."""
    found: dict[int, list[Photo]] = {}
    for photo in await Photo.filter(comment_id__in=list(comment_ids)).order_by("place", "id"):
        found.setdefault(photo.comment_id or 0, []).append(photo)
    return found
