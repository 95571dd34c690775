"""Header lines, folded and 7-bit. Whatever a value holds, it stays one header.

Words are encoded (RFC 2047) by the standard library; addresses, ids and URLs can't be encoded, so they are refused
where they could end a line or a bracket.
"""

from __future__ import annotations

import re
from datetime import datetime
from email.header import Header
from email.utils import format_datetime
from functools import lru_cache

from notifier import clean

NAME_WIDTH = 120
_LINE_WIDTH = 76
_ADDRESS = re.compile(
    r"[!#-'*+\-./0-9=?A-Z^_`a-z{|}~]+@[A-Za-z0-9.\-]+|[!#-'*+\-./0-9=?A-Z^_`a-z{|}~]+@\[[0-9A-Fa-f:.]+\]"
)
_ID = re.compile(r"<[!-;=?-~]{1,240}>")
_WEB_ADDRESS = re.compile(r"https?://[!#-;=?-~]{1,900}")
_TOKEN = re.compile(r"[A-Za-z0-9._:\-]{1,200}")
_PLAIN_NAME = re.compile(r"[ !#-'*+\-/-9=?A-Z^_`a-z{|}~]+")


@lru_cache(maxsize=1024)
def words(name: str, value: str) -> bytes:
    """A header of free text, such as the subject: `name: value` and CRLF."""
    text = clean.line(value)
    told = _folded(f"{name}: {text}", len(name) + 2) if _is_ascii_text(text) else f"{name}: {_encoded(name, text)}"
    return f"{told}\r\n".encode("ascii")


@lru_cache(maxsize=4096)
def mailbox(name: str, display_name: str | None, address: str) -> bytes:
    """A header that holds one mailbox. ValueError for an address that can't stand there."""
    if not _ADDRESS.fullmatch(address) or len(address) > 320:
        raise ValueError(f"{name} can't hold the address {address!r}")
    shown = clean.shorten(clean.line(display_name), NAME_WIDTH) if display_name else ""
    if not shown:
        return f"{name}: {address}\r\n".encode("ascii")
    if _is_ascii_text(shown):
        escaped = shown if _PLAIN_NAME.fullmatch(shown) else '"' + re.sub(r'(["\\])', r"\\\1", shown) + '"'
    else:
        escaped = _encoded(name, shown)
    last_line = f"{name}: {escaped}".rsplit("\n", 1)[-1]
    gap = "\r\n " if len(last_line) + len(address) > 74 else " "
    return f"{name}: {escaped}{gap}<{address}>\r\n".encode("ascii")


@lru_cache(maxsize=1024)
def date(when: datetime) -> bytes:
    """ValueError for a naive datetime."""
    if when.tzinfo is None:
        raise ValueError("a mail's date needs a time zone")
    return f"Date: {format_datetime(when)}\r\n".encode("ascii")


def message_id(value: str) -> str:
    """The id, or ValueError where it isn't `<left@right>` in printable ASCII."""
    if not _ID.fullmatch(value):
        raise ValueError(f"not a message id: {value!r}")
    return value


def web_address(value: str) -> str:
    """The URL, or ValueError where it isn't one that can stand between angle brackets."""
    if not _WEB_ADDRESS.fullmatch(value):
        raise ValueError(f"not a web address for a header: {value!r}")
    return value


def token(value: str) -> str:
    """A key or an id, or ValueError where it is anything else."""
    if not _TOKEN.fullmatch(value):
        raise ValueError(f"not a plain word: {value!r}")
    return value


def _is_ascii_text(value: str) -> bool:
    """Whether it may stand as it is: `=?` would be taken for an encoded word."""
    return value.isascii() and "=?" not in value


def _folded(line: str, start: int) -> str:
    """Folded at spaces where it can be, the first time not before `start`. Unfolding gives the line back."""
    folded = ""
    while len(line) > _LINE_WIDTH and (cut := line.rfind(" ", start, _LINE_WIDTH)) > 0:
        folded, line, start = f"{folded}{line[:cut]}\r\n", line[cut:], 1
    return folded + line


def _encoded(name: str, value: str) -> str:
    return Header(value, "utf-8", maxlinelen=_LINE_WIDTH, header_name=name).encode(linesep="\r\n")
