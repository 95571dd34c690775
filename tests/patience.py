"""How long a test waits for what surely comes. Nothing takes that long, but for a machine that is busy elsewhere."""

from __future__ import annotations

PATIENCE = 90.0
"""Seconds."""
