"""Following: a subscription is let in, gets what it missed, and joins the living."""

from __future__ import annotations

import json
from typing import Protocol

from api.context import Context
from api.execution import Prepared
from api.ground import Ground
from api.ids import parse_cursor
from api.live.endings import gone, restarting
from api.live.feed import Feed
from api.live.members import Asked, Group, Member, Members, Pipe
from api.live.rights import as_viewer, who_must_go
from api.live.sight import Sight, is_shared, sight, variables_below
from api.live.telling import Teller, Unanswered, viewer_of
from api.live.topics import Numbers, Topic, doors
from api.subscriptions import TOPICS
from casework import history
from casework.errors import CaseworkError
from notifier.doorbell import Doorbell


class Shuttable(Protocol):
    """A connection, as far as `stop` is concerned."""

    def shut(self, why: CaseworkError | None) -> None: ...


class Live:
    """Everything live in one process. `run` it beside the server; `stop` it before the server stops."""

    def __init__(self, ground: Ground, doorbell: Doorbell | None) -> None:
        self.ground = ground
        self.members = Members()
        self.connections: dict[Shuttable, None] = {}
        self.teller = Teller(ground, self.members)
        self.feed = Feed(self.members, self.teller, doorbell, ground.settings.live_tick_seconds)
        self.is_stopping = False

    async def run(self) -> None:
        await self.feed.run()

    async def follow(
        self, prepared: Prepared, context: Context, pipe: Pipe, name: str, *, after: str | None = None
    ) -> None:
        """Let a subscription in; returns once it is among the living. Raises NotValid, or CaseworkError if it may not.

        `after` goes before the cursor in the document. One that ends while it catches up is told so by its pipe.
        """
        if self.is_stopping:
            raise restarting()
        field, given = self.ground.engine.asked_for(prepared)
        topic = TOPICS[field](context.viewer, given)
        await self.feed.begin()
        after = after or given.get("after")
        if after is not None:
            position = parse_cursor(after, "after", topic.numbers.mark)
        else:  # from now on, though the feed may be a moment behind
            position = dict(zip(Numbers, await history.newest(), strict=True))[topic.numbers]
        asked = await self._asked(prepared, context, topic)
        member = Member(pipe, name, topic, asked.sight, context.session, position, position)
        pipe.members[name] = member
        try:
            await self._catch_up(member, asked, prepared)
        except Unanswered as failed:
            self.teller.break_off(member, failed)
        except BaseException:
            pipe.members.pop(name, None)
            raise

    def leave(self, member: Member) -> None:
        self.members.leave(member)

    def stop(self) -> None:
        """Close every connection in order, so that clients come back, to another process or to the next."""
        self.is_stopping = True
        for connection in list(self.connections):
            connection.shut(None)

    async def _asked(self, prepared: Prepared, context: Context, topic: Topic) -> Asked:
        """With whom to share answers. Raises NotFound for a topic that the viewer may not follow.

        Alone is whoever asks for anything personal, and whoever sees the topic for what they are and not for what
        they may do there: the reporter of a private request, the owner of an area.
        """
        door = (await doors([topic])).get(topic)
        viewer = context.viewer
        if door is None or not door(viewer):
            raise gone()
        seen_as: Sight = sight(viewer.roles, context.language)
        if not is_shared(prepared.document, prepared.operation, self.ground.engine.schema) or not door(
            as_viewer(seen_as)
        ):
            seen_as = seen_as.alone(viewer.person_id)
        below = variables_below(prepared.operation, prepared.document)
        values = {name: value for name, value in prepared.call.variables.items() if name in below}
        return Asked(prepared.call.query, prepared.call.operation_name, json.dumps(values, sort_keys=True), seen_as)

    async def _catch_up(self, member: Member, asked: Asked, prepared: Prepared) -> None:
        """Replay up to where the feed is, as often as it takes; then join, with nothing awaited in between."""
        topic, pages = member.topic, 0
        alone = Group(topic, asked, prepared, {member: None})
        while True:
            upto = (await self.feed.begin())[topic.numbers]
            if member.position >= upto:
                self.members.join(member, asked, prepared)
                return
            if pages and (why := (await who_must_go([alone])).get(member)) is not None:
                self.teller.end(member, why)
                return
            viewer = await viewer_of(asked.sight)
            news, reached = await topic.replay(member.position, upto)
            for each in news:
                if each.shown_to(viewer):
                    await member.pipe.room()
                    payload = await self.teller.answer(prepared, viewer, asked.sight.language, each)
                    member.position = each.position
                    member.pipe.next(member, each.position, payload)
            member.position, pages = reached, pages + 1
