"""Facts and a reader -> subject, html and text.

    render(facts, reader)      one mail, for previews and tests
    render_shared(facts)       once per event, kind, language and brand; `compose` then puts in each reader
    render_bundle(lines)       several events told as one mail

All three take the same way: a letter with markers for the reader's values, filled once for each shape of reader.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import escape

from notifier import clean, markers, plain, templates
from notifier.facts import Facts, Line, OrganizationFacts, Reader, Rendered, RequestFacts
from notifier.filling import Encoded, Item, context_of, filled, item_of, joined, line_of, news_of, paragraphs, speaking
from notifier.pictures import Picture
from notifier.stretches import Stretches
from notifier.templates import Mould
from notifier.words import words_in

__all__ = [
    "Facts",
    "Line",
    "OrganizationFacts",
    "Reader",
    "Rendered",
    "RequestFacts",
    "SharedLetter",
    "render",
    "render_bundle",
    "render_shared",
]

SUBJECT_WIDTH = 78
PREHEADER_WIDTH = 140
_SHAPES_KEPT = 32


def render(facts: Facts, reader: Reader) -> Rendered:
    """One reader's mail. TemplateProblem where the facts lack what the kind's template names."""
    return render_shared(facts).filled(reader)


def render_shared(facts: Facts, *, apart: bool = False) -> SharedLetter:
    """The letter to all who are told of `facts`.

    All mails about one request have one subject, so that mail programs show them as one conversation. One that is to
    stay `apart` from it, because it is a digest, has the news in front.
    """
    return SharedLetter(templates.mould(facts.kind, facts.language), context_of(facts), apart=apart)


def render_bundle(lines: Sequence[Line]) -> SharedLetter:
    """Several events as one mail: "Rosa Delgado closed 12 requests", then a line for each, in the order given.

    All lines are in one language and brand. A comment that all lines share is told once. ValueError for no lines.
    """
    if not lines:
        raise ValueError("a bundle needs at least one line")
    first = lines[0].facts
    mould = templates.mould("bundle", first.language)
    shared = first.text if len(lines) > 1 and len({line.facts.text for line in lines}) == 1 else None
    mixed = len({(line.facts.kind, line.facts.actor) for line in lines}) > 1
    context = {
        **context_of(first),
        "kind": "bundle",
        "request": None,
        "text": shared,
        "mixed": mixed,
        "extra": {},
        "opening": None,
    }
    pages = speaking(context, escaping=True), speaking(context, escaping=False)
    told = [_told(line, mould, *pages) for line in lines]
    context |= {"lines": told, "items": markers.ITEMS, "title": _title(lines, mixed)}
    return SharedLetter(mould, context, told)


@dataclass(frozen=True)
class Shape:
    """One letter as all readers of one shape get it."""

    html: Stretches
    text: Stretches


class SharedLetter:
    """A letter to many: rendered once for each shape of reader, with markers where the reader's values go.

    `subject` (at most 78 characters) and `preheader` are one line each and the same for everybody; so is `news`, what
    happened in one sentence. `pictures` come with it, the organization's logo among them.
    """

    def __init__(
        self,
        mould: Mould,
        context: dict[str, Any],
        lines: Sequence[Item] | None = None,
        *,
        apart: bool = False,
        pictures: tuple[Picture, ...] = (),
    ) -> None:
        logo = context["organization"].logo
        self.pictures = (logo, *pictures) if logo is not None else pictures
        self._mould = mould
        self._lines = lines
        self._shapes: dict[Hashable, Shape] = {}
        self.news = line_of(mould, "digest_line", context)
        self.subject = _subject(mould, context, f"{self.news}: " if apart and context["request"] is not None else "")
        self.preheader = _preheader(self.news, context)
        self._context = {**context, "news": self.news, "subject": self.subject, "preheader": self.preheader}

    def shape(self, reader: Reader) -> Shape:
        """The letter for this reader's shape. Few differ; the latest are kept."""
        key = markers.shape_of(reader)
        found = self._shapes.get(key)
        if found is None:
            if len(self._shapes) >= _SHAPES_KEPT:
                del self._shapes[next(iter(self._shapes))]
            found = self._shapes[key] = self._shaped(reader)
        return found

    def filled(self, reader: Reader) -> Rendered:
        """The finished mail of one reader."""
        shape, values = self.shape(reader), markers.values_of(reader)
        html = shape.html.filled([str(escape(value)) for value in values])
        return Rendered(self.subject, html, shape.text.filled(values), self.preheader)

    def context(self, reader: Reader | markers.MarkedReader, *, escaping: bool) -> dict[str, Any]:
        """What the templates see."""
        organization, request = self._context["organization"], self._context["request"]
        words = words_in(self._context["language"], escaping=escaping)
        why = words.why(
            _said(reader.reasons, self._context),
            reader.reason_details,
            organization.name,
            several=self._lines is not None,
        )
        request_url = reader.links.get("request") or (request.url if request is not None else None)
        own = {"reader": reader, "why": why, "request_url": request_url, **self._photos(reader.links)}
        return {**speaking(self._context, escaping), **own}

    def _photos(self, links: Mapping[str, str]) -> dict[str, tuple[str, str] | None]:
        """What photos to show, each by where it is and where a small one is: everybody's, or the reader's own."""
        request, said = self._context["request"], self._context["text_photo"]
        url = request.photo_url if request is not None else None
        everybodys = (url, request.photo_small_url or url) if url else None
        return {
            "request_photo": (links["photo"], links["photo_small"]) if "photo" in links else everybodys,
            "text_photo": (links["text_photo"], links["text_photo_small"]) if "text_photo" in links else said,
        }

    def _shaped(self, reader: Reader) -> Shape:
        marked = markers.marked(reader)
        rich, simple = self.context(marked, escaping=True), self.context(marked, escaping=False)
        html = filled(self._mould.html, rich, self._mould.file)
        text = _tidied(filled(self._mould.text, simple, self._mould.file))
        known = self._mould.html.known
        if self._lines is None:
            return Shape(Stretches(html, known), Stretches(text, {}))
        items = joined([line.html for line in self._lines]), joined([line.plain for line in self._lines])
        return Shape(Stretches(html, known, items[0]), Stretches(text, {}, items[1]))


