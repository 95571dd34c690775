"""An issue's lines -> one mail of at most 100 kB.

Desk ── one batch's: what several readers are told (a line, a story, a whole letter) is put into words once
write ─▶ arrange ─▶ letter ─▶ compose ─▶ too large? the less important stories go to the linked page
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from casework import clock
from digests import compose as stories
from digests.compose import ToldLine
from digests.issues import Issue
from notifier.compose import compose
from notifier.digest_render import Digest, Story, render_digest
from notifier.envelope import Envelope
from notifier.facts import Line, OrganizationFacts, Reader, Rendered
from notifier.letters import Letters, sight_of
from notifier.message_ids import ISSUE, host_of, mail_name, message_id
from notifier.preferences import DIGEST, DIGESTED
from notifier.readers import ReaderNow
from notifier.render import SharedLetter

LARGEST = 100_000
"""Bytes of a mail. Gmail clips at about 102 kB."""

STORIES_SHOWN, ENTRIES_SHOWN = 50, 8


@dataclass(frozen=True)
class Written:
    """A digest as its reader gets it."""

    letter: SharedLetter
    reader: Reader
    message: bytes
    delivery: str

    @property
    def rendered(self) -> Rendered:
        return self.letter.filled(self.reader)


@dataclass
class Desk:
    """Where one batch of issues is written."""

    letters: Letters
    outlines: Mapping[int, bytes] = field(default_factory=dict)
    _lines: dict[Hashable, Line] = field(default_factory=dict, init=False)
    _stories: dict[Hashable, Story] = field(default_factory=dict, init=False)
    _written: dict[Hashable, SharedLetter] = field(default_factory=dict, init=False)

    def write(self, issue: Issue, lines: Sequence[ToldLine]) -> Written:
        """The mail that tells these lines, of which there is at least one, as far as they fit."""
        arranged = stories.arrange(lines)
        next_at = stories.next_issue_at(lines, clock.now())
        shown, entries = min(len(arranged), STORIES_SHOWN), ENTRIES_SHOWN
        while True:
            letter = self._letter(arranged, shown, entries, next_at)
            reader = self._reader(issue, lines)
            envelope = self._envelope(issue, lines, reader)
            message = compose(letter, reader, envelope)
            excess = len(message) / LARGEST
            if excess <= 1 or (shown == 1 and entries == 1):
                return Written(letter, reader, message, envelope.delivery)
            if shown > 1:
                shown = max(1, min(shown - 1, int(shown / excess)))
            else:
                entries //= 2

    def _letter(
        self, arranged: Sequence[stories.Story], shown: int, entries: int, next_at: datetime | None
    ) -> SharedLetter:
        keys = tuple(self._key(story) for story in arranged)
        reader = arranged[0].lines[0].reader
        areas = self._areas(arranged)
        key = (keys, shown, entries, next_at, reader.hours.zone, areas)
        found = self._written.get(key)
        if found is None:
            told = [line for story in arranged for line in story.lines]
            new = sum(line.is_new for line in told)
            found = self._written[key] = render_digest(
                Digest(
                    tuple(self._story(story, key) for story, key in zip(arranged[:shown], keys, strict=False)),
                    self._organization(told),
                    new=new,
                    updates=len(told) - new,
                    more=len(arranged) - shown,
                    entries=entries,
                    next_at=next_at,
                    zone=reader.hours.zone,
                    outlines=tuple(self.outlines[area] for area in areas),
                )
            )
        return found

    def _areas(self, arranged: Sequence[stories.Story]) -> tuple[int, ...]:
        """What the map shows the outlines of; nothing for who wants no map."""
        if not self.outlines or not arranged[0].lines[0].reader.wants_map:
            return ()
        lines = [line for story in arranged for line in story.lines]
        found = dict.fromkeys(area for line in lines for area in stories.area_ids_of(line))
        return tuple(area for area in found if area in self.outlines)

    def _key(self, story: stories.Story) -> Hashable:
        """Equal for stories that read the same."""
        return tuple(self._line_key(line) for line in story.lines), story.areas, story.last_of

    def _line_key(self, line: ToldLine) -> Hashable:
        return line.case.event_id, line.decision.kind.key, _language(line.reader), sight_of(line.reader)

    def _story(self, story: stories.Story, key: Hashable) -> Story:
        found = self._stories.get(key)
        if found is None:
            lines = tuple(self._line(line) for line in story.lines)
            found = self._stories[key] = Story(lines, story.areas, story.last_of, is_new=story.lines[-1].is_new)
        return found

    def _line(self, line: ToldLine) -> Line:
        key = self._line_key(line)
        found = self._lines.get(key)
        if found is None:
            facts = self.letters.facts_of(line.case, line.decision.kind, _language(line.reader), sight_of(line.reader))
            found = self._lines[key] = Line(facts)
        return found

    def _organization(self, told: Sequence[ToldLine]) -> OrganizationFacts:
        """The organization that all of it comes from, or the product where there are several."""
        if len({line.case.event.organization_id for line in told}) == 1:
            return self._line(told[0]).facts.organization
        return OrganizationFacts(name=self.letters.settings.product_name, time_zone="UTC")

    def _reader(self, issue: Issue, lines: Sequence[ToldLine]) -> Reader:
        first = lines[0]
        candidates = sorted(
            (each for line in lines for each in line.decision.remaining), key=lambda each: each.reason.strength
        )
        links, reference = self.letters.links, self.letters.reference(first.reader)
        muted = self.letters.mutable(first.reader, candidates, first.case) if len(lines) == 1 else None
        # What waited for a vacation or a burst to end has a kind to stop; all else is the digest's.
        stopped = {DIGEST if line.decision.cadence in DIGESTED else line.decision.kind.key for line in lines}
        down = {
            "mute": links.mute(reference, muted) if muted is not None else None,
            "preferences": links.preferences(reference),
            "stop_digest" if stopped == {DIGEST} else "unsubscribe": links.unsubscribe(reference, *sorted(stopped)),
            "all": links.digest(issue.id) if len(lines) > 1 else None,
        }
        return self.letters.addressee(first.reader, candidates, {name: url for name, url in down.items() if url})

    def _envelope(self, issue: Issue, lines: Sequence[ToldLine], reader: Reader) -> Envelope:
        """A digest is in no thread: it has a message id and refers to nothing."""
        settings, organization = self.letters.settings, self._organization(lines)
        host = host_of(settings)
        return Envelope(
            from_name=organization.sender,
            from_address=settings.mail_from,
            to_address=str(lines[0].reader.address),
            to_name=reader.name,
            reply_to=organization.reply_to,
            message_id=message_id(settings, ISSUE, issue.id),
            references=(),
            list_id=f"digest.{host}",
            unsubscribe_url=reader.links.get("stop_digest") or reader.links.get("unsubscribe"),
            kind="digest",
            reasons=reader.reasons,
            event_id=f"issue-{issue.id}",
            delivery=self.letters.delivery_of(mail_name(ISSUE, issue.id), lines[0].reader),
            date=issue.created_at,
        )


def _language(reader: ReaderNow) -> str:
    return reader.person.language if reader.person is not None else "en"
