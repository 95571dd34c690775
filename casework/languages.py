"""The languages that we speak: those that have a catalogue."""

from __future__ import annotations

from functools import cache
from pathlib import Path

LOCALES = Path(__file__).parent.parent / "locales"


@cache
def languages() -> tuple[str, ...]:
    """By their codes, as in `en`; a new one is a new file."""
    return tuple(sorted(path.parent.parent.name for path in LOCALES.glob("*/LC_MESSAGES/curbcast.po")))
