"""Mail over a few connections to one SMTP server that are kept open and shared by all who send.

    send ──> a free slot ──> an idle line, checked if it rested ──> MAIL RCPT DATA body ──> back to the idle lines
                          └─> or a new one                      └─> trouble: hang up

A line that the server has dropped between two mails is no reason to defer the next: where a line that was used before
ends before a mail's body, that mail is announced on another one.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Literal

from aiosmtplib import SMTPException, SMTPResponseException

from notifier.outcome import Outcome
from notifier.smtp import Envelope, Line, Refused, SmtpServer, Unanswered, Unspeakable

_SERVICE_CLOSING = 421


class PooledSmtp:
    """At most `connections` lines, each hung up after `mails_per_connection` mails (some servers insist).

    A mail takes at most `start_seconds` (connecting, login, addresses) and `answer_seconds` (the body), counted from
    when a line is free: keep the sum below the lease of what is being sent. A line that rested for `rest_seconds` is
    asked whether it is still there (NOOP) before a mail is trusted to it.
    """

    def __init__(
        self,
        server: SmtpServer,
        *,
        connections: int = 8,
        mails_per_connection: int = 1000,
        start_seconds: float = 30.0,
        answer_seconds: float = 60.0,
        rest_seconds: float = 15.0,
    ) -> None:
        self._server = server
        self._mails_per_connection = mails_per_connection
        self._start_seconds = start_seconds
        self._answer_seconds = answer_seconds
        self._rest_seconds = rest_seconds
        self._connections = connections
        self._slots = asyncio.Semaphore(connections)
        self._idle: list[Line] = []

    async def send(self, message: bytes, *, sender: str, recipient: str) -> Outcome:
        """See `Transport.send`."""
        try:
            envelope = Envelope.of(sender, recipient)
            async with self._slots:
                async with asyncio.timeout(self._start_seconds):
                    line = await self._announce(envelope, eight_bit=not message.isascii())
                return await self._deliver(line, message)
        except Unspeakable as error:
            return Outcome.of("failed", str(error))
        except Refused as error:
            state: Literal["failed", "deferred"] = "failed" if 500 <= error.code < 600 else "deferred"
            return Outcome.of(state, str(error), error.code, error.verdict)
        except Unanswered as error:
            return Outcome.of("unknown", str(error))
        except SMTPResponseException as error:
            # Not about this mail, so never final: a refused login (535), a 554 for a greeting.
            return Outcome.of("deferred", f"{self._where}: {error.message}", error.code)
        except SMTPException as error:
            return Outcome.of("deferred", f"{self._where}: {error.message}")
        except TimeoutError:
            return Outcome.of("deferred", f"{self._where}: not ready for a mail within {self._start_seconds:g} s")
        except OSError as error:
            return Outcome.of("deferred", f"{self._where}: {error}")

    def allow(self, connections: int) -> None:
        """From now on at most so many lines; those that are in use finish their mail first."""
        if connections == self._connections:
            return
        self._connections, self._slots = connections, asyncio.Semaphore(connections)
        while len(self._idle) > connections:
            self._idle.pop(0).drop()

    async def close(self) -> None:
        """Say goodbye on every idle line."""
        lines, self._idle = self._idle, []
        await asyncio.gather(*(_say_goodbye(line) for line in lines))

    @property
    def _where(self) -> str:
        return f"{self._server.host}:{self._server.port}"

    async def _announce(self, envelope: Envelope, *, eight_bit: bool) -> Line:
        """A line on which the server waits for this mail's body."""
        while self._idle:
            line = self._idle.pop()  # used last: the others rested longer
            if line.mails >= self._mails_per_connection:
                await _say_goodbye(line)
            if not line.is_connected:
                continue
            try:
                return await self._begin(line, envelope, eight_bit=eight_bit)
            except SMTPException:
                continue
            except Refused as error:
                if error.code != _SERVICE_CLOSING:
                    raise
        return await self._begin(Line(self._server), envelope, eight_bit=eight_bit)

    async def _begin(self, line: Line, envelope: Envelope, *, eight_bit: bool) -> Line:
        try:
            if not line.is_connected:
                await line.open()
            elif asyncio.get_running_loop().time() - line.used_at >= self._rest_seconds:
                await line.noop()
            await line.begin(envelope, eight_bit=eight_bit)
        except (Refused, Unspeakable) as error:
            self._keep(line, error)
            raise
        except BaseException:
            line.drop()
            raise
        return line

    async def _deliver(self, line: Line, message: bytes) -> Outcome:
        try:
            reply = await line.finish(message, self._answer_seconds)
        except Refused as error:
            self._keep(line, error)
            raise
        except BaseException:
            line.drop()
            raise
        self._keep(line)
        return Outcome.of("sent", reply.message, reply.code)

    def _keep(self, line: Line, error: Refused | Unspeakable | None = None) -> None:
        """Put the line back for the next mail, unless the server said that it hangs up, or there are enough."""
        is_over = isinstance(error, Refused) and error.code == _SERVICE_CLOSING
        if is_over or len(self._idle) >= self._connections:
            line.drop()
        else:
            line.used_at = asyncio.get_running_loop().time()
            self._idle.append(line)


async def _say_goodbye(line: Line) -> None:
    try:
        with suppress(SMTPException):
            await line.quit(timeout=5)
    finally:
        line.drop()
