"""An uploaded photo as one viewer sees it: its addresses are for everybody who may look, or for the viewer alone."""

from datetime import datetime, timedelta

import strawberry

from api.context import Context
from casework import clock, photos, requests
from casework.access import NOBODY
from notifier.links import Links

_HOUR = timedelta(hours=1)


@strawberry.type(description="A photo that was uploaded: a JPEG without anything but what it shows.")
class Photo:
    id: strawberry.ID = strawberry.field(description="Its id, as uploading it answered.")
    url: str = strawberry.field(
        description="Where it is, at most 2,048 pixels wide and high. What not everybody may see has an address for "
        "the viewer alone, good for an hour at least."
    )
    thumbnail_url: str = strawberry.field(description="The same, at most 800 pixels wide and high.")
    width: int = strawberry.field(description="How wide it is, in pixels.")
    height: int = strawberry.field(description="How high it is, in pixels.")


def photo(
    row: photos.Photo,
    request: requests.ServiceRequest,
    comment: requests.Comment | requests.Said | None,
    context: Context,
) -> Photo:
    """How a viewer sees a photo of a request, or of a comment on it, that they see. Needs the category loaded."""
    links, reader = Links(context.settings), context.viewer.person_id
    if reader is None or photos.sees_what_has_it(NOBODY, request, comment):
        url, small = links.photo(row), links.photo(row, small=True)
    else:
        until = _good_until(clock.now())
        url = links.photo_for(f"p{reader}", row, until)
        small = links.photo_for(f"p{reader}", row, until, small=True)
    return Photo(id=strawberry.ID(row.key), url=url, thumbnail_url=small, width=row.width, height=row.height)


def _good_until(now: datetime) -> datetime:
    """In one to two hours: the same for an hour, so that what shows it needn't fetch it again."""
    return now.replace(minute=0, second=0, microsecond=0) + 2 * _HOUR
