"""Text that people typed: made canonical, or refused with the field's name. Nothing is silently cut."""

from __future__ import annotations

import unicodedata
from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email

from casework.errors import Invalid, TooLong

LINE_MAX = 200
_LARGEST_NUMBER = 2**31 - 1
TEXT_MAX = 10_000
_LINE_BREAKS = frozenset("\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029")


def line(value: str, field: str, *, longest: int = LINE_MAX, required: bool = True) -> str:
    """One line, such as a name or a summary: no line break, no control character (either could forge a header)."""
    if any(char in _LINE_BREAKS for char in value):
        raise Invalid("%(field)s must be a single line.", field=field)
    return text(value, field, longest=longest, required=required)


def text(value: str, field: str, *, longest: int = TEXT_MAX, required: bool = True) -> str:
    """Any number of lines, NFC, line feeds only, outer white space gone."""
    clean = unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n")).strip()
    for char in clean:
        if char not in "\n\t" and unicodedata.category(char) in ("Cc", "Cs"):
            raise Invalid(
                "%(field)s holds the control character %(char)s; remove it.", field=field, char=f"U+{ord(char):04X}"
            )
    if required and not clean:
        raise Invalid("%(field)s must not be empty.", field=field)
    if len(clean) > longest:
        raise TooLong(
            "%(field)s has %(many)s characters; at most %(allowed)s are allowed.",
            field=field,
            many=len(clean),
            allowed=longest,
        )
    return clean


def address(value: str, field: str) -> str:
    """An e-mail address, normalized: lower case, the domain in ASCII. Whether it exists is for a mail to find out."""
    try:
        found = validate_email(value.strip(), check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError as error:
        raise Invalid("%(field)s is not an e-mail address such as maya@example.org.", field=field) from error
    return f"{found.local_part}@{found.ascii_domain}".lower()


def web_address(value: str, field: str) -> str:
    """An https or http URL of at most 2,000 characters."""
    url = line(value, field, longest=2000)
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or any(c in url for c in " <>\"'"):
        raise Invalid("%(field)s must be a web address that starts with https://.", field=field)
    return url


def coordinates(latitude: float | None, longitude: float | None) -> tuple[float, float] | None:
    """WGS 84 degrees. Both or neither; NaN and infinities are out of range."""
    if latitude is None and longitude is None:
        return None
    if latitude is None or longitude is None:
        missing = "latitude" if latitude is None else "longitude"
        raise Invalid("latitude and longitude go together.", field=missing)
    if not -90 <= latitude <= 90:
        raise Invalid("latitude must be between -90 and 90 degrees.", field="latitude")
    if not -180 <= longitude <= 180:
        raise Invalid("longitude must be between -180 and 180 degrees.", field="longitude")
    return latitude, longitude


def whole_number(value: str) -> int | None:
    """The number that ASCII digits spell, where a column can hold it; None for anything else."""
    if not (value.isascii() and value.isdigit()):
        return None
    found = int(value.lstrip("0")[:11] or "0")  # int() itself refuses thousands of digits
    return found if found <= _LARGEST_NUMBER else None
