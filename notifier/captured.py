"""Mail that never leaves: each message is a file, for `/inbox` and for people who look into folders.

mail/20261124T151233123456-5f03c1-maya@example.org.eml

The names sort by time and never repeat, however fast mail comes. Several processes may write, read and clear at the
same time: a file appears whole, and one that has gone meanwhile was among the oldest.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from urllib.parse import quote, unquote

from casework import clock
from notifier.outcome import Outcome

KEPT = 5000
_SLACK = 500
_STAMP = "%Y%m%dT%H%M%S%f"
_ID = re.compile(r"\d{8}T\d{12}-[0-9a-f]{6}-[^/\\\0]{0,200}")
_ADDRESS_MAX = 200  # of a name's 255 bytes


@dataclass(frozen=True)
class CapturedHeading:
    """One line of a list of mail."""

    id: str
    recipient: str
    at: datetime
    subject: str


class CapturedMail:
    """A transport into a folder. The newest 5,000 mails are kept, and a few more until the next clearing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count: int | None = None

    async def send(self, message: bytes, *, sender: str, recipient: str) -> Outcome:
        """Write the mail, whole or not at all. OSError where the folder can't be written."""
        self._folder.mkdir(parents=True, exist_ok=True)
        address = quote(recipient, safe="@+")[:_ADDRESS_MAX]
        name = f"{clock.now().strftime(_STAMP)}-{secrets.token_hex(3)}-{address}"
        part = self._folder / f".{name}.part"
        part.write_bytes(message)
        part.replace(self._folder / f"{name}.eml")
        self._forget_oldest()
        return Outcome.of("sent", "captured", 250)

    async def close(self) -> None:
        """Nothing is held open."""

    def newest(self, limit: int, *, recipient: str = "") -> list[CapturedHeading]:
        """Headings, newest first, of mails whose recipient contains `recipient`."""
        found: list[CapturedHeading] = []
        for path in reversed(self._files()):
            if len(found) == limit:
                break
            stamp, _, address = path.stem.split("-", 2)
            if recipient.lower() not in unquote(address).lower():
                continue
            raw = self.raw(path.stem)
            if raw is not None:
                at = datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC)
                found.append(CapturedHeading(path.stem, unquote(address), at, str(_parse(raw)["Subject"])))
        return found

    def recipients(self) -> list[str]:
        """Everybody who has mail here."""
        return sorted({unquote(path.stem.split("-", 2)[2]) for path in self._files()})

    def read(self, mail_id: str) -> EmailMessage | None:
        """One mail, or None where there is none of that id."""
        raw = self.raw(mail_id)
        return _parse(raw) if raw is not None else None

    def raw(self, mail_id: str) -> bytes | None:
        """Its source."""
        if not _ID.fullmatch(mail_id):
            return None
        try:
            return (self._folder / f"{mail_id}.eml").read_bytes()
        except FileNotFoundError:
            return None

    def _files(self) -> list[Path]:
        return sorted(path for path in self._folder.glob("*.eml") if _ID.fullmatch(path.stem))

    def _forget_oldest(self) -> None:
        """Listing the folder costs more than writing a mail, so it is done once, and then for many mails at a time."""
        self._count = len(self._files()) if self._count is None else self._count + 1
        if self._count > KEPT + _SLACK:
            for path in self._files()[:-KEPT]:
                path.unlink(missing_ok=True)
            self._count = KEPT


def _parse(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=default)
