"""What all processes of a run share: by how much the clock is off, and how often the mail server misbehaves.

Sixteen bytes in a file that everybody maps, so that a jump of the clock reaches everyone at the same moment.
"""

from __future__ import annotations

import mmap
import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path

from casework import clock


class Weather:
    """`ahead` is how many seconds the clock is off, `faults` the probability of trouble at each SMTP command."""

    def __init__(self, file: Path) -> None:
        if not file.exists():
            file.write_bytes(bytes(16))
        with file.open("r+b") as opened:
            self._bytes = mmap.mmap(opened.fileno(), 16)

    @property
    def ahead(self) -> float:
        return float(struct.unpack_from("d", self._bytes, 0)[0])

    @ahead.setter
    def ahead(self, seconds: float) -> None:
        struct.pack_into("d", self._bytes, 0, seconds)

    @property
    def faults(self) -> float:
        return float(struct.unpack_from("d", self._bytes, 8)[0])

    @faults.setter
    def faults(self, probability: float) -> None:
        struct.pack_into("d", self._bytes, 8, probability)

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.ahead)

    def set_the_clock(self) -> None:
        """From here on this process's clock is this one."""
        clock.now = self.now
