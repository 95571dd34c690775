"""Quoted-printable (RFC 2045): lines of at most 76 characters that end in CRLF, 7-bit, none beginning with a dot."""

from __future__ import annotations

import re
from binascii import b2a_qp

SOFT_BREAK = b"=\r\n"
"""Ends a line without ending the text's line: between two stretches that are encoded apart."""

_LEADING_DOTS = re.compile(rb"^\.+", re.MULTILINE)


def encoded(text: str) -> bytes:
    """`text` has line feeds only. The result may be joined to others with SOFT_BREAK, before or after."""
    lines = b2a_qp(text.encode())
    if b"\n." in lines or lines.startswith(b"."):
        # So that SMTP has no dots to stuff: `=2E`, and a break, as the line may have no room for two more characters.
        lines = _LEADING_DOTS.sub(lambda dots: b"=2E=\n" * len(dots[0]), lines)
    return lines.replace(b"\n", b"\r\n")
