"""What is held about a person's digests, for that person alone."""

from __future__ import annotations

from typing import Any

from casework.exporting import columns
from casework.people import Person
from digests.issues import Issue


async def digests_about(person: Person) -> dict[str, Any]:
    """JSON types by noun."""
    issues = Issue.filter(person_id=person.id).order_by("id")
    shown = ("cadence", "window_start", "state", "told", "dropped", "created_at", "settled_at")
    return {"digests": columns(await issues, shown)}
