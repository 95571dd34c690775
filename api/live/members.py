"""Who listens: members, in groups that share results.

Topic ── Group (what is asked, and by what class of sight) ── Member (one subscription of one client) ── Pipe
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from api.execution import Prepared
from api.ids import cursor
from api.live.sight import Sight
from api.live.topics import Topic
from casework.errors import CaseworkError


class Pipe(Protocol):
    """One client's way out. `next` and `end` don't wait: what a client can't take yet is kept, up to a bound."""

    members: dict[str, Member]
    """The subscriptions that are open, by the client's names."""

    def next(self, member: Member, position: int, payload: bytes) -> None:
        """Hand on one answer, as JSON."""

    def end(self, member: Member, errors: Sequence[dict[str, Any]], cause: CaseworkError | None = None) -> None:
        """End one subscription with errors. Some causes end the whole connection."""

    async def room(self) -> None:
        """Wait until the client has taken most of what it was handed; for those that can wait."""


@dataclass(eq=False, slots=True)
class Member:
    """One subscription. `position` is the last that was handed to its pipe, `sent` the last that left it.

    `head` is its pipe's: what each of its messages begins with.
    """

    pipe: Pipe
    name: str
    topic: Topic
    sight: Sight
    session: str | None
    position: int
    sent: int
    group: Group | None = None
    head: bytes = b""

    @property
    def cursor(self) -> str:
        return cursor(self.position, self.topic.numbers.mark)

    @property
    def sent_cursor(self) -> str:
        return cursor(self.sent, self.topic.numbers.mark)


@dataclass(frozen=True)
class Asked:
    """What makes two subscriptions to one topic the same: the document, the values that shape answers, the sight."""

    query: str
    operation: str | None
    values: str
    sight: Sight


@dataclass(eq=False)
class Group:
    """Members who get one and the same answer. `prepared` is the first one's."""

    topic: Topic
    asked: Asked
    prepared: Prepared
    members: dict[Member, None] = field(default_factory=dict)

    @property
    def sight(self) -> Sight:
        return self.asked.sight


class Members:
    """All who listen in this process."""

    def __init__(self) -> None:
        self.topics: dict[Topic, dict[Asked, Group]] = {}

    def __iter__(self) -> Iterator[Group]:
        return (group for groups in self.topics.values() for group in groups.values())

    def join(self, member: Member, asked: Asked, prepared: Prepared) -> None:
        groups = self.topics.setdefault(member.topic, {})
        group = groups.get(asked)
        if group is None:
            group = groups[asked] = Group(member.topic, asked, prepared)
        group.members[member] = None
        member.group = group

    def leave(self, member: Member) -> None:
        """Whoever is not there any more is let go."""
        group, member.group = member.group, None
        if group is None:
            return
        group.members.pop(member, None)
        if not group.members:
            groups = self.topics[group.topic]
            del groups[group.asked]
            if not groups:
                del self.topics[group.topic]

    def of(self, topic: Topic) -> list[Group]:
        return list(self.topics.get(topic, {}).values())
