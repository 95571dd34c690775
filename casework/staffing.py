"""Doors to who works for organizations: for its staff, and what is only invited for those who manage members."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from casework import clock
from casework.access import Viewer
from casework.people import Member
from casework.permissions import PERMISSIONS, Action
from casework.tokens import Purpose, Ticket


async def members_of(viewer: Viewer, organization_ids: Iterable[int]) -> Mapping[int, list[Member]]:
    """The present members, with their persons, of those of the organizations that the viewer is staff of, by name."""
    staffed = sorted(set(organization_ids) & set(viewer.staffed))
    members = Member.filter(organization_id__in=staffed, until_event__isnull=True, person__closed_at__isnull=True)
    found: dict[int, list[Member]] = {organization: [] for organization in staffed}
    for member in await members.select_related("person").order_by("person__name", "person_id"):
        found[member.organization_id].append(member)
    return found


async def invitations_of(viewer: Viewer, organization_ids: Iterable[int]) -> Mapping[int, list[Ticket]]:
    """The invitations that wait in those of the organizations whose members the viewer manages, the latest first."""
    managed = [each for each in sorted(set(organization_ids)) if _manages(viewer, each)]
    waiting = Ticket.filter(
        purpose=Purpose.JOIN,
        organization_id__in=managed,
        used_at__isnull=True,
        expires_at__gt=clock.now(),
    )
    found: dict[int, list[Ticket]] = {organization: [] for organization in managed}
    for ticket in await waiting.order_by("-id"):
        found[ticket.organization_id or 0].append(ticket)
    return found


def _manages(viewer: Viewer, organization_id: int) -> bool:
    return viewer.standing(organization_id) in PERMISSIONS[Action.MANAGE_MEMBERS]
