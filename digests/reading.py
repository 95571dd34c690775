"""All that one digest told, for the page that its mail links to: what no mail has room for is told there (rule 9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from casework.config import Settings
from casework.people import Person
from casework.signing import read_token
from digests.asking import ask_again, line_rows
from digests.compose import Story, ToldLine, arrange
from digests.issues import Issue
from notifier.facts import OrganizationFacts, RequestFacts
from notifier.filling import news_of
from notifier.letters import Letters, language_of, sight_of
from notifier.links import DIGEST
from notifier.notifications import Notification, State
from notifier.reasons import Skip
from notifier.recipients import from_key

_STILL_SEEN = frozenset(
    {None, Skip.MUTED, Skip.PREFERENCE_OFF, Skip.AREA_OFF, Skip.COMMENTS_OFF, Skip.SWITCHED_OFF, Skip.SUPPRESSED}
    | {Skip.NOT_FOLLOWING, Skip.AREA_DELETED, Skip.NO_LONGER_TRUE}
)
"""What speaks against another mail, and not against showing what was told already."""


@dataclass(frozen=True)
class ReadEvent:
    news: str
    at: datetime
    text: str | None


@dataclass(frozen=True)
class ReadStory:
    """What happened on one request, newest first; `request` is None for what is about none."""

    request: RequestFacts | None
    organization: OrganizationFacts
    areas: tuple[str, ...]
    events: tuple[ReadEvent, ...]


@dataclass(frozen=True)
class ReadIssue:
    created_at: datetime
    language: str
    stories: tuple[ReadStory, ...]


async def read_issue(settings: Settings, token: str) -> ReadIssue | None:
    """The digest behind a link as far as its reader may still see it; None where we made no such link, or its reader's
    account is closed."""
    named = read_token(settings.secrets, DIGEST, token)
    issue = await Issue.get_or_none(id=int(named)) if named is not None else None
    if issue is None or not await _has_reader(issue):
        return None
    rows = await Notification.filter(line__issue_id=issue.id).exclude(state=State.SKIPPED).order_by("id")
    lines, letters = await ask_again(line_rows(rows), settings)
    seen = [line for line in lines if line.decision.skip in _STILL_SEEN]
    language = language_of(seen[0].case, seen[0].reader) if seen else "en"
    return ReadIssue(issue.created_at, language, tuple(_read(story, letters, language) for story in arrange(seen)))


async def _has_reader(issue: Issue) -> bool:
    """A closed account reads nothing any more."""
    person_id = from_key(issue.recipient).person_id
    return person_id is None or await Person.exists(id=person_id, closed_at__isnull=True)


def _read(story: Story, letters: Letters, language: str) -> ReadStory:
    told: Sequence[ToldLine] = story.lines
    facts = [letters.facts_of(line.case, line.decision.kind, language, sight_of(line.reader)) for line in told]
    return ReadStory(
        facts[0].request,
        facts[0].organization,
        story.areas,
        tuple(ReadEvent(news_of(each), each.occurred_at, each.text) for each in facts),
    )
