"""A name server on loopback, which the resolver of this process asks while the block lasts.

    async with naming({"curbcast._domainkey.springfield.example": "v=DKIM1; …"}):

A name that it does not know does not exist.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import dns.asyncresolver
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset


class _Answering(asyncio.DatagramProtocol):
    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        question = dns.message.from_wire(data)
        (asked,) = question.question
        answer = dns.message.make_response(question)
        text = self._texts.get(asked.name.to_text(omit_final_dot=True))
        if text is None:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        else:  # a text of a record has at most 255 characters, so long ones are several
            pieces = " ".join(f'"{text[start : start + 255]}"' for start in range(0, len(text), 255))
            answer.answer.append(dns.rrset.from_text(asked.name, 60, "IN", dns.rdatatype.TXT, pieces))
        self._transport.sendto(answer.to_wire(), addr)


@asynccontextmanager
async def naming(texts: Mapping[str, str]) -> AsyncIterator[None]:
    serving, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: _Answering(texts), local_addr=("127.0.0.1", 0)
    )
    before = dns.asyncresolver.default_resolver
    asked = dns.asyncresolver.Resolver(configure=False)
    asked.nameservers, asked.port = ["127.0.0.1"], serving.get_extra_info("sockname")[1]
    dns.asyncresolver.default_resolver = asked  # type: ignore[assignment]
    try:
        yield
    finally:
        dns.asyncresolver.default_resolver = before
        serving.close()
