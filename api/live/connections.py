"""What every client's connection has: its subscriptions, and a bounded line of what it has not taken yet.

A client that doesn't take what is sent to it holds back nobody: its messages wait here. Where too many do, they are
dropped and every subscription ends with TOO_SLOW and the cursor of the last message that left, so that the client finds
the rest in the database when it comes back. Messages are shared text; only the line is its own.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Sequence
from typing import Any

from api.errors import formatted_error
from api.live.endings import SessionEnded, TooSlow, too_slow, with_cursor
from api.live.live import Live
from api.live.members import Member
from api.metrics import SOCKETS
from casework.errors import CaseworkError

Errors = Sequence[dict[str, Any]]


class Connection(ABC):
    """A pipe. Whoever builds on it says how messages look, how they leave, and how it closes."""

    __slots__ = ("_limit", "_live", "_room", "_waiting", "members")

    def __init__(self, live: Live) -> None:
        self._live = live
        self._limit = live.ground.settings.live_queue
        self._waiting: deque[tuple[str, Member | None, int]] = deque()
        self._room: asyncio.Event | None = None
        self.members: dict[str, Member] = {}
        live.connections[self] = None
        SOCKETS.inc()

    @abstractmethod
    def _wake(self) -> None:
        """There is something in line."""

    @abstractmethod
    def _news(self, member: Member, payload: bytes) -> str: ...

    def _at_once(self, member: Member, payload: bytes) -> bool:
        """Send an answer now, if that is possible without waiting; whether it was."""
        return False

    @abstractmethod
    def _ending(self, name: str, errors: Errors) -> str: ...

    @abstractmethod
    def shut(self, why: CaseworkError | None) -> None:
        """Close it once what is in line has left; without a reason, because this process ends."""

    def next(self, member: Member, position: int, payload: bytes) -> None:
        if not self._waiting and self._at_once(member, payload):
            member.sent = position
        elif len(self._waiting) >= self._limit:
            self._overflow()
        else:
            self._push(self._news(member, payload), member, position)

    def end(self, member: Member, errors: Errors, cause: CaseworkError | None = None) -> None:
        if self.members.pop(member.name, None) is None:
            return
        self._push(self._ending(member.name, errors))
        if isinstance(cause, SessionEnded | TooSlow):
            self.shut(cause)

    async def room(self) -> None:
        """Wait until at most half of the line is taken; for those that can wait."""
        while len(self._waiting) > self._limit // 2:
            self._room = asyncio.Event()
            await self._room.wait()

    def gone(self) -> None:
        """The client is there no more."""
        self._waiting.clear()
        if self in self._live.connections:
            del self._live.connections[self]
            SOCKETS.dec()
        for member in self.members.values():
            self._live.leave(member)
        self.members.clear()

    def _push(self, text: str, member: Member | None = None, position: int = 0) -> None:
        self._waiting.append((text, member, position))
        self._wake()

    def _take(self) -> str:
        """The next message. It counts as sent: either it leaves before all that comes later, or nothing does."""
        text, member, position = self._waiting.popleft()
        if member is not None:
            member.sent = position
        if self._room is not None and len(self._waiting) <= self._limit // 2:
            self._room.set()
            self._room = None
        return text

    def _overflow(self) -> None:
        self._waiting.clear()
        why = too_slow()
        for member in list(self.members.values()):
            self._live.leave(member)
            self.end(member, [with_cursor(formatted_error(why, member.sight.language), member.sent_cursor)], why)
