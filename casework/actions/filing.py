"""Filing a request, and mending what was filed."""

from __future__ import annotations

from collections.abc import Sequence

from tortoise.expressions import F

from casework import text
from casework.access import (
    Viewer,
    category_for,
    lock_request,
    organization_for,
    require,
)
from casework.actions.deadlines import start_clock
from casework.actions.guests import ask_guest, invite_caller, remember_guest
from casework.actions.photos import PHOTOS_MAX, set_photos, use_photos
from casework.actions.steps import (
    action,
    assign_automatically,
    facts,
    record_act,
    refuse_what_would_be_held,
    touch,
)
from casework.allowances import Deed, check
from casework.errors import Invalid
from casework.events import RequestSubmitted, RequestUpdated
from casework.moderation import is_held
from casework.organizations import Organization
from casework.permissions import Action
from casework.questions import Answer, Given, answered, answers_from, as_stored, questions_from
from casework.requests import AddressOrigin, ServiceRequest, Status


@action
async def submit_request(
    viewer: Viewer,
    *,
    organization_id: int,
    category_id: int,
    summary: str,
    description: str = "",
    latitude: float | None = None,
    longitude: float | None = None,
    place: str = "",
    photo_urls: Sequence[str] = (),
    photo_ids: Sequence[str] = (),
    answers: Sequence[Given] = (),
    volunteered: Sequence[Answer] = (),
    anonymous: bool = False,
    reporter_address: str | None = None,
    import_key: str | None = None,
) -> ServiceRequest:
    """Report something. The reporter is the viewer; for a guest, or a caller that staff type in, a bare address.

    Where it is held, nobody is told until staff release it. What an import brings was asked by nobody.

    Raises Invalid (with the field), NotFound for organization and category.
    """
    organization = await organization_for(organization_id)
    require(viewer, Action.SUBMIT_REQUEST, organization_id)
    category = await category_for(organization_id, category_id)
    staff_types = viewer.is_staff_of(organization_id) and reporter_address is not None
    if reporter_address is not None and viewer.person is not None and not staff_types:
        raise Invalid(
            "Leave reporter_address out: you are signed in, so you are the reporter.", field="reporter_address"
        )
    where = text.coordinates(latitude, longitude)
    said = [*(answered(questions_from(category.questions), answers) if not viewer.imported else ()), *volunteered]
    request = ServiceRequest(
        organization=organization,
        number=0,
        category=category,
        summary=text.line(summary, "summary"),
        description=text.text(description, "description", required=False),
        latitude=where[0] if where else None,
        longitude=where[1] if where else None,
        place=text.line(place, "place", longest=300, required=False),
        photo_urls=_photos(photo_urls),
        answers=as_stored(said) or None,
        status=Status.OPEN,
        reporter_id=None if staff_types else viewer.person_id,
        reporter_address=text.address(reporter_address, "reporter_address") if reporter_address is not None else None,
        reporter_address_origin=_origin(reporter_address, staff_types),
        typed_by_id=viewer.person_id if staff_types else None,
        is_anonymous=anonymous,
        import_key=import_key,
        created_at=viewer.occasion().at,
        updated_at=viewer.occasion().at,
    )
    await assign_automatically(request, category)
    texts = (request.summary, request.description, request.place, *(each.said for each in said))
    if await is_held(viewer, organization, *texts):
        request.held_at = request.created_at
    else:
        start_clock(request, viewer.occasion())
    request.number = await _next_number(organization)
    await request.save()
    await use_photos(viewer, request, photo_ids, beside=len(request.photo_urls))
    if request.held_at is None:
        await announce(viewer, request)
    elif not viewer.imported:
        await remember_guest(viewer, request)
    return request


async def announce(viewer: Viewer, request: ServiceRequest) -> None:
    """Record that a request was submitted. Needs its organization and category loaded."""
    claim = await invite_caller(viewer, request)
    event = RequestSubmitted(
        **facts(viewer, request),
        route_addresses=tuple(request.category.route_addresses),
        claim_id=claim.id if claim is not None else None,
    )
    await record_act(viewer, request, event)
    await ask_guest(viewer, request)


@action
async def update_request(
    viewer: Viewer,
    request_id: int,
    *,
    summary: str | None = None,
    description: str | None = None,
    latitude: float | None = None,
    longitude: float | None = None,
    place: str | None = None,
    photo_urls: Sequence[str] | None = None,
    photo_ids: Sequence[str] | None = None,
    answers: Sequence[Given] | None = None,
) -> ServiceRequest:
    """Mend what was filed; what is None stays. For the reporter while the request is open, and for staff.

    `answers` are all answers anew, to what its category asks now; `photo_ids` all uploaded photos, old and new.
    """
    request = await lock_request(viewer, request_id)
    check(viewer, request, Deed.UPDATE)
    wanted: dict[str, object] = {}
    if summary is not None:
        wanted["summary"] = text.line(summary, "summary")
    if description is not None:
        wanted["description"] = text.text(description, "description", required=False)
    if place is not None:
        wanted["place"] = text.line(place, "place", longest=300, required=False)
    if photo_urls is not None:
        wanted["photo_urls"] = _photos(photo_urls)
    if answers is not None:
        volunteered = [each for each in answers_from(request.answers) if each.volunteered]
        said = answered(questions_from(request.category.questions), answers)
        wanted["answers"] = as_stored([*said, *volunteered]) or None
    if where := text.coordinates(latitude, longitude):
        wanted["latitude"], wanted["longitude"] = where
    if request.held_at is None:
        texts = [value for value in wanted.values() if isinstance(value, str)]
        texts += [answer.said for answer in answers_from(wanted.get("answers"))]
        await refuse_what_would_be_held(viewer, request, *texts)
    columns = tuple(name for name, value in wanted.items() if getattr(request, name) != value)
    request.update_from_dict(wanted)
    others = len(request.photo_urls)
    with_photos = photo_ids is not None and await set_photos(viewer, request, photo_ids, beside=others)
    changed = (*columns, "photos") if with_photos else columns
    if changed:
        await touch(viewer, request, *columns)
        if request.held_at is None:
            await record_act(viewer, request, RequestUpdated(**facts(viewer, request), changed=changed))
    return request


def _photos(urls: Sequence[str]) -> list[str]:
    if len(urls) > PHOTOS_MAX:
        raise Invalid(
            "%(field)s has %(many)s entries; at most %(allowed)s are allowed.",
            field="photo_urls",
            many=len(urls),
            allowed=PHOTOS_MAX,
        )
    return [text.web_address(url, "photo_urls") for url in urls]


def _origin(address: str | None, staff_types: bool) -> AddressOrigin | None:
    if address is None:
        return None
    return AddressOrigin.STAFF if staff_types else AddressOrigin.GUEST


async def _next_number(organization: Organization) -> int:
    """Numbers run from 1 in each organization; taking one locks the organization's row until the commit."""
    await Organization.filter(id=organization.id).update(next_request_number=F("next_request_number") + 1)
    row = await Organization.get(id=organization.id).only("id", "next_request_number")
    return row.next_request_number - 1
