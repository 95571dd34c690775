"""Reading requests: by number, or by time, service and status. What a guest may not see is not there.

With a key of the organization, `expected_datetime` tells the deadline, which is staff's alone to know (rule 3).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from api.open311.problems import Problem
from casework import clock
from casework.access import NOBODY, answers_seen_by
from casework.config import Settings
from casework.organizations import Organization
from casework.photos import Photo, photos_of_requests
from casework.reading import last_shown_changes, status_notes
from casework.requests import ServiceRequest, Status
from casework.searching import Search, find_requests
from casework.text import whole_number
from notifier.links import Links

SPAN = timedelta(days=90)
PAGE_MAX = 1000
NUMBERS_MAX = 1000
_STATUSES = {
    "open": (Status.OPEN, Status.ACKNOWLEDGED),
    "closed": (Status.CLOSED, Status.ARCHIVED),
}


async def requests_found(
    settings: Settings, organization: Organization, given: Mapping[str, str], *, insider: bool
) -> list[dict[str, Any]]:
    """The requests that the parameters ask for, the latest first. Raises Problem, naming the parameter."""
    search, size = _search(organization, given), _number(given, "page_size", PAGE_MAX, most=PAGE_MAX)
    skipped = (_number(given, "page", 1, most=10**6) - 1) * size
    found = find_requests(NOBODY, search).select_related("category", "merged_into__category")
    rows = await found.order_by("-created_at", "-id").offset(skipped).limit(size)
    return await _told(settings, organization, rows, insider=insider, extended=given.get("extensions") == "true")


async def request_numbered(
    settings: Settings, organization: Organization, given: Mapping[str, str], number: str, *, insider: bool
) -> list[dict[str, Any]]:
    """One request. Raises Problem where there is none that everybody may see."""
    search = Search(organization_id=organization.id, numbers=_numbers(number, "service_request_id"))
    rows = await find_requests(NOBODY, search).select_related("category", "merged_into__category")
    if not rows:
        raise Problem(404, f"service_request_id: there is no public request {number!r}.")
    return await _told(settings, organization, rows, insider=insider, extended=given.get("extensions") == "true")


def _search(organization: Organization, given: Mapping[str, str]) -> Search:
    if ids := given.get("service_request_id"):
        return Search(organization_id=organization.id, numbers=_numbers(ids, "service_request_id"))
    zone = ZoneInfo(organization.time_zone)
    start, end = _moment(given, "start_date", zone), _moment(given, "end_date", zone)
    updated_after = _moment(given, "updated_after", zone)
    if updated_after is None:
        start, end = _span(start, end)
    return Search(
        organization_id=organization.id,
        statuses=_statuses(given),
        category_ids=_numbers(given["service_code"], "service_code") if given.get("service_code") else None,
        submitted_since=start,
        submitted_until=end,
        updated_since=updated_after,
    )


def _span(start: datetime | None, end: datetime | None) -> tuple[datetime, datetime | None]:
    """At most 90 days, as the specification has it; the last ones where nothing is said."""
    if start is None:
        return (end or clock.now()) - SPAN, end
    if end is None:
        return start, start + SPAN
    if end < start:
        raise Problem(400, "end_date is before start_date.")
    if end - start > SPAN:
        raise Problem(400, f"start_date and end_date are more than {SPAN.days} days apart; ask for less at a time.")
    return start, end


def _statuses(given: Mapping[str, str]) -> tuple[Status, ...] | None:
    if not given.get("status"):
        return None
    found: list[Status] = []
    for each in given["status"].split(","):
        if each.strip().lower() not in _STATUSES:
            raise Problem(400, f"status: {each.strip()!r} is neither open nor closed.")
        found += _STATUSES[each.strip().lower()]
    return tuple(found)


def _numbers(text: str, name: str) -> tuple[int, ...]:
    found = []
    for each in text.split(","):
        number = whole_number(each.strip())
        if number is None:
            status = 400 if "," in text or name == "service_code" else 404
            raise Problem(status, f"{name}: {each.strip()!r} is no such id.")
        found.append(number)
    if len(found) > NUMBERS_MAX:
        raise Problem(400, f"{name} names {len(found)}; at most {NUMBERS_MAX} at once.")
    return tuple(found)


def _number(given: Mapping[str, str], name: str, default: int, *, most: int) -> int:
    text = given.get(name)
    if not text:
        return default
    number = whole_number(text) or 0
    if not 1 <= number <= most:
        raise Problem(400, f"{name} must be a number between 1 and {most}.")
    return number


def _moment(given: Mapping[str, str], name: str, zone: ZoneInfo) -> datetime | None:
    """W3C's date and time with a zone, or a bare date, which begins at midnight in the town."""
    text = given.get(name)
    if not text:
        return None
    try:
        # A plus sign that nobody quoted arrives as a space.
        found = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        raise Problem(400, f"{name} must be a date and time with its zone, as in 2026-12-04T17:00:00Z.") from None
    if found.tzinfo is None and found.time() == time.min and len(text) <= len("2026-12-04"):
        return found.replace(tzinfo=zone)
    if found.tzinfo is None:
        raise Problem(400, f"{name} needs a time zone, as in 2026-12-04T17:00:00Z.")
    return found


