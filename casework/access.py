"""A viewer, what the permission table lets them do, and the few doors through which they obtain rows.

A request that a viewer may not see is answered exactly like one that does not exist.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from casework import clock
from casework.database import fetch, require_transaction
from casework.errors import Forbidden, NotFound, SignInRequired, Unconfirmed
from casework.events import Occasion
from casework.lifecycle import Part
from casework.organizations import Organization, RequestCategory
from casework.people import STAFF_ROLES, Member, Person, Role
from casework.permissions import PERMISSIONS, Action, Standing
from casework.questions import Answer, answers_from
from casework.requests import Comment, Said, ServiceRequest, Status


@dataclass(frozen=True)
class Viewer:
    """Whoever is looking or acting: a person with the roles they hold now, or nobody known.

    `at`, `bulk` and `imported` shape the occasion of what they do: a replay acts in the past, a bulk mutation
    marks its events as one deed. `by_command` says that the operator's command lends the roles: they are no membership.
    `language` is what a guest's client asked to be spoken to in; a person has one of their own.
    """

    person: Person | None = None
    roles: Mapping[int, Role] = field(default_factory=dict)
    at: datetime | None = None
    bulk: str | None = None
    imported: bool = False
    by_command: bool = False
    language: str = "en"

    @property
    def person_id(self) -> int | None:
        return self.person.id if self.person else None

    @property
    def staffed(self) -> list[int]:
        """The organizations that the viewer is staff of."""
        return [organization for organization, role in self.roles.items() if role in STAFF_ROLES]

    def is_staff_of(self, organization_id: int) -> bool:
        return self.roles.get(organization_id) in STAFF_ROLES

    def standing(self, organization_id: int) -> Standing:
        if self.person is None:
            return Standing.GUEST
        if self.person.confirmed_at is None:
            return Standing.UNCONFIRMED
        role = self.roles.get(organization_id)
        return Standing(role.value) if role is not None else Standing.RESIDENT

    def part(self, request: ServiceRequest) -> Part:
        if self.is_staff_of(request.organization_id):
            return Part.STAFF
        return Part.REQUESTER if self.is_reporter(request) else Part.RESIDENT

    def is_reporter(self, request: ServiceRequest) -> bool:
        return self.person is not None and request.reporter_id == self.person.id

    def occasion(self) -> Occasion:
        return Occasion(at=self.at or clock.now(), actor_id=self.person_id, bulk=self.bulk, imported=self.imported)

    def pinned(self) -> Viewer:
        """The same viewer at one fixed moment."""
        return self if self.at else replace(self, at=clock.now())

    def during(self, *, at: datetime | None = None, bulk: str | None = None, imported: bool = False) -> Viewer:
        return replace(self, at=at, bulk=bulk, imported=imported)


NOBODY = Viewer()


async def viewer_for(person: Person | None) -> Viewer:
    """The viewer that a person is now, with their present roles.

    A closed account is nobody, and one that has not confirmed its address has no role.
    """
    if person is None or person.closed_at is not None:
        return NOBODY
    if person.confirmed_at is None:
        return Viewer(person)
    members = await fetch(
        "SELECT organization_id, role FROM member WHERE person_id = $1 AND until_event IS NULL", person.id
    )
    return Viewer(person, {member["organization_id"]: Role(member["role"]) for member in members})


def require(viewer: Viewer, action: Action, organization_id: int) -> None:
    """Raise unless the table allows it: SignInRequired, Unconfirmed or Forbidden, whichever would help."""
    standing = viewer.standing(organization_id)
    if standing in PERMISSIONS[action]:
        return
    if standing is Standing.GUEST:
        raise SignInRequired("Sign in to do this.")
    if standing is Standing.UNCONFIRMED and Standing.RESIDENT in PERMISSIONS[action]:
        raise Unconfirmed("Confirm your e-mail address first; the link is in the mail we sent you.")
    raise Forbidden("You are not allowed to do this in this organization.")


def requests_seen_by(viewer: Viewer) -> QuerySet[ServiceRequest]:
    """Every request that the viewer may know of: public ones, their own, and all of the organizations they staff."""
    return ServiceRequest.filter(seen_by(viewer))


def seen_by(viewer: Viewer, prefix: str = "") -> Q:
    """The condition of the same door, for a query over something that has a request (`prefix` is then "request__")."""

    def where(**conditions: Any) -> Q:
        return Q(**{f"{prefix}{name}": value for name, value in conditions.items()})

    seen = where(is_hidden=False, category__is_private=False, held_at__isnull=True)
    if viewer.person_id is not None:
        seen |= where(reporter_id=viewer.person_id)
    if viewer.staffed:
        seen |= where(organization_id__in=viewer.staffed)
    return seen


def sees(viewer: Viewer, request: ServiceRequest) -> bool:
    """The same condition for a request that is at hand, with its category loaded."""
    if viewer.is_staff_of(request.organization_id) or viewer.is_reporter(request):
        return True
    return not is_private(request) and request.held_at is None


async def request_for(viewer: Viewer, request_id: int, *, field: str = "request_id") -> ServiceRequest:
    """One request with its category and organization, or NotFound."""
    found = await requests_seen_by(viewer).filter(id=request_id).select_related("category", "organization").first()
    if found is None:
        raise NotFound("There is no such request.", field=field)
    return found


async def lock_request(viewer: Viewer, request_id: int, *, field: str = "request_id") -> ServiceRequest:
    """The same, with its row locked until the transaction ends, so that its events happen one after the other."""
    require_transaction()
    # Not values_list: it drops FOR UPDATE and says nothing.
    await ServiceRequest.filter(id=request_id).select_for_update().only("id")
    return await request_for(viewer, request_id, field=field)


def comments_seen_by(viewer: Viewer, request: ServiceRequest) -> QuerySet[Comment]:
    """The comments of a request that the viewer may see already; internal ones are for its staff.

    Those that are held are for their author and staff.
    """
    comments = Comment.filter(request_id=request.id)
    if viewer.is_staff_of(request.organization_id):
        return comments
    return comments.filter(released_to(viewer), is_internal=False)


def sees_comment(viewer: Viewer, request: ServiceRequest, comment: Comment | Said) -> bool:
    """The same for a comment at hand, of a request that the viewer sees."""
    if viewer.is_staff_of(request.organization_id):
        return True
    mine = viewer.person_id is not None and comment.author_id == viewer.person_id
    return not comment.is_internal and (comment.held_at is None or mine)


def released_to(viewer: Viewer) -> Q:
    """Comments that are not held, and one's own."""
    released = Q(held_at__isnull=True)
    return released | Q(author_id=viewer.person_id) if viewer.person_id is not None else released


