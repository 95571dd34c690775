"""The town in the database: its people with their tokens, its categories, and a way for anybody to report something."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from api.pages.start import Player
from casework.access import Viewer, viewer_for
from casework.actions import filing, membership, organizing
from casework.actions.accounts import create_person, start_session
from casework.organizations import Organization, RequestCategory, SlaUnit
from casework.people import Person
from casework.requests import ServiceRequest
from casework.sla import Sla
from curbcast.demo.people import CATEGORIES, NAME, PEOPLE, SLUG, point


@dataclass(frozen=True)
class Demo:
    """The town, its people by handle, and a bearer token for each of them by who they are.

    `camera` takes and uploads a photo for somebody, where there is one.
    """

    organization: Organization
    viewers: dict[str, Viewer]
    categories: dict[str, RequestCategory]
    tokens: dict[Player, str]
    camera: Callable[[Viewer], Awaitable[str]] | None = None


async def find_town() -> Demo | None:
    """The town where it was built already, with new tokens; None where it wasn't."""
    organization = await Organization.get_or_none(slug=SLUG)
    return await _as_it_stands(organization) if organization is not None else None


async def found_town() -> Demo:
    """The town before anything was reported."""
    organization = await membership.create_organization(slug=SLUG, name=NAME)
    people = {}
    for handle, somebody in PEOPLE.items():
        host = "mail.example" if somebody.role is None else "marlow.example"
        people[handle] = await create_person(
            handle=handle,
            name=somebody.name,
            address=f"{handle}@{host}",
            confirmed=True,
            language=somebody.language,
        )
        if somebody.role is not None:
            await membership.add_member(organization, people[handle], somebody.role)
    owner = await viewer_for(people["rosa"])
    await organizing.update_organization(owner, organization.id, uses_work=True)
    for name, desk in CATEGORIES.items():
        await membership.create_category(
            owner,
            organization.id,
            name=name,
            private=desk.private,
            assignee_id=people[desk.assignee].id if desk.assignee is not None else None,
            route_addresses=desk.route,
            sla=Sla(desk.days, SlaUnit.DAYS) if desk.days is not None else None,
            escalate_to=people["rosa"].address if desk.days is not None else None,
        )
    return await _as_it_stands(organization)


async def _as_it_stands(organization: Organization) -> Demo:
    people = {person.handle: person for person in await Person.filter(handle__in=list(PEOPLE))}
    return Demo(
        organization,
        {handle: await viewer_for(person) for handle, person in people.items()},
        {each.name: each for each in await RequestCategory.filter(organization_id=organization.id)},
        {
            (somebody.name, somebody.role): await start_session(people[handle], label="demo")
            for handle, somebody in PEOPLE.items()
            if handle in people
        },
    )


async def report(
    demo: Demo,
    who: str,
    category: str,
    summary: str,
    street: str,
    number: int,
    *,
    description: str = "",
    anonymous: bool = False,
    photo_ids: Sequence[str] = (),
    at: datetime | None = None,
) -> ServiceRequest:
    """One of the town's people reports something, now or at another moment."""
    latitude, longitude = point(street, number)
    return await filing.submit_request(
        demo.viewers[who].during(at=at),
        organization_id=demo.organization.id,
        category_id=demo.categories[category].id,
        summary=summary,
        description=description,
        place=f"{number} {street}",
        latitude=latitude,
        longitude=longitude,
        anonymous=anonymous,
        photo_ids=photo_ids,
    )
