"""Mail that never leaves: each message is a file, for `/inbox` and for people who look into folders.

mail/20261124T151233123456-maya@example.org.eml
"""

from __future__ import annotations

import re
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
_STAMP = "%Y%m%dT%H%M%S%f"
_ID = re.compile(r"\d{8}T\d{12}-[^/\\]{1,500}")


@dataclass(frozen=True)
class CapturedHeading:
    """One line of a list of mail."""

    id: str
    recipient: str
    at: datetime
    subject: str


class CapturedMail:
    """A transport into a folder. The newest 5,000 mails are kept."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count: int | None = None

    async def send(self, message: bytes, *, sender: str, recipient: str) -> Outcome:
        """Write the mail, whole or not at all. OSError where the folder can't be written."""
        self._folder.mkdir(parents=True, exist_ok=True)
        name = f"{clock.now().strftime(_STAMP)}-{quote(recipient, safe='@+')}"
        part = self._folder / f".{name}.part"
        part.write_bytes(message)
        part.replace(self._folder / f"{name}.eml")
        self._forget_oldest()
        return Outcome.of("sent", "captured", 250)

    async def close(self) -> None:
        """Nothing is held open."""

    def newest(self, limit: int, *, recipient: str = "") -> list[CapturedHeading]:
        """Headings, newest first, of mails whose recipient contains `recipient`."""
        found = []
        for path in reversed(self._files()):
            stamp, _, address = path.stem.partition("-")
            if recipient.lower() not in unquote(address).lower():
                continue
            message = _parse(path.read_bytes())
            at = datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC)
            found.append(CapturedHeading(path.stem, unquote(address), at, str(message["Subject"])))
            if len(found) == limit:
                break
        return found

    def recipients(self) -> list[str]:
        """Everybody who has mail here."""
        return sorted({unquote(path.stem.partition("-")[2]) for path in self._files()})

    def read(self, mail_id: str) -> EmailMessage | None:
        """One mail, or None where there is none of that id."""
        raw = self.raw(mail_id)
        return _parse(raw) if raw is not None else None

    def raw(self, mail_id: str) -> bytes | None:
        """Its source."""
        path = self._folder / f"{mail_id}.eml"
        return path.read_bytes() if _ID.fullmatch(mail_id) and path.is_file() else None

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob("*.eml"))

    def _forget_oldest(self) -> None:
        """Counting files for each mail would cost more than writing it, so the folder is counted once."""
        self._count = len(self._files()) if self._count is None else self._count + 1
        if self._count > KEPT:
            for path in self._files()[:-KEPT]:
                path.unlink(missing_ok=True)
            self._count = KEPT


def _parse(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=default)
