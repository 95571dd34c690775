"""A real SMTP server on loopback that keeps what it is sent, and fails on request.

    mailbox.url                             smtp://127.0.0.1:PORT
    mailbox.mails                           what arrived, oldest first
    await mailbox.wait_for(3)               until three have arrived
    mailbox.answer("RCPT", "550 5.1.1 No")  the next RCPT is answered so; also MAIL and DATA (after the body)
    mailbox.cut("DATA")                     the next DATA's body is read, and the connection ends without an answer
"""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.smtp import SMTP, Envelope, Session

CUT = "cut"


@dataclass(frozen=True)
class Arrived:
    """One message as the server took it."""

    sender: str
    recipient: str
    raw: bytes
    message: EmailMessage


@dataclass
class Mailbox:
    """The server's memory and its script."""

    port: int = 0
    mails: list[Arrived] = field(default_factory=list)
    connections: int = 0
    _script: dict[str, deque[str]] = field(default_factory=lambda: defaultdict(deque))
    _arrived: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def answer(self, command: str, reply: str, *, times: int = 1) -> None:
        """Answer the next `times` of a command (MAIL, RCPT or DATA) with `reply`."""
        self._script[command].extend([reply] * times)

    def cut(self, command: str) -> None:
        """End the connection at the next such command, without an answer."""
        self._script[command].append(CUT)

    def clear(self) -> None:
        self.mails.clear()

    async def wait_for(self, count: int, *, timeout: float = 10) -> None:
        """Until `count` mails have arrived in all. TimeoutError says that they did not."""
        async with asyncio.timeout(timeout), self._arrived:
            await self._arrived.wait_for(lambda: len(self.mails) >= count)

    # aiosmtpd calls these by name.

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        reply = self._scripted(server, "MAIL")
        if reply.startswith("2"):
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return reply

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        reply = self._scripted(server, "RCPT")
        if reply.startswith("2"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        reply = self._scripted(server, "DATA")
        if reply.startswith("2"):
            raw = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content).encode()
            message = message_from_bytes(raw, policy=default)
            async with self._arrived:
                for recipient in envelope.rcpt_tos:
                    self.mails.append(Arrived(str(envelope.mail_from), recipient, raw, message))
                self._arrived.notify_all()
        return reply

    def _scripted(self, server: SMTP, command: str) -> str:
        script = self._script[command]
        reply = script.popleft() if script else "250 OK"
        if reply == CUT and server.transport is not None:
            server.transport.abort()
        return reply


@asynccontextmanager
async def open_mailbox() -> AsyncIterator[Mailbox]:
    """A mailbox that listens while the block lasts."""
    mailbox = Mailbox()

    def talk() -> SMTP:
        mailbox.connections += 1
        return SMTP(mailbox, enable_SMTPUTF8=True, data_size_limit=10_000_000, ident="curbcast-test")

    server = await asyncio.get_running_loop().create_server(talk, "127.0.0.1", 0)
    mailbox.port = server.sockets[0].getsockname()[1]
    try:
        yield mailbox
    finally:
        server.close()
