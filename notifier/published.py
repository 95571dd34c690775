"""What the world is told of our mail, by the domain name system."""

from __future__ import annotations

import dns.asyncresolver
import dns.rdatatype
from dns.rdtypes.ANY.TXT import TXT
from dns.resolver import NXDOMAIN, NoAnswer


async def texts_at(name: str) -> list[str]:
    """The TXT records at a name; none where there is no such name. DNSException where nobody can say."""
    try:
        found = await dns.asyncresolver.resolve(name, dns.rdatatype.TXT)
    except (NXDOMAIN, NoAnswer):
        return []
    return [b"".join(each.strings).decode("utf-8", "replace") for each in found if isinstance(each, TXT)]
