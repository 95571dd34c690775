"""Quoted-printable (RFC 2045): lines of at most 76 characters that end in CRLF, 7-bit, none beginning with a dot."""

from __future__ import annotations

from binascii import b2a_qp

SOFT_BREAK = b"=\r\n"
"""Ends a line without ending the text's line: between two stretches that are encoded apart."""


def encoded(text: str) -> bytes:
    """`text` has line feeds only. The result may be joined to others with SOFT_BREAK, before or after."""
    lines = b2a_qp(text.encode())
    while b"\n." in lines:
        # So that SMTP has no dots to stuff: `=2E`, and a break, as the line may have no room for two more characters.
        lines = lines.replace(b"\n.", b"\n=2E=\n")
    return first_dot(lines.replace(b"\n", b"\r\n"))


def first_dot(lines: bytes) -> bytes:
    """The same, not beginning with a dot: for encoded text that was cut in the middle of a line."""
    rest = lines.lstrip(b".")
    return b"=2E=\r\n" * (len(lines) - len(rest)) + rest
