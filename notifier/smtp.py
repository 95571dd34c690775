"""One connection to an SMTP server, and the address by which it is configured.

    smtp://[user:password@]host[:port][?starttls=auto|required|never][&verify=no]      port 25 unless given
    smtps://[user:password@]host[:port][?verify=no]                                    TLS from the start, port 465

`Line` is aiosmtplib's client for connecting, STARTTLS and login, with a mail's four commands of its own: messages come
with CRLF line endings already, so the regular expressions with which the stock client normalises them (over half of
its time) are skipped; and it tells a connection that ended before the mail was out from one that ended after.
"""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, Self, cast
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

import idna
from aiosmtplib import SMTP, SMTPException, SMTPResponse, SMTPServerDisconnected
from aiosmtplib.protocol import SMTPProtocol

from notifier.verdicts import judge_refusal

_SPEAKABLE = re.compile(r"[^\s<>@\x00-\x1f\x7f]+@[^\s<>@\x00-\x1f\x7f]+")


class Refused(Exception):
    """The server answered a command of this mail with something else than it must."""

    def __init__(self, command: str, reply: SMTPResponse) -> None:
        super().__init__(f"{command}: {reply.message}")
        self.code = reply.code
        self.verdict = judge_refusal(command, reply.code, reply.message)


class Unanswered(Exception):
    """The mail went out in full, and no intelligible answer came."""


class Unspeakable(ValueError):
    """An address that this server, or any, cannot be told."""


