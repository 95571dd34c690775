"""A real SMTP server on loopback that keeps what it is sent, and fails on request.

    mailbox.url                             smtp://127.0.0.1:PORT
    mailbox.mails                           what arrived, oldest first
    mailbox.commands                        what was said to it, in order: ["EHLO", "MAIL", "RCPT", "DATA"]
    await mailbox.wait_for(3)               until three have arrived
    mailbox.answer("RCPT", "550 5.1.1 No")  the next RCPT is answered so
    mailbox.cut("DATA")                     at the next, the connection ends without an answer
    mailbox.hang("MAIL")                    at the next, nothing is answered, and nothing more is read

Besides the commands there are two moments: CONNECT, in place of the greeting, and BODY, when the client says DATA (an
answer replaces the 354; a cut or a silence comes after it and the first line). DATA stands for the answer to a body.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.patience import PATIENCE

CUT = "cut"
HANG = "hang"


@dataclass(frozen=True)
class Arrived:
    """One message as the server took it: how it was announced, over what, and who had logged in."""

    sender: str
    recipient: str
    raw: bytes
    message: EmailMessage
    options: tuple[str, ...] = ()
    encrypted: bool = False
    user: str | None = None


@dataclass
class Mailbox:
    """The server's memory and its script."""

    port: int = 0
    mails: list[Arrived] = field(default_factory=list)
    connections: int = 0
    commands: list[str] = field(default_factory=list)
    _script: dict[str, deque[str]] = field(default_factory=lambda: defaultdict(deque))
    _arrived: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def answer(self, command: str, reply: str, *, times: int = 1) -> None:
        """Answer the next `times` of a command with `reply`; a 421 also ends the connection."""
        self._script[command].extend([reply] * times)

    def cut(self, command: str) -> None:
        """End the connection at the next such command, without an answer."""
        self._script[command].append(CUT)

    def hang(self, command: str) -> None:
        """Fall silent at the next such command."""
        self._script[command].append(HANG)

    def clear(self) -> None:
        self.mails.clear()

    async def has_done(self, command: str) -> None:
        """Until it has come to the last thing that its script says to this command."""
        async with asyncio.timeout(PATIENCE):
            while self._script[command]:  # noqa: ASYNC110 - a script rings no bell
                await asyncio.sleep(0.01)

    async def wait_for(self, count: int, *, timeout: float = PATIENCE) -> None:
        """Until `count` mails have arrived in all. TimeoutError says that they did not."""
        async with asyncio.timeout(timeout), self._arrived:
            await self._arrived.wait_for(lambda: len(self.mails) >= count)

    def scripted(self, command: str) -> str | None:
        """What the script says to this command: a reply, CUT, HANG, or nothing special."""
        script = self._script[command]
        return script.popleft() if script else None

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Keep a mail; aiosmtpd calls it by name."""
        assert isinstance(server, _Talk)
        reply = await server.suffer("DATA")
        if reply is not None:
            return reply
        raw = envelope.original_content or b""
        message = message_from_bytes(raw, policy=default)
        async with self._arrived:
            self.mails.extend(
                Arrived(
                    sender=str(envelope.mail_from),
                    recipient=recipient,
                    raw=raw,
                    message=message,
                    options=tuple(envelope.mail_options),
                    encrypted=server.encrypted,
                    user=session.auth_data,
                )
                for recipient in envelope.rcpt_tos
            )
            self._arrived.notify_all()
        return "250 2.0.0 Kept"


class _Talk(SMTP):
    """One connection, which looks into the script before it does anything."""

    def __init__(
        self, mailbox: Mailbox, *, starttls: ssl.SSLContext | None, login: tuple[str, str] | None, utf8: bool
    ) -> None:
        super().__init__(
            mailbox,
            hostname="mailbox.test",
            ident="ESMTP",
            enable_SMTPUTF8=utf8,
            data_size_limit=10_000_000,
            tls_context=starttls,
            auth_require_tls=starttls is not None,
            auth_exclude_mechanism=[] if login else ["LOGIN", "PLAIN"],
            authenticator=self._log_in,
        )
        self._mailbox = mailbox
        self._login = login
        self._smtp_methods = {name: self._by_script(name, method) for name, method in self._smtp_methods.items()}

    @property
    def encrypted(self) -> bool:
        return self.transport is not None and self.transport.get_extra_info("sslcontext") is not None

    def hang_up(self) -> None:
        if self.transport is not None:
            cast(asyncio.WriteTransport, self.transport).abort()

    async def suffer(self, moment: str) -> str | None:
        """End or silence the connection if the script says so; otherwise the scripted reply, if any."""
        reply = self._mailbox.scripted(moment)
        if reply in (CUT, HANG):
            await self._end(reply)
        return reply

    async def _end(self, how: str) -> None:
        if how == HANG:
            await asyncio.Event().wait()  # until the client hangs up, which cancels this
        self.hang_up()
        raise asyncio.CancelledError  # as for a client that went away

    async def _handle_client(self) -> None:
        if reply := await self.suffer("CONNECT"):
            await self.push(reply)
            self._writer.close()
            return
        await super()._handle_client()

    def _by_script(self, name: str, method: Callable[[str], Awaitable[None]]) -> Callable[[str], Awaitable[None]]:
        async def talk(argument: str) -> None:
            self._mailbox.commands.append(name)
            if name == "MAIL" and self._login and not cast(Session, self.session).authenticated:
                await self.push("530 5.7.0 Log in first")
            elif name == "DATA":
                await self._body(argument, method)
            elif reply := await self.suffer(name):
                await self.push(reply)
                if reply.startswith("421"):
                    self._writer.close()
            else:
                await method(argument)

        return talk

    async def _body(self, argument: str, method: Callable[[str], Awaitable[None]]) -> None:
        moment = self._mailbox.scripted("BODY")
        if moment is None:
            await method(argument)
        elif moment in (CUT, HANG):
            await self.push("354 Go on")
            await self._reader.readuntil(b"\r\n")
            await self._end(moment)
        else:
            await self.push(moment)

    def _log_in(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object) -> AuthResult:
        assert isinstance(data, LoginPassword)
        given = (data.login.decode(), data.password.decode())
        return AuthResult(success=given == self._login, handled=False, auth_data=given[0])


@asynccontextmanager
async def open_mailbox(
    *,
    tls: ssl.SSLContext | None = None,
    starttls: ssl.SSLContext | None = None,
    login: tuple[str, str] | None = None,
    utf8: bool = True,
) -> AsyncIterator[Mailbox]:
    """A mailbox that listens while the block lasts: encrypted from the start, or on STARTTLS; for all, or on login."""
    mailbox = Mailbox()
    talks: list[_Talk] = []

    def talk() -> _Talk:
        mailbox.connections += 1
        talks.append(_Talk(mailbox, starttls=starttls, login=login, utf8=utf8))
        return talks[-1]

    listener = socket.create_server(("127.0.0.1", 0))
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)  # so that a large mail cannot hide in the system
    server = await asyncio.get_running_loop().create_server(talk, sock=listener, ssl=tls)
    mailbox.port = server.sockets[0].getsockname()[1]
    try:
        yield mailbox
    finally:
        server.close()
        for each in talks:
            each.hang_up()
