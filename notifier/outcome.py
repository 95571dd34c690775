"""What became of a mail that was handed to a transport, and what a transport is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol, Self, runtime_checkable

from notifier.verdicts import Verdict

DETAIL_LENGTH = 500


@dataclass(frozen=True)
class Outcome:
    """One attempt's end.

    - `sent`: the server took responsibility for the mail.
    - `deferred`: it did not, and another attempt may succeed (4xx, a cut, a time-out, a login that fails).
    - `failed`: it never will for this mail (5xx to the sender, the recipient or the content).
    - `unknown`: the mail was sent in full and the connection ended without an answer; only the server knows.

    `code` is the server's reply code, None where there was no reply. `detail` is one line of at most 500 characters.
    `verdict` is what a refusal says of the recipient's address, if anything.
    """

    state: Literal["sent", "deferred", "failed", "unknown"]
    code: int | None
    detail: str
    verdict: Verdict | None = None

    @classmethod
    def of(
        cls,
        state: Literal["sent", "deferred", "failed", "unknown"],
        detail: str,
        code: int | None = None,
        verdict: Verdict | None = None,
    ) -> Self:
        """The same, with the detail brought into one line of that length."""
        return cls(state, code, " ".join(detail.split())[:DETAIL_LENGTH], verdict)


class Transport(Protocol):
    """A way for mails to leave. One per process; `send` may be called by many tasks at a time."""

    async def send(self, message: bytes, *, sender: str, recipient: str) -> Outcome:
        """Hand over one mail (a complete message with CRLF line endings). Never raises for the server's answers or
        for trouble with the connection."""

    async def close(self) -> None:
        """Let go of what is held open. Nothing may be sent afterwards."""


@runtime_checkable
class Adjustable(Protocol):
    """A transport whose number of connections can be changed while it works."""

    def allow(self, connections: int) -> None: ...
