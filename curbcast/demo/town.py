"""Marlow: its people, its categories, and what was reported before you came. Built through the same actions."""

from __future__ import annotations

from dataclasses import dataclass

from casework.access import Viewer, viewer_for
from casework.actions import filing, handling, membership, merging, talking, watching
from casework.actions.accounts import create_person, start_session
from casework.organizations import Organization, RequestCategory
from casework.people import Person, Role
from casework.requests import ServiceRequest

SLUG = "marlow"

_STAFF = {
    "rosa": ("Rosa Delgado", Role.OWNER),
    "amina": ("Amina Yusuf", Role.MANAGER),
    "tom": ("Tom Okafor", Role.INTERNAL),
    "lena": ("Lena Brandt", Role.INTERNAL),
}
_RESIDENTS = {
    "maya": ("Maya Lindqvist", "en"),
    "ines": ("Inés Duarte", "es"),
    "piet": ("Piet van Houten", "en"),
    "keiko": ("Keiko Mori", "en"),
    "samir": ("Samir Haddad", "en"),
    "josefa": ("Josefa Marín", "es"),
}
_CATEGORIES: tuple[
    tuple[str, str | None, list[str], bool], ...
] = (  # name, automatic assignee, route addresses, private
    ("Potholes", "tom", ["roads@marlow.example"], False),
    ("Street lights", "lena", [], False),
    ("Graffiti", None, ["cleaning@marlow.example"], False),
    ("Trees and parks", "tom", [], False),
    ("Rubbish and recycling", "lena", ["waste@marlow.example"], False),
    ("Complaints about staff", "amina", [], True),
)
_REPORTS = (  # who, category, summary, place, latitude, longitude
    ("maya", "Potholes", "Deep pothole by the school gate", "4 Harbour Lane", 42.3601, -71.0571),
    ("ines", "Street lights", "Street light out outside the library", "12 Elm Street", 42.3612, -71.0589),
    ("piet", "Graffiti", "Paint on the war memorial", "Market Square", 42.3594, -71.0601),
    ("keiko", "Trees and parks", "Branch hanging over the footpath", "Mill Park, east gate", 42.3633, -71.0612),
    ("samir", "Rubbish and recycling", "Blue bins not emptied for two weeks", "30 Orchard Row", 42.3578, -71.0555),
    ("josefa", "Potholes", "Bache en la esquina de la panadería", "1 Baker Street", 42.3589, -71.0577),
    ("maya", "Street lights", "Lamp flickers all night", "7 Tanner Close", 42.3620, -71.0563),
    ("samir", "Potholes", "Same pothole by the school gate", "Harbour Lane", 42.3602, -71.0572),
    ("keiko", "Complaints about staff", "Van parked on the cycle track every morning", "Quay Road", 42.3570, -71.0530),
    ("piet", "Trees and parks", "Bench slats missing", "Mill Park", 42.3631, -71.0609),
)


@dataclass(frozen=True)
class Demo:
    """The town, and a bearer token for each of its people."""

    organization: Organization
    viewers: dict[str, Viewer]
    categories: dict[str, RequestCategory]
    tokens: dict[str, str]


async def build_town() -> Demo:
    """The town as it stands: built on the first start, found again later, with new tokens each time."""
    organization = await Organization.get_or_none(slug=SLUG)
    is_new = organization is None
    if organization is None:
        organization = await membership.create_organization(slug=SLUG, name="Town of Marlow")
        await _people(organization)
    people = {person.handle: person for person in await Person.filter(handle__in=[*_STAFF, *_RESIDENTS])}
    viewers = {handle: await viewer_for(person) for handle, person in people.items()}
    if is_new:
        await _categories(organization, viewers)
    categories = {each.name: each for each in await RequestCategory.filter(organization_id=organization.id)}
    demo = Demo(
        organization,
        viewers,
        categories,
        {_label(handle): await start_session(people[handle], label="demo") for handle in [*_STAFF, *_RESIDENTS]},
    )
    if is_new:
        await _past(demo)
    return demo


def _label(handle: str) -> str:
    if handle in _STAFF:
        name, role = _STAFF[handle]
        return f"{name} ({role.value} of the town)"
    return f"{_RESIDENTS[handle][0]} (resident)"


async def _people(organization: Organization) -> None:
    for handle, (name, role) in _STAFF.items():
        person = await create_person(handle=handle, name=name, address=f"{handle}@marlow.example", confirmed=True)
        await membership.add_member(organization, person, role)
    for handle, (name, language) in _RESIDENTS.items():
        await create_person(
            handle=handle, name=name, address=f"{handle}@mail.example", confirmed=True, language=language
        )


async def _categories(organization: Organization, viewers: dict[str, Viewer]) -> None:
    for name, assignee, addresses, private in _CATEGORIES:
        await membership.create_category(
            viewers["rosa"],
            organization.id,
            name=name,
            private=private,
            assignee_id=viewers[assignee].person_id if assignee else None,
            route_addresses=addresses,
        )


async def _past(demo: Demo) -> None:
    """What happened before: every status, comments of both kinds, followers, and a duplicate."""
    as_ = demo.viewers
    filed = [await report(demo, *row) for row in _REPORTS]
    hole, lamp, memorial, branch, bins, bakery, flicker, twin, _, bench = [request.id for request in filed]
    for handle in ("ines", "piet", "keiko"):
        await watching.follow(as_[handle], hole)
    await watching.follow(as_["maya"], lamp)
    await watching.follow(as_["amina"], bins)
    await handling.acknowledge(as_["tom"], hole, comment="Thank you. We fill it on Thursday, before school starts.")
    await talking.add_comment(as_["piet"], hole, body="My front wheel went in there this morning. Please hurry.")
    await talking.add_comment(as_["tom"], hole, body="@lena can I have the small roller on Thursday?", internal=True)
    await handling.acknowledge(as_["lena"], lamp, comment="The lamp is ordered.")
    await handling.close(as_["lena"], lamp, comment="New lamp fitted, and the timer set to dusk.")
    await handling.close(as_["rosa"], memorial, comment="Cleaned on Monday by the stone mason.")
    await handling.reopen(as_["piet"], memorial, comment="There is new paint on the other side.")
    await handling.assign(as_["rosa"], memorial, assignee_id=as_["amina"].person_id)
    await handling.close(as_["keiko"], branch, comment="The storm took it down; somebody has cleared it.")
    await talking.add_comment(as_["josefa"], bakery, body="Ya van tres días.")
    await handling.recategorize(as_["rosa"], bench, category_id=demo.categories["Rubbish and recycling"].id)
    await watching.mute(as_["maya"], flicker)
    await merging.merge_into(as_["tom"], twin, survivor_id=hole)


async def report(
    demo: Demo, who: str, category: str, summary: str, place: str, latitude: float, longitude: float
) -> ServiceRequest:
    """One of the town's people reports something."""
    return await filing.submit_request(
        demo.viewers[who],
        organization_id=demo.organization.id,
        category_id=demo.categories[category].id,
        summary=summary,
        place=place,
        latitude=latitude,
        longitude=longitude,
    )
