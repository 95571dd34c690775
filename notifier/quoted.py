"""Quoted-printable (RFC 2045): lines of at most 76 characters that end in CRLF, 7-bit, none beginning with a dot."""

from __future__ import annotations

from binascii import b2a_qp

SOFT_BREAK = b"=\r\n"
"""Ends a line without ending the text's line: between two stretches that are encoded apart."""


def encoded(text: str) -> bytes:
    """`text` has line feeds only. The result may be joined to others with SOFT_BREAK, before or after."""
    lines = b2a_qp(text.encode())
    if lines.startswith(b"."):
        lines = b"=2E=\n" + lines[1:]
    while b"\n." in lines:
        # So that SMTP has no dots to stuff: `=2E`, and a break, as the line may have no room for two more characters.
        lines = lines.replace(b"\n.", b"\n=2E=\n")
    return lines.replace(b"\n", b"\r\n")
