"""The yardstick of mail: prebuilt bytes, fed to a server over a few connections kept open.

ours      `PooledSmtp`, the transport of production
beside    the stock SMTP client, which is also what `bench/fanout.py` is measured against
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Any

import uvloop
from aiosmtplib import SMTP

from bench import report, servers
from notifier.pooled_smtp import PooledSmtp
from notifier.preview import preview
from notifier.smtp import SmtpServer

SENDER = "bench@curbcast.example"
READER = "reader@curbcast.example"
CONNECTIONS = 8
ROUNDS = 3
GOAL = 2.0


async def feed_stock(port: int, messages: Sequence[bytes], connections: int) -> float:
    """Send all messages; seconds from the first command to the last 250."""
    waiting = iter(messages)

    async def feed(line: SMTP) -> None:
        for message in waiting:  # one iterator for all lines: whoever is free takes the next
            await line.sendmail(SENDER, [READER], message)

    lines = [SMTP(hostname="127.0.0.1", port=port, use_tls=False, start_tls=False) for _ in range(connections)]
    for line in lines:
        await line.connect()
    begun = time.perf_counter()
    await asyncio.gather(*(feed(line) for line in lines))
    seconds = time.perf_counter() - begun
    for line in lines:
        await line.quit()
    return seconds


async def feed_pooled(port: int, messages: Sequence[bytes], connections: int) -> float:
    """The same through our transport; its connections are opened before the clock runs, too."""
    server = SmtpServer.parse(f"smtp://127.0.0.1:{port}?starttls=never")
    pool = PooledSmtp(server, connections=connections, mails_per_connection=len(messages) + 1)
    waiting = iter(messages)

    async def feed() -> None:
        for message in waiting:
            outcome = await pool.send(message, sender=SENDER, recipient=READER)
            if outcome.state != "sent":
                raise RuntimeError(f"the sink would not take a mail: {outcome}")

    await asyncio.gather(*(pool.send(messages[0], sender=SENDER, recipient=READER) for _ in range(connections)))
    begun = time.perf_counter()
    await asyncio.gather(*(feed() for _ in range(connections)))
    seconds = time.perf_counter() - begun
    await pool.close()
    return seconds


async def measure(mails: int) -> tuple[float, float]:
    """Seconds of ours and of the stock client, in turn, each the best of a few rounds."""
    messages = [preview("request_closed", "en").eml] * mails
    ours, beside = [], []
    with servers.smtp_sink() as sink:
        for _ in range(ROUNDS):
            beside.append(await feed_stock(sink.port, messages, CONNECTIONS))
            ours.append(await feed_pooled(sink.port, messages, CONNECTIONS))
    return min(ours), min(beside)


def main(mails: int = 5_000) -> dict[str, Any]:
    ours, beside = uvloop.run(measure(mails))
    return report(
        "smtp_raw",
        ours=mails / ours,
        beside=mails / beside,
        goal=GOAL,
        unit="mails/s",
        note=f"{mails:,} prebuilt mails, {CONNECTIONS} connections",
    )


if __name__ == "__main__":
    main()
