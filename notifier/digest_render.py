"""What waited -> one letter: a story a request, each told once for all who hear it.

    Digest ─┬─ one event      its kind's own letter: a quiet week's digest reads like a letter, not a table
            └─ several        stories, newest news first, and what they are in all: "3 new requests and 5 updates"

A story remembers how it was rendered, so those that many readers are told of are best made once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from notifier import clean, markers, templates
from notifier.digest_map import DigestMap, digest_map
from notifier.facts import Facts, Line, OrganizationFacts, RequestFacts
from notifier.filling import Encoded, context_of, item_of, mark_of, news_of, speaking
from notifier.render import SharedLetter, render_shared
from notifier.templates import Mould
from notifier.words import Words, words_in

TEXT_SHOWN = 600
"""Characters of a comment; the rest is behind the link."""


@dataclass(frozen=True)
class Story:
    """What happened on one request: `lines` newest first, not empty, all of one language and brand.

    `areas` are those of the reader's areas that it lies in, `last_of` those of them that were deleted, after which this
    is the last that the reader hears. `is_new` says that the oldest line is the report itself.
    """

    lines: tuple[Line, ...]
    areas: tuple[str, ...] = ()
    last_of: tuple[str, ...] = ()
    is_new: bool = False
    told: dict[Any, ToldStory] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def newest(self) -> Facts:
        return self.lines[0].facts


@dataclass(frozen=True)
class Digest:
    """`stories` in the order in which they are shown, not empty; `more` is how many are left for the linked page.

    `new` and `updates` count all of it, shown or not. Of each story, `entries` events are shown. `next_at` is when the
    reader's next digest comes, in their `zone`; None where none will. `outlines` are those of the reader's areas, as
    WKB in degrees; without them there is no map.
    """

    stories: tuple[Story, ...]
    organization: OrganizationFacts
    new: int
    updates: int
    more: int = 0
    entries: int = 8
    next_at: datetime | None = None
    zone: str = "UTC"
    outlines: tuple[bytes, ...] = ()


def render_digest(digest: Digest) -> SharedLetter:
    """The letter to all who are told the same. Readers need the link `all` where something is left out.

    ValueError for no stories.
    """
    if not digest.stories:
        raise ValueError("a digest needs at least one story")
    first = digest.stories[0]
    words = words_in(first.newest.language)
    extra: dict[str, Any] = {}
    if digest.next_at is not None:
        extra["next_digest"] = words.day_and_time(digest.next_at, digest.zone)
    if digest.new + digest.updates == 1:
        extra |= {"last_of": words.names(first.last_of)} if first.last_of else {}
        return render_shared(replace(first.newest, extra={**first.newest.extra, **extra}), apart=True)
    facts = replace(first.newest, kind="digest", organization=digest.organization, text=None, opening=None, extra=extra)
    only = len(digest.stories) == 1 and not digest.more
    headline = _headline(digest, words)
    context = {
        **context_of(facts if only else replace(facts, request=None)),
        "headline": headline,
        "map": (drawn := _map(digest, words)),
        "more": digest.more,
    }
    mould = templates.mould("digest", first.newest.language)
    pages = speaking(context, escaping=True), speaking(context, escaping=False)
    told = [_told(story, digest.entries, mould, *pages) for story in digest.stories]
    pictures = (drawn.picture,) if drawn is not None else ()
    return SharedLetter(mould, {**context, "lines": told, "items": markers.ITEMS}, told, pictures=pictures)


def _map(digest: Digest, words: Words) -> DigestMap | None:
    requests = [story.newest.request for story in digest.stories if story.areas]
    areas = list(dict.fromkeys(area for story in digest.stories for area in story.areas))
    return digest_map(digest.outlines, areas, [each for each in requests if each is not None], words)


def _headline(digest: Digest, words: Words) -> str:
    """`3 new requests and 5 updates in Elm Park`: what, and where if that is one thing to say."""
    new = words.ngettext("%(num)s new request", "%(num)s new requests", digest.new)
    updates = words.ngettext("%(num)s update", "%(num)s updates", digest.updates)
    what = words.names([part for part, count in ((new, digest.new), (updates, digest.updates)) if count])
    areas = list(dict.fromkeys(area for story in digest.stories for area in story.areas))
    outside = any(not story.areas for story in digest.stories) or digest.more
    if 1 <= len(areas) <= 2 and not outside:
        return words.gettext("%(news)s in %(areas)s", news=what, areas=words.names(areas))
    return words.gettext("%(news)s from %(organization)s", news=what, organization=digest.organization.name)


@dataclass(frozen=True)
class Entry:
    """One event of a story. `mark` is a status change's sign, or empty; `text` is what was said, as far as shown."""

    mark: str
    news: str
    moment: str
    text: str
    is_cut: bool


@dataclass(frozen=True)
class ToldStory:
    """A story as the page shows it. `about` is the line below the summary; the others are empty or a sentence."""

    request: RequestFacts | None
    about: str
    entries: tuple[Entry, ...]
    earlier: str
    last_of: str
    html: Encoded = ("", b"")
    plain: Encoded = ("", b"")


def _told(story: Story, entries: int, mould: Mould, rich: Mapping[str, Any], simple: Mapping[str, Any]) -> ToldStory:
    key = entries, rich["brand"]
    found = story.told.get(key)
    if found is None:
        shown = _as_shown(story, entries, words_in(story.newest.language))
        html, plain = item_of(mould, rich, simple, shown)
        found = story.told[key] = replace(shown, html=html, plain=plain)
    return found


def _as_shown(story: Story, entries: int, words: Words) -> ToldStory:
    request = story.newest.request
    about = []
    if request is not None:
        about = [words.status(request.status), request.category, request.address or ""]
    if story.areas:
        about.append(words.gettext("in %(areas)s", areas=words.names(story.areas)))
    earlier, last_of = len(story.lines) - entries, ""
    if story.last_of:
        last_of = words.gettext(
            "%(areas)s: this area was deleted, and this is the last that you hear of it.",
            areas=words.names(story.last_of),
        )
    return ToldStory(
        request,
        clean.line(" · ".join(filter(None, about))),
        tuple(_entry(story, line, words) for line in story.lines[:entries]),
        words.ngettext("and %(num)s earlier update", "and %(num)s earlier updates", earlier) if earlier > 0 else "",
        clean.line(last_of),
    )


def _entry(story: Story, line: Line, words: Words) -> Entry:
    """The report itself is told with what it says."""
    facts = line.facts
    is_report = story.is_new and line is story.lines[-1]
    text = facts.text or (facts.request.description if is_report and facts.request is not None else "")
    return Entry(
        mark_of(facts),
        news_of(facts),
        words.moment(facts.occurred_at, facts.organization.time_zone),
        clean.shorten(text, TEXT_SHOWN),
        len(text) > TEXT_SHOWN,
    )