@dataclass(frozen=True)
class SmtpServer:
    """Where and how to connect; see the module's first lines."""

    host: str
    port: int
    tls: bool = False
    starttls: Literal["auto", "required", "never"] = "auto"
    verify: bool = True
    user: str | None = None
    password: str | None = None

    @classmethod
    def parse(cls, url: str) -> Self:
        """Read an `SMTP_URL`. ValueError says what is wrong with it, without repeating the password."""
        parts = urlsplit(url)
        options = {name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ValueError("SMTP_URL must look like smtp://host:port or smtps://host:port")
        if unknown := options.keys() - {"starttls", "verify"}:
            raise ValueError(f"SMTP_URL has an unknown option: {', '.join(sorted(unknown))}")
        tls, user = parts.scheme == "smtps", _unquoted(parts.username)
        # A password never travels in the clear by default.
        starttls = options.get("starttls", "required" if user and not tls else "auto")
        if starttls not in ("auto", "required", "never"):
            raise ValueError("SMTP_URL: starttls must be auto, required or never")
        if tls and "starttls" in options:
            raise ValueError("SMTP_URL: smtps:// is TLS from the start and has no starttls")
        verify = options.get("verify", "yes")
        if verify not in ("yes", "no"):
            raise ValueError("SMTP_URL: verify must be yes or no")
        return cls(
            host=parts.hostname,
            port=_port(parts) or (465 if tls else 25),
            tls=tls,
            starttls=cast(Literal["auto", "required", "never"], starttls),
            verify=verify == "yes",
            user=user,
            password=_unquoted(parts.password),
        )

    @cached_property
    def tls_context(self) -> ssl.SSLContext:
        """Made once: reading the system's certificates takes longer than sending many mails."""
        context = ssl.create_default_context()
        if not self.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context


@dataclass(frozen=True)
class Envelope:
    """A mail's two addresses as SMTP says them: the domains in ASCII, the parts before the @ as they are."""

    sender: str
    recipient: str

    @classmethod
    def of(cls, sender: str, recipient: str) -> Self:
        """Unspeakable for what is no address. An empty sender is SMTP's "send no bounces"."""
        return cls(_speakable(sender) if sender else "", _speakable(recipient))

    @property
    def needs_utf8(self) -> bool:
        return not (self.sender.isascii() and self.recipient.isascii())


class Line(SMTP):
    """A connection that carries mails one after the other: `open` once, then `begin` and `finish` for each.

    Only `finish` has a time-out of its own; the caller bounds the rest.
    """

    def __init__(self, server: SmtpServer) -> None:
        super().__init__(
            hostname=server.host,
            port=server.port,
            use_tls=server.tls,
            start_tls=False if server.tls else {"auto": None, "required": True, "never": False}[server.starttls],
            tls_context=server.tls_context if server.tls or server.starttls != "never" else None,
            username=server.user,
            password=server.password,
            local_hostname=socket.gethostname(),  # the library's default asks the resolver
            timeout=None,
        )
        self.mails = 0
        self.used_at = 0.0
        self._begun = False

    async def open(self) -> None:
        """Connect, greet, secure and log in. SMTPException or OSError."""
        await self.connect()
        await self._ehlo_or_helo_if_needed()
        # So that `finish` can tell whether everything has been passed on to the system.
        cast(asyncio.WriteTransport, self.transport).set_write_buffer_limits(high=0)

    @property
    def is_secure(self) -> bool:
        """Whether the open connection is encrypted."""
        return self.transport is not None and self.transport.get_extra_info("ssl_object") is not None

    async def begin(self, envelope: Envelope, *, eight_bit: bool) -> None:
        """Announce a mail: Refused, Unspeakable, or SMTPException where the connection has ended."""
        options = [b"BODY=8BITMIME"] if eight_bit and self.supports_extension("8bitmime") else []
        if envelope.needs_utf8:
            if not self.supports_extension("smtputf8"):
                raise Unspeakable("the address has letters that this server does not take (it offers no SMTPUTF8)")
            options.append(b"SMTPUTF8")
        self.mails += 1
        if self._begun:  # the last mail got no further than this
            await self.rset()
        self._begun = True
        await self._say("MAIL", b"FROM:<%b>" % envelope.sender.encode(), *options)
        await self._say("RCPT", b"TO:<%b>" % envelope.recipient.encode())
        await self._say("DATA", expect=3)

    async def finish(self, message: bytes, seconds: float) -> SMTPResponse:
        """Send the announced mail and return the server's acceptance. Refused, Unanswered, or SMTPException where
        the connection ended (or stood still for `seconds`) before the mail was out."""
        reply = await self._exchange(stuffed(message), seconds)
        self._begun = False
        if reply.code < 200 or 300 <= reply.code < 400:
            raise Unanswered(f"the server answered the mail with {reply.code} {reply.message}")
        if reply.code >= 400:
            raise Refused("DATA", reply)
        return reply

    def drop(self) -> None:
        """Hang up at once. A mere `close` would go on writing what is left of a mail that we call deferred."""
        if self.transport is not None:
            cast(asyncio.WriteTransport, self.transport).abort()
        self.close()

    async def _say(self, command: str, *arguments: bytes, expect: int = 2) -> None:
        reply = await self._open_protocol().execute_command(command.encode(), *arguments)
        if reply.code // 100 != expect:
            raise Refused(command, reply)

    async def _exchange(self, body: bytes, seconds: float) -> SMTPResponse:
        """Write the body and wait for the reply. Until the last byte has left, a lost connection is plain trouble;
        from then on, nobody here can know."""
        protocol = self._open_protocol()
        protocol.write(body)
        if cast(asyncio.WriteTransport, self.transport).get_write_buffer_size() == 0:
            return await _last_reply(protocol, seconds)
        reply = asyncio.create_task(_last_reply(protocol, seconds))
        sent = asyncio.create_task(protocol._drain_helper())
        try:
            done, _ = await asyncio.wait((reply, sent), timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            if any(task.exception() is None for task in done):
                return await reply
            raise SMTPServerDisconnected("the connection ended, or stood still, in the middle of the mail")
        finally:
            for task in (reply, sent):
                task.cancel()
            await asyncio.gather(reply, sent, return_exceptions=True)

    def _open_protocol(self) -> SMTPProtocol:
        if self.protocol is None:
            raise SMTPServerDisconnected("the connection has ended")
        return self.protocol


def stuffed(message: bytes) -> bytes:
    """A message with CRLF line endings as DATA wants it: leading dots doubled, ended by a line with one dot."""
    if b"\r\n." in message:
        message = message.replace(b"\r\n.", b"\r\n..")
    dot = b"." if message.startswith(b".") else b""
    return b"".join((dot, message, b".\r\n" if message.endswith(b"\r\n") else b"\r\n.\r\n"))


async def _last_reply(protocol: SMTPProtocol, seconds: float) -> SMTPResponse:
    try:
        return await protocol.read_response(timeout=seconds)
    except SMTPException as error:
        raise Unanswered(f"the mail was sent, and no answer came: {error}") from error


def _speakable(address: str) -> str:
    if not _SPEAKABLE.fullmatch(address):
        raise Unspeakable(f"{address!r} is not an address that SMTP can carry")
    local, _, domain = address.rpartition("@")
    if domain.isascii():
        return address
    try:
        return f"{local}@{idna.encode(domain, uts46=True).decode()}"
    except idna.IDNAError as error:
        raise Unspeakable(f"{address!r} has no valid domain: {error}") from error


def _port(parts: SplitResult) -> int | None:
    try:
        return parts.port
    except ValueError as error:
        raise ValueError("SMTP_URL: the port must be a number up to 65535") from error


def _unquoted(text: str | None) -> str | None:
    return None if text is None else unquote(text)
