"""The lines of an issue -> its stories, most important first. Pure.

lines ──by request──▶ stories, newest news first ──▶ those with the strongest reasons, then those with the newest news
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from casework.events import RequestSubmitted
from notifier.cases import Case
from notifier.decisions import Decision
from notifier.preferences import Cadence
from notifier.readers import ReaderNow
from notifier.reasons import Reason

DIGESTS = (Cadence.HOURLY, Cadence.DAILY, Cadence.WEEKLY)
"""The cadences that wait for a digest, soonest first."""


class ToldLine(NamedTuple):
    """One notification that an issue tells, as decided just now; `reader` is its reader in the light of this case."""

    notification_id: int
    case: Case
    reader: ReaderNow
    decision: Decision

    @property
    def is_new(self) -> bool:
        """Whether it is the report itself."""
        return isinstance(self.case.event, RequestSubmitted)


def area_ids_of(line: ToldLine) -> list[int]:
    """The reader's areas for which they hear of it."""
    candidates = line.decision.remaining
    return [each.area_id for each in candidates if each.reason is Reason.WATCH_AREA and each.area_id is not None]


@dataclass(frozen=True)
class Story:
    """What happened on one request, newest first, and the areas that it lies in; `last_of` are deleted by now."""

    lines: tuple[ToldLine, ...]
    areas: tuple[str, ...]
    last_of: tuple[str, ...] = ()

    @property
    def strength(self) -> int:
        """How strong the strongest reason is; 0 is the strongest."""
        return min(line.decision.reason.strength for line in self.lines)

    @property
    def newest(self) -> int:
        return self.lines[0].case.event_id


def arrange(lines: Sequence[ToldLine]) -> list[Story]:
    """One story a request; what is about no request is a story by itself."""
    grouped: dict[tuple[int | None, int | None], list[ToldLine]] = defaultdict(list)
    for line in lines:
        request_id = line.case.event.request_id
        grouped[request_id, line.case.event_id if request_id is None else None].append(line)
    stories = [_story(told) for told in grouped.values()]
    return sorted(stories, key=lambda story: (story.strength, -story.newest))


def _story(told: Sequence[ToldLine]) -> Story:
    areas: dict[str, None] = {}
    deleted: dict[str, None] = {}
    for line in told:
        for candidate in line.decision.remaining:
            if candidate.reason is Reason.WATCH_AREA:
                areas.update(dict.fromkeys(candidate.details))
                area = line.reader.areas.get(candidate.area_id) if candidate.area_id is not None else None
                if area is not None and area.is_deleted:
                    deleted.update(dict.fromkeys(candidate.details))
    return Story(tuple(sorted(told, key=lambda line: -line.case.event_id)), tuple(areas), tuple(deleted))


def next_issue_at(lines: Sequence[ToldLine], now: datetime) -> datetime | None:
    """When the reader of these lines may expect their next digest; None where none of them waited for one."""
    hours = lines[0].reader.hours
    cadences = {line.decision.cadence for line in lines} & set(DIGESTS)
    return min((hours.free_from(hours.next_issue(cadence, now)) for cadence in cadences), default=None)
