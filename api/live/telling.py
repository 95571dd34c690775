"""Telling news to groups: executed once, serialised once, and handed to each member's pipe.

A member who is past a piece of news already does not get it again, so telling the same news twice does no harm.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass

from api.context import Context
from api.errors import formatted_error
from api.execution import Prepared
from api.ground import Ground
from api.live.endings import with_cursor
from api.live.members import Group, Member, Members
from api.live.rights import who_must_go
from api.live.sight import Sight
from api.live.topics import News, Topic
from casework.access import Viewer, viewer_for
from casework.errors import CaseworkError
from casework.people import Person

_AT_ONCE = 8
"""How many groups are told at the same time: each holds a connection of the database now and then."""


class Unanswered(Exception):
    """An answer could not be made, for a reason of ours; `errors` are ready for the client."""

    def __init__(self, errors: list[dict[str, object]]) -> None:
        super().__init__("news could not be told")
        self.errors = errors


@dataclass(frozen=True)
class Teller:
    ground: Ground
    members: Members

    async def tell(self, news: Mapping[Topic, Sequence[News]]) -> None:
        """Tell each topic's news, in order, to whoever may still follow it.

        What to say is found out while it is asked who may hear it: nothing is handed on before that is known.
        """
        groups = [group for topic in news for group in self.members.of(topic)]
        dismissed = asyncio.create_task(self.dismiss(groups, news))
        limit = asyncio.Semaphore(_AT_ONCE)

        async def one(group: Group) -> None:
            async with limit:
                await self._tell_group(group, news[group.topic], dismissed)

        try:
            await asyncio.gather(*(one(group) for group in groups if news[group.topic]))
            await dismissed
        finally:
            dismissed.cancel()

    async def dismiss(self, groups: Sequence[Group], news: Mapping[Topic, Sequence[News]] | None = None) -> None:
        """Ask all of these whether they may stay, and end the streams of those who may not."""
        for member, why in (await who_must_go(groups, news)).items():
            self.end(member, why)

    def end(self, member: Member, why: CaseworkError) -> None:
        self.members.leave(member)
        member.pipe.end(member, [with_cursor(formatted_error(why, member.sight.language), member.cursor)], why)

    async def _tell_group(self, group: Group, news: Sequence[News], dismissed: Awaitable[None]) -> None:
        viewer = await viewer_of(group.asked.sight)
        for each in news:
            if not each.shown_to(viewer):
                continue
            try:
                payload = await self.answer(group.prepared, viewer, group.asked.sight.language, each)
            except Unanswered as failed:
                await dismissed
                for member in list(group.members):
                    self.break_off(member, failed)
                return
            await dismissed
            for member in list(group.members):
                if member.position < each.position:
                    member.position = each.position
                    member.pipe.next(member, each.position, payload)

    def break_off(self, member: Member, failed: Unanswered) -> None:
        """Our fault: the client comes back after its cursor and is told then."""
        self.members.leave(member)
        member.pipe.end(member, [with_cursor(each, member.cursor) for each in failed.errors])

    async def answer(self, prepared: Prepared, viewer: Viewer, language: str, news: News) -> bytes:
        """One answer as JSON. Raises Unanswered."""
        context = Context(viewer, self.ground.settings, accepted_language=language)
        answer = await self.ground.engine.present(prepared, context, news)
        errors = answer.get("errors", [])
        if "data" not in answer or any(error["extensions"]["code"] == "INTERNAL_ERROR" for error in errors):
            raise Unanswered(errors)
        return json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


async def viewer_of(seen_as: Sight) -> Viewer:
    """Whom a group's answers are made for: the class itself, or the one person whose own they are."""
    if seen_as.person_id is None:
        return seen_as.viewer()
    return await viewer_for(await Person.get_or_none(id=seen_as.person_id))
