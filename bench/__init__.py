"""Benchmarks: each measures ours beside something else, in turn, in the same run. Tests never assert seconds."""

from __future__ import annotations

import json
from typing import Any

from rich.console import Console
from rich.table import Table


def report(name: str, *, ours: float, beside: float, goal: float, unit: str, note: str = "") -> dict[str, Any]:
    """Print a small table and the line that machines read. The ratio is ours by theirs, of rates: more is better."""
    ratio = ours / beside
    table = Table("", unit, title=f"{name}: {note}" if note else name)
    table.add_row("ours", f"{ours:,.0f}")
    table.add_row("beside", f"{beside:,.0f}")
    table.add_row("ratio", f"{ratio:.2f} (goal {goal:g})")
    Console().print(table)
    found = {
        "bench": name,
        "ours": round(ours, 2),
        "beside": round(beside, 2),
        "ratio": round(ratio, 3),
        "goal": goal,
        "met": ratio >= goal,
    }
    print(json.dumps(found))
    return found
