"""Imported text, made fit for ours. Whoever typed it isn't there to correct it, so it is mended and not refused:
control characters become spaces, and what is too long for one line keeps its whole text in the description.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from casework.errors import Invalid

# C0 without tab and line feed, C1, and halves of surrogate pairs.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_NAMED = ("title", "name", "image_full", "url")
_AMERICAN_TIMES = ("%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %I:%M %p", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M", "%m/%d/%Y")


def text_of(value: object, field: str) -> str:
    """Text of any lines. Numbers are written out; of an object its title, name or address counts."""
    if isinstance(value, dict):
        value = next((value[name] for name in _NAMED if value.get(name)), None)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Invalid(f"{field} is not text.", field=field)
    lines = str(value).replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", _CONTROL.sub(" ", lines)).strip()


def line_of(value: object, field: str) -> str:
    """The same on one line."""
    return " ".join(text_of(value, field).split())


def shortened(line: str, longest: int) -> str:
    """The line, or its beginning and an ellipsis, cut between two words where there is a gap near the end."""
    if len(line) <= longest:
        return line
    head = line[: longest - 1]
    words, gap, _ = head.rpartition(" ")
    return (words if gap and len(words) > longest * 3 // 4 else head).rstrip(" ,;:.") + "…"


def number_of(value: object, field: str) -> float | None:
    if value is None:
        return None
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        try:
            return float(value)
        except (ValueError, OverflowError):
            pass
    raise Invalid(f"{field} is not a number: {str(value)[:50]!r}.", field=field)


def moment_of(value: object, field: str, zone: ZoneInfo) -> datetime | None:
    """A moment in UTC, from ISO 8601 or as American exports write it. Without an offset it is the town's time."""
    if value is None:
        return None
    written = value.strip() if isinstance(value, str) else ""
    for form in (None, *_AMERICAN_TIMES):
        try:
            found = datetime.fromisoformat(written) if form is None else datetime.strptime(written, form)  # noqa: DTZ007
            return (found if found.tzinfo is not None else found.replace(tzinfo=zone)).astimezone(UTC)
        except (ValueError, OverflowError):
            continue
    raise Invalid(f"{field} is not a time: {str(value)[:50]!r}; write it as 2026-12-04T17:00:00-05:00.", field=field)