@dataclass(frozen=True)
class Told:
    """One line of a bundle: what templates see of it, and how a page shows it."""

    request: RequestFacts | None
    news: str
    text: str | None
    html: Encoded = ("", b"")
    plain: Encoded = ("", b"")


def _told(line: Line, mould: Mould, rich: Mapping[str, Any], simple: Mapping[str, Any]) -> Told:
    """A line as the page shows it: without its news or its comment where the page tells them for all."""
    key = (mould.file, rich["mixed"], rich["text"] is None)
    found: Told | None = line.told.get(key)
    if found is None:
        found = Told(line.facts.request, news_of(line.facts), line.facts.text)
        html, plain_text = item_of(mould, rich, simple, found)
        found = replace(found, html=html, plain=plain_text)
        line.told[key] = found
    return found


def _tidied(chunks: list[str]) -> list[str]:
    """The chunks of a text part with one empty line between paragraphs. The items are so already."""
    if markers.ITEMS not in chunks:
        return [plain.tidy("".join(chunks)) + "\n"]
    place = chunks.index(markers.ITEMS)
    return [paragraphs(chunks[:place]), markers.ITEMS, paragraphs(chunks[place + 1 :])[:-1]]


def _title(lines: Sequence[Line], mixed: bool) -> str:
    """What the lines have in common: the kind's own `bundle` where one actor did one thing, else their number."""
    first, count = lines[0].facts, len(lines)
    mould = templates.mould(first.kind, first.language)
    if count > 1 and not mixed and "bundle" in mould.lines:
        return line_of(mould, "bundle", {**context_of(first), "count": count})
    return words_in(first.language).ngettext(
        "%(num)s update from %(organization)s",
        "%(num)s updates from %(organization)s",
        count,
        organization=first.organization.name,
    )


def _subject(mould: Mould, context: dict[str, Any], head: str) -> str:
    """The summary gives way, not the news and the number."""
    thing = context["extra"].get("work_order") or context["request"]
    summary = thing.summary if thing is not None else ""
    subject = head + line_of(mould, "subject", {**context, "summary": summary})
    excess = len(subject) - SUBJECT_WIDTH
    if 0 < excess < len(summary):
        shortened = clean.shorten(summary, len(summary) - excess)
        subject = head + line_of(mould, "subject", {**context, "summary": shortened})
    return clean.shorten(subject, SUBJECT_WIDTH)


def _said(reasons: tuple[str, ...], context: Mapping[str, Any]) -> tuple[str, ...]:
    """Which sentence says each reason: the assignee of a work order need not be that of its request."""
    if "work_order" not in context["extra"]:
        return reasons
    return tuple("worker" if reason == "assignee" else reason for reason in reasons)


def _preheader(news: str, context: Mapping[str, Any]) -> str:
    """What a mailbox shows beside the subject: the news, and how the comment begins."""
    request = context["request"]
    if text := context["text"]:
        news = f"{news}: {_start(text)}"
    elif request is not None:
        news = f"{news} – {_start(request.description or request.summary)}"
    elif lines := context.get("lines"):
        news = ", ".join(f"#{line.request.number} {line.request.summary}" for line in lines[:5] if line.request)
    return clean.shorten(news, PREHEADER_WIDTH)


def _start(text: str) -> str:
    return " ".join(text[: PREHEADER_WIDTH * 4].split())
