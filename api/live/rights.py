"""Asked again at each event: is the session still good, is the viewer still what they were, may they still follow?"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from api.live.endings import access_changed, gone, session_ended
from api.live.members import Group, Member
from api.live.sight import Sight, sight
from api.live.topics import News, Topic, doors
from casework.access import Viewer
from casework.actions.accounts import SignedIn, count_residents, signed_in
from casework.errors import CaseworkError
from casework.people import Person


async def who_must_go(
    groups: Collection[Group], news: Mapping[Topic, Sequence[News]] | None = None
) -> dict[Member, CaseworkError]:
    """Those whose stream ends here, and why: a few statements for all sessions, one for each sort of topic.

    `news` is what they are about to be told, just read.
    """
    open_doors, changed = await asyncio.gather(
        doors({group.topic for group in groups}, news), _languages_with_changes(groups)
    )
    doubtful = []
    for group in groups:
        door = open_doors.get(group.topic)
        is_open = door is not None and door(as_viewer(group.sight))
        if not is_open or group.sight.roles or group.sight.language in changed:
            doubtful.append((group, door, is_open))
    sessions = await signed_in({session for group, _, _ in doubtful for session in _sessions(group)})
    found: dict[Member, CaseworkError] = {}
    for group, door, is_open in doubtful:
        for member in group.members:
            now = sessions.get(member.session) if member.session is not None else None
            why = _changed(member, now)
            if why is None and not is_open:
                is_let_in = door is not None and now is not None and door(_viewer(now))
                why = access_changed() if is_let_in else gone()
            if why is not None:
                found[member] = why
    return found


async def _languages_with_changes(groups: Collection[Group]) -> set[str]:
    """The languages of residents of whom somebody is not what they were: most of the time, of none."""
    crowds: dict[str, set[str]] = defaultdict(set)
    for group in groups:
        if not group.sight.roles:
            crowds[group.sight.language] |= _sessions(group)
    return {
        language
        for language, sessions in crowds.items()
        if sessions and await count_residents(sessions, language) != len(sessions)
    }


def _sessions(group: Group) -> set[str]:
    return {member.session for member in group.members if member.session is not None}


def as_viewer(seen_as: Sight) -> Viewer:
    """A sight as a viewer who passes doors: with the person's id, where it is somebody's own, but no more of them."""
    person = Person.construct(id=seen_as.person_id) if seen_as.person_id is not None else None
    return Viewer(person, dict(seen_as.roles))


def _viewer(now: SignedIn) -> Viewer:
    return Viewer(Person.construct(id=now.person_id), now.roles)


def _changed(member: Member, now: SignedIn | None) -> CaseworkError | None:
    """Why somebody with a session is not the one they were; `now` is whom it identifies."""
    if member.session is None:
        return None
    if now is None:
        return session_ended()
    return None if sight(now.roles, now.language) == member.sight.alone(None) else access_changed()
