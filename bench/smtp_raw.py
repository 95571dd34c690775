"""The yardstick of mail: prebuilt bytes, fed to a server by the stock SMTP client over a few connections kept open."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from aiosmtplib import SMTP

SENDER = "bench@curbcast.example"


async def feed_stock(port: int, messages: Sequence[bytes], connections: int) -> float:
    """Send all messages; seconds from the first command to the last 250."""
    waiting = iter(messages)

    async def feed(line: SMTP) -> None:
        for message in waiting:  # one iterator for all lines: whoever is free takes the next
            await line.sendmail(SENDER, ["reader@curbcast.example"], message)

    lines = [SMTP(hostname="127.0.0.1", port=port, use_tls=False, start_tls=False) for _ in range(connections)]
    for line in lines:
        await line.connect()
    begun = time.perf_counter()
    await asyncio.gather(*(feed(line) for line in lines))
    seconds = time.perf_counter() - begun
    for line in lines:
        await line.quit()
    return seconds
