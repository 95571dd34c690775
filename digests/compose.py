"""The lines of an issue -> what it says, most important first. Pure.

lines ──by request──▶ stories (newest news first) ──cut──▶ what fits, and how many more there are
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from notifier.cases import Case
from notifier.decisions import Decision
from notifier.reasons import Reason

STORIES_SHOWN = 50


@dataclass(frozen=True)
class ToldLine:
    """One notification that an issue tells, as decided just now."""

    notification_id: int
    case: Case
    decision: Decision


@dataclass(frozen=True)
class Story:
    """What happened on one request, newest first, and the areas that it lies in."""

    request_id: int
    lines: tuple[ToldLine, ...]
    areas: tuple[str, ...]

    @property
    def strength(self) -> int:
        """How strong the strongest reason is; 0 is the strongest."""
        return min(line.decision.reason.strength for line in self.lines)

    @property
    def newest(self) -> int:
        return self.lines[0].case.event_id


@dataclass(frozen=True)
class Contents:
    """`more` is how many further requests the linked page lists."""

    stories: tuple[Story, ...]
    more: int

    @property
    def lines(self) -> list[ToldLine]:
        return [line for story in self.stories for line in story.lines]


def arrange(lines: Sequence[ToldLine], *, shown: int = STORIES_SHOWN) -> Contents:
    """One story a request: those with the strongest reasons first, then those with the newest news."""
    by_request: dict[int, list[ToldLine]] = defaultdict(list)
    for line in lines:
        by_request[line.case.event.request_id or 0].append(line)
    stories = [_story(request_id, told) for request_id, told in by_request.items()]
    stories.sort(key=lambda story: (story.strength, -story.newest))
    return Contents(tuple(stories[:shown]), max(len(stories) - shown, 0))


def _story(request_id: int, told: Sequence[ToldLine]) -> Story:
    areas = {
        name: None
        for line in told
        for candidate in line.decision.remaining
        if candidate.reason is Reason.WATCH_AREA
        for name in candidate.details
    }
    newest_first = tuple(sorted(told, key=lambda line: -line.case.event_id))
    return Story(request_id, newest_first, tuple(areas))
