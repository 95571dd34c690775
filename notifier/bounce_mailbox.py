"""The mailbox in which delivery reports arrive, emptied once a minute.

    imaps://user:password@host[:port][/folder]     or imap:// with STARTTLS; the folder is INBOX unless said otherwise
    maildir:///var/mail/bounces                    a Maildir on this machine

What is about a mail of ours is taken in and removed. Everything else stays, marked as seen, for a person to look at.
A message is only marked once its commit is through, so one that is read and lost is read again.
"""

from __future__ import annotations

import asyncio
import imaplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

import structlog

from casework.config import Settings, is_loopback
from notifier.receipts import take_in
from notifier.reports import READ_AT_MOST

AT_ONCE = 50
_TIMEOUT_SECONDS = 30

log = structlog.get_logger(__name__)


class Box(Protocol):
    """A mailbox that is open. Blocking: used from a thread."""

    def unseen(self) -> list[str]:
        """Names of the oldest messages that nobody has looked at, a batch of them."""

    def read(self, name: str) -> bytes:
        """A message, as much of it as a report needs."""

    def finish(self, name: str, *, keep: bool) -> None:
        """Remove a message, or keep it as seen."""


async def fetch_reports(settings: Settings) -> int:
    """Take in what is in the mailbox of the settings; returns how many reports were about mails of ours.

    OSError or imaplib.IMAP4.error where the mailbox can't be reached. Without a mailbox, there is nothing to do.
    """
    if settings.bounce_mailbox is None:
        return 0
    opened = _opened(settings.bounce_mailbox)
    box = await asyncio.to_thread(opened.__enter__)
    taken = 0
    try:
        while names := await asyncio.to_thread(box.unseen):
            for name in names:
                proven = await take_in(settings, await asyncio.to_thread(box.read, name))
                await asyncio.to_thread(box.finish, name, keep=proven is None)
                taken += proven is not None
    finally:
        await asyncio.to_thread(opened.__exit__, None, None, None)
    return taken


@contextmanager
def _opened(url: str) -> Iterator[Box]:
    parts = urlsplit(url)
    if parts.scheme == "maildir":
        yield _Maildir(Path(unquote(parts.path)))
        return
    host, context = parts.hostname or "localhost", ssl.create_default_context()
    if parts.scheme == "imaps":
        client: imaplib.IMAP4 = imaplib.IMAP4_SSL(
            host, parts.port or 993, ssl_context=context, timeout=_TIMEOUT_SECONDS
        )
    else:
        client = imaplib.IMAP4(host, parts.port or 143, timeout=_TIMEOUT_SECONDS)
    try:
        # A password travels in the clear to this machine alone.
        if parts.scheme == "imap" and not is_loopback(host):
            client.starttls(context)
        client.login(unquote(parts.username or ""), unquote(parts.password or ""))
        box = _Imap(client, unquote(parts.path.strip("/")) or "INBOX")
        yield box
        box.expunge()
    finally:
        client.logout()


class _Maildir:
    """What is in `new` is unseen; `cur` is where mail programs look for the rest."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def unseen(self) -> list[str]:
        return sorted(path.name for path in (self._folder / "new").iterdir())[:AT_ONCE]

    def read(self, name: str) -> bytes:
        with (self._folder / "new" / name).open("rb") as file:
            return file.read(READ_AT_MOST)

    def finish(self, name: str, *, keep: bool) -> None:
        message = self._folder / "new" / name
        if keep:
            message.rename(self._folder / "cur" / f"{name}:2,S")
        else:
            message.unlink()


class _Imap:
    def __init__(self, client: imaplib.IMAP4, folder: str) -> None:
        self._client = client
        _checked(client.select(f'"{folder}"'), f"open {folder}")

    def unseen(self) -> list[str]:
        (found,) = _checked(self._client.uid("SEARCH", "UNSEEN", "UNDELETED"), "search")
        return [name.decode() for name in (found or b"").split()][:AT_ONCE]

    def read(self, name: str) -> bytes:
        answer = _checked(self._client.uid("FETCH", name, f"(BODY.PEEK[]<0.{READ_AT_MOST}>)"), "fetch")
        return next((bytes(each[1]) for each in answer if isinstance(each, tuple)), b"")

    def finish(self, name: str, *, keep: bool) -> None:
        flags = r"(\Seen)" if keep else r"(\Seen \Deleted)"
        _checked(self._client.uid("STORE", name, "+FLAGS.SILENT", flags), "mark")

    def expunge(self) -> None:
        _checked(self._client.expunge(), "expunge")


def _checked(answer: tuple[str, Any], what: str) -> list[Any]:
    """The data of an answer that must be OK."""
    said, data = answer
    if said != "OK":
        raise imaplib.IMAP4.error(f"the mailbox would not {what}: {data!r}")
    return list(data)
