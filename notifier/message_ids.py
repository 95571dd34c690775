"""What mails are called: `<n42@host>` tells notification 42, `<d7@host>` is digest issue 7."""

from __future__ import annotations

from urllib.parse import urlsplit

from casework.config import Settings

NOTIFICATION, ISSUE = "n", "d"


def host_of(settings: Settings) -> str:
    return urlsplit(settings.public_url).hostname or "localhost"


def mail_name(sort: str, row_id: int) -> str:
    return f"{sort}{row_id}"


def message_id(settings: Settings, sort: str, row_id: int) -> str:
    """The same on every try, so that whoever gets a mail twice can tell."""
    return f"<{mail_name(sort, row_id)}@{host_of(settings)}>"
