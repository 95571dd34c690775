"""The roles that somebody acts by, read inside the transaction and kept until it ends.

Between the request that brought a viewer and the lock that their act waits for, somebody may have taken their role
away. So an act reads it again, with a lock that whoever changes a membership has to wait for: either the act comes
first, whole, or the change does, and the act is refused.

Locks are taken in one order: members by id, then organizations, then requests, then work orders.
"""

from __future__ import annotations

from dataclasses import replace

from tortoise.expressions import Q

from casework.access import Viewer
from casework.database import fetch, is_postgres, require_transaction
from casework.people import Member, Role


async def standing_now(viewer: Viewer) -> Viewer:
    """The viewer with the roles they still hold. Those that the operator's command lends, nobody takes away."""
    require_transaction()
    if not viewer.roles or viewer.by_command:
        return viewer
    roles = await _held(viewer)
    if roles != viewer.roles:  # a changed role is a row of its own, which only a statement begun after the wait sees
        roles = await _held(viewer)
    return replace(viewer, roles=roles)


async def standing_to_change(
    viewer: Viewer, organization_id: int | None = None, person_id: int | None = None
) -> Viewer:
    """The same for who changes memberships, their own or somebody's: all of these are locked, and act no more."""
    require_transaction()
    mine = Q(person_id=viewer.person_id)
    concerned = mine | Q(person_id=person_id, organization_id=organization_id) if person_id is not None else mine
    locked = Member.filter(concerned, until_event__isnull=True).order_by("id").select_for_update()
    await locked
    rows = await locked.all()  # again, for the row of a role that was changed during the wait
    return replace(viewer, roles={row.organization_id: row.role for row in rows if row.person_id == viewer.person_id})


async def _held(viewer: Viewer) -> dict[int, Role]:
    rows = await fetch(
        "SELECT organization_id, role FROM member WHERE person_id = $1 AND until_event IS NULL ORDER BY id"
        f"{' FOR SHARE' if is_postgres() else ''}",
        viewer.person_id,
    )
    return {row["organization_id"]: Role(row["role"]) for row in rows}