async def _told(
    settings: Settings, organization: Organization, rows: Sequence[ServiceRequest], *, insider: bool, extended: bool
) -> list[dict[str, Any]]:
    notes, changes = await status_notes(rows), await last_shown_changes([row.id for row in rows])
    photos = await photos_of_requests([row.id for row in rows])
    zone = ZoneInfo(organization.time_zone)
    return [
        {
            "service_request_id": str(row.number),
            "status": next(name for name, statuses in _STATUSES.items() if row.status in statuses),
            "status_notes": notes.get(row.id),
            "service_name": row.category.name,
            "service_code": str(row.category_id),
            "description": description_of(row),
            "agency_responsible": organization.name,
            "service_notice": _notice(settings, organization, row),
            "requested_datetime": _written(row.created_at, zone),
            "updated_datetime": _written(changes.get(row.id, row.created_at), zone),
            "expected_datetime": _written(row.deadline, zone) if insider else None,
            "address": row.place or None,
            "address_id": None,
            "zipcode": None,
            "lat": row.latitude,
            "long": row.longitude,
            "media_url": _media_url(settings, row, photos.get(row.id, ())),
            **({"attributes": _answers(row)} if extended else {}),
        }
        for row in rows
    ]


def _media_url(settings: Settings, row: ServiceRequest, photos: Sequence[Photo]) -> str | None:
    """The first picture; what is found here is seen by everybody, and so are its photos."""
    return Links(settings).photo(photos[0]) if photos else next(iter(row.photo_urls), None)


def description_of(row: ServiceRequest) -> str:
    """All that was written. A summary that the description begins with is not said twice."""
    if not row.description or row.description.startswith(row.summary):
        return row.description or row.summary
    return f"{row.summary}\n\n{row.description}"


def _notice(settings: Settings, organization: Organization, row: ServiceRequest) -> str | None:
    """Where a duplicate went, if everybody may see that."""
    survivor = row.merged_into
    if survivor is None or survivor.is_hidden or survivor.category.is_private or survivor.held_at is not None:
        return None
    survivor.organization = organization
    return f"Merged into {survivor.number}: {Links(settings).request(survivor)}"


def _answers(row: ServiceRequest) -> list[dict[str, Any]]:
    return [
        {
            "code": answer.code,
            "description": answer.prompt,
            "values": [{"key": value.key, "name": value.name} for value in answer.values],
        }
        for answer in answers_seen_by(NOBODY, row)
    ]


def _written(moment: datetime | None, zone: ZoneInfo) -> str | None:
    return moment.astimezone(zone).isoformat(timespec="seconds") if moment is not None else None
