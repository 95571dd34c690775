"""What is true now of people and the watch areas for which they hear of something."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from casework.areas import AreaFollow, WatchArea
from notifier.preferences import AreaChoice, Choice

NO_CHOICE = Choice(None)


@dataclass(frozen=True)
class AreaNow:
    """One area in the eyes of one person. `following_since` is the event that began their present follow."""

    name: str
    is_owner: bool
    is_deleted: bool
    wants_comments: bool
    following_since: int | None = None
    choice: Choice = NO_CHOICE


async def read_areas(person_ids: Iterable[int], area_ids: Iterable[int]) -> dict[int, dict[int, AreaNow]]:
    """By person id and area id, in three statements; nothing is asked where no area is concerned."""
    people, wanted = sorted(set(person_ids)), sorted(set(area_ids))
    if not people or not wanted:
        return {}
    areas = await WatchArea.filter(id__in=wanted).only("id", "name", "owner_id", "deleted_event", "with_comments")
    follows = {
        (row.person_id, row.area_id): row.since_event
        for row in await AreaFollow.filter(person_id__in=people, area_id__in=wanted, until_event__isnull=True)
    }
    choices = {
        (row.person_id, row.area_id): row for row in await AreaChoice.filter(person_id__in=people, area_id__in=wanted)
    }
    found: dict[int, dict[int, AreaNow]] = defaultdict(dict)
    for person in people:
        for area in areas:
            row = choices.get((person, area.id))
            found[person][area.id] = AreaNow(
                area.name,
                is_owner=area.owner_id == person,
                is_deleted=area.deleted_event is not None,
                wants_comments=area.with_comments if row is None or row.comments is None else row.comments,
                following_since=follows.get((person, area.id)),
                choice=Choice(row.cadence, row.off_until) if row is not None else NO_CHOICE,
            )
    return found


def area_ids_in(reasons: Iterable[Mapping[str, Any]]) -> set[int]:
    """The areas that a notification's reasons name."""
    return {reason["area"] for reason in reasons if "area" in reason}
