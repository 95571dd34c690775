"""Facts and a reader -> subject, html and text.

    render(facts, reader)      one mail, for previews and tests
    render_shared(facts)       once per event, kind, language and brand; `compose` then puts in each reader
    render_bundle(lines)       several events told as one mail

All three take the same way: a letter with markers for the reader's values, filled once for each shape of reader.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from jinja2 import TemplateError
from markupsafe import escape

from notifier import clean, markers, plain, quoted, templates
from notifier.brand import brand_of
from notifier.facts import Facts, Line, OrganizationFacts, Reader, Rendered, RequestFacts
from notifier.templates import Mould
from notifier.words import Words, words_in

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


def render_shared(facts: Facts) -> SharedLetter:
    """The letter to all who are told of `facts`."""
    return SharedLetter(templates.mould(facts.kind), _context(facts))


def render_bundle(lines: Sequence[Line]) -> SharedLetter:
    """Several events as one mail: "Rosa Delgado closed 12 requests", then a line for each, in the order given.

    All lines are in one language and brand. A comment that all lines share is told once. ValueError for no lines.
    """
    if not lines:
        raise ValueError("a bundle needs at least one line")
    facts = [line.facts for line in lines]
    told = [_told(each) for each in facts]
    texts = {each.text for each in facts}
    shared = facts[0].text if len(texts) == 1 else None
    context = {
        **_context(facts[0]),
        "kind": "digest",
        "request": None,
        "text": shared,
        "lines": told,
        "title": _title(facts),
        "mixed": len({(each.kind, each.actor) for each in facts}) > 1,
    }
    return SharedLetter(templates.mould("digest"), context, several=True)


@dataclass(frozen=True)
class Stretches:
    """A rendering cut at its markers: between[0], value slots[0], between[1], …"""

    between: tuple[str, ...]
    slots: tuple[int, ...]

    def filled(self, values: Sequence[str]) -> str:
        """The whole, with each marker's value in its place."""
        parts = [self.between[0]]
        for slot, following in zip(self.slots, self.between[1:], strict=True):
            parts += (values[slot], following)
        return "".join(parts)

    @cached_property
    def encoded(self) -> tuple[bytes, ...]:
        """The stretches in quoted-printable, ready for encoded values to stand between them."""
        return tuple(map(quoted.encoded, self.between))

    def filled_bytes(self, values: Sequence[bytes]) -> bytes:
        """As `filled`, of encoded values. Each value begins and ends a line of its own, undone by soft breaks."""
        parts = [self.encoded[0]]
        for slot, following in zip(self.slots, self.encoded[1:], strict=True):
            parts += (values[slot], following)
        return quoted.SOFT_BREAK.join(parts)


@dataclass(frozen=True)
class Shape:
    """One letter as all readers of one shape get it."""

    html: Stretches
    text: Stretches


class SharedLetter:
    """A letter to many: rendered once for each shape of reader, with markers where the reader's values go.

    `subject` (at most 78 characters) and `preheader` are one line each and the same for everybody; so is `news`, what
    happened in one sentence.
    """

    def __init__(self, mould: Mould, context: Mapping[str, Any], *, several: bool = False) -> None:
        self._mould = mould
        self._several = several
        self._shapes: dict[Hashable, Shape] = {}
        self._context = dict(context)
        self.news = _line(mould, "digest_line", self._context)
        self.subject = _subject(mould, self._context)
        self.preheader = _preheader(self.news, self._context)
        self._context |= {"news": self.news, "subject": self.subject, "preheader": self.preheader}

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
        words = words_in(self._context["language"], escaping=escaping)
        organization, request = self._context["organization"], self._context["request"]
        return {
            **self._context,
            **_speaking(words, organization),
            "reader": reader,
            "why": words.why(reader.reasons, reader.reason_details, organization.name, several=self._several),
            "request_url": reader.links.get("request") or (request.url if request is not None else None),
        }

    def _shaped(self, reader: Reader) -> Shape:
        marked = markers.marked(reader)
        rich = self.context(marked, escaping=True)
        try:
            html = self._mould.html.render(rich)
            text = plain.tidy(self._mould.text.render(self.context(marked, escaping=False)))
        except TemplateError as error:
            raise templates.where_it_fails(self._mould.file, rich, error) from error
        return Shape(Stretches(*markers.split(html)), Stretches(*markers.split(text)))


def _context(facts: Facts) -> dict[str, Any]:
    words = words_in(facts.language)
    return {
        "kind": facts.kind,
        "language": words.language,
        "product": facts.product,
        "organization": facts.organization,
        "brand": brand_of(facts.organization.color),
        "request": facts.request,
        "actor": facts.actor,
        "occurred_at": facts.occurred_at,
        "text": facts.text,
        "extra": facts.extra,
        **_speaking(words, facts.organization),
    }


def _speaking(words: Words, organization: OrganizationFacts) -> dict[str, Any]:
    return {
        "_": words.gettext,
        "ngettext": words.ngettext,
        "status_name": words.status,
        "moment": partial(words.moment, zone=organization.time_zone),
    }


def _told(facts: Facts) -> dict[str, Any]:
    """One line of a bundle."""
    context = _context(facts)
    return {**context, "news": _line(templates.mould(facts.kind), "digest_line", context)}


def _title(facts: Sequence[Facts]) -> str:
    """What the lines have in common: the kind's own `bundle` where one actor did one thing, else their number."""
    first, count = facts[0], len(facts)
    mould = templates.mould(first.kind)
    if count > 1 and len({(each.kind, each.actor) for each in facts}) == 1 and "bundle" in mould.lines:
        return _line(mould, "bundle", {**_context(first), "count": count})
    words = words_in(first.language)
    name = first.organization.name
    return words.ngettext(
        "%(num)s update from %(organization)s", "%(num)s updates from %(organization)s", count, organization=name
    )


def _line(mould: Mould, block: str, context: Mapping[str, Any]) -> str:
    try:
        return clean.line(mould.lines[block].render(context).strip())
    except TemplateError as error:
        raise templates.where_it_fails(mould.file, context, error) from error


def _subject(mould: Mould, context: Mapping[str, Any]) -> str:
    """The summary gives way, not the news and the number."""
    request = context["request"]
    summary = request.summary if request is not None else ""
    subject = _line(mould, "subject", {**context, "summary": summary})
    excess = len(subject) - SUBJECT_WIDTH
    if 0 < excess < len(summary):
        subject = _line(mould, "subject", {**context, "summary": clean.shorten(summary, len(summary) - excess)})
    return clean.shorten(subject, SUBJECT_WIDTH)


def _preheader(news: str, context: Mapping[str, Any]) -> str:
    """What a mailbox shows beside the subject: the news, and how the comment begins."""
    request = context["request"]
    if text := context["text"]:
        news = f"{news}: {_start(text)}"
    elif request is not None:
        news = f"{news} – {_start(request.description or request.summary)}"
    elif lines := context.get("lines"):
        news = ", ".join(f"#{line['request'].number} {line['request'].summary}" for line in lines[:5])
    return clean.shorten(news, PREHEADER_WIDTH)


def _start(text: str) -> str:
    return " ".join(text[: PREHEADER_WIDTH * 4].split())
