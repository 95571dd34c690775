"""Pictures that come with a mail (RFC 2392): its page names each by `cid:`, and no program has to fetch anything."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from email.message import Message
from functools import cached_property

LARGEST = 20_000
"""Bytes: each comes with every mail."""


@dataclass(frozen=True)
class Picture:
    """A PNG; `cid` is unique within a mail, as in `map-1f2e@curbcast`."""

    cid: str
    data: bytes

    @property
    def address(self) -> str:
        """An address that holds the whole picture, for pages that show a mail."""
        return f"data:image/png;base64,{b64encode(self.data).decode()}"

    @cached_property
    def part(self) -> bytes:
        """The whole body part, encoded once for all who get it."""
        encoded = b64encode(self.data)
        lines = b"\r\n".join(encoded[start : start + 76] for start in range(0, len(encoded), 76))
        return (
            b"Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n"
            b'Content-Disposition: inline; filename="%s.png"\r\nContent-ID: <%s>\r\n\r\n%s\r\n'
            % (self.cid.partition("-")[0].encode("ascii"), self.cid.encode("ascii"), lines)
        )


def with_pictures(page: str, message: Message) -> str:
    """A mail's page as browsers can show it: the pictures that come with it stand in it."""
    for part in message.walk():
        data = part.get_payload(decode=True)
        if part.get_content_type() == "image/png" and isinstance(data, bytes):
            picture = Picture(str(part["Content-ID"]).strip("<>"), data)
            page = page.replace(f"cid:{picture.cid}", picture.address)
    return page
