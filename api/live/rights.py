"""Asked again at each event: is the session still good, is the viewer still what they were, may they still follow?"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from api.live.endings import access_changed, gone, session_ended
from api.live.members import Member
from api.live.sight import Sight, sight
from api.live.topics import Door, doors
from casework.access import Viewer
from casework.actions.accounts import SignedIn, signed_in
from casework.errors import CaseworkError
from casework.people import Person


async def who_must_go(members: Collection[Member]) -> dict[Member, CaseworkError]:
    """Those whose stream ends here, and why: two statements for all sessions, one for each sort of topic."""
    sessions = await signed_in({member.session for member in members if member.session is not None})
    open_doors = await doors({member.topic for member in members})
    found: dict[Member, CaseworkError] = {}
    shared: dict[tuple[Door, Sight], bool] = {}
    for member in members:
        seen_as = member.sight
        why = _changed(member, seen_as, sessions)
        if why is None:
            door = open_doors.get(member.topic)
            if door is None:
                why = gone()
            elif not shared.setdefault((door, seen_as), door(as_viewer(seen_as))):
                now = sessions.get(member.session) if member.session is not None else None
                why = access_changed() if now is not None and door(_viewer(now)) else gone()
        if why is not None:
            found[member] = why
    return found


def as_viewer(seen_as: Sight) -> Viewer:
    """A sight as a viewer who passes doors: with the person's id, where it is somebody's own, but no more of them."""
    person = Person.construct(id=seen_as.person_id) if seen_as.person_id is not None else None
    return Viewer(person, dict(seen_as.roles))


def _viewer(now: SignedIn) -> Viewer:
    return Viewer(Person.construct(id=now.person_id), now.roles)


def _changed(member: Member, seen_as: Sight, sessions: Mapping[str, SignedIn]) -> CaseworkError | None:
    if member.session is None:
        return None
    now = sessions.get(member.session)
    if now is None:
        return session_ended()
    return None if sight(now.roles, now.language) == seen_as.alone(None) else access_changed()