def answers_seen_by(viewer: Viewer, request: ServiceRequest) -> tuple[Answer, ...]:
    """What was answered when the request was filed; private answers are for its staff and its reporter."""
    answers = answers_from(request.answers)
    if viewer.is_staff_of(request.organization_id) or viewer.is_reporter(request):
        return answers
    return tuple(answer for answer in answers if not answer.private)


def is_private(request: ServiceRequest) -> bool:
    """Private by category or hidden by staff (rule 4). Needs the category loaded."""
    return request.is_hidden or request.category.is_private


async def organization_for(organization_id: int, *, field: str = "organization_id") -> Organization:
    found = await Organization.get_or_none(id=organization_id)
    if found is None:
        raise NotFound("There is no such organization.", field=field)
    return found


async def category_for(organization_id: int, category_id: int, *, field: str = "category_id") -> RequestCategory:
    """A category of this organization that is still in use, or NotFound."""
    found = await RequestCategory.get_or_none(id=category_id, organization_id=organization_id)
    if found is None:
        raise NotFound("There is no such category in this organization.", field=field)
    if found.deleted_at is not None:
        raise NotFound("The category “%(name)s” was deleted; choose another one.", field=field, name=found.name)
    return found


async def staff_member_for(organization_id: int, person_id: int, *, field: str) -> Person:
    """A person who is staff of the organization now, or NotFound."""
    member = await Member.get_or_none(
        organization_id=organization_id, person_id=person_id, until_event__isnull=True, role__in=list(STAFF_ROLES)
    ).select_related("person")
    if member is None or member.person.closed_at is not None:
        raise NotFound("There is no such member of staff in this organization.", field=field)
    return member.person


STAFF_ACTS = frozenset(
    {
        "RequestAcknowledged",
        "RequestAssigned",
        "RequestRecategorized",
        "InternalCommentAdded",
        "DueDateChanged",
        "RequestMerged",
        "RequestVisibilityChanged",
        "ContentReleased",
        "WorkOrderCreated",
        "WorkOrderAssigned",
        "WorkOrderDueAtChanged",
        "WorkOrderCompleted",
    }
)
"""The events that nobody but staff can cause: they show who did it, also on an anonymous request (rule 5)."""


def names_actor(viewer: Viewer, request: ServiceRequest, person_id: int | None, *, staff_act: bool) -> bool:
    """Whether the viewer may know who did something on a request (rule 5).

    On an anonymous request everything that its reporter does there as a resident is masked wherever a resident looks,
    the reporter's own screen included, so that what a resident sees depends on nobody's identity. `staff_act` says
    that only staff can have done it: it shows the member.
    """
    if not request.is_anonymous or person_id is None or person_id != request.reporter_id or staff_act:
        return True
    return viewer.is_staff_of(request.organization_id)


def names_author(viewer: Viewer, request: ServiceRequest, comment: Comment | Said) -> bool:
    """The same for who said something."""
    only_staff_could = comment.is_internal or comment.accompanies is Status.ACKNOWLEDGED
    return names_actor(viewer, request, comment.author_id, staff_act=only_staff_could)


async def person_for(viewer: Viewer, person_id: int) -> Person | None:
    """A person by their id alone: oneself, or a colleague. Others are met on what they did, never looked up."""
    if person_id == viewer.person_id:
        return viewer.person
    colleague = Member.filter(person_id=person_id, organization_id__in=viewer.staffed, until_event__isnull=True)
    found = await colleague.filter(role__in=list(STAFF_ROLES)).select_related("person").first()
    return found.person if found else None
