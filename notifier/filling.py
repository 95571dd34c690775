"""Filling compiled templates: what they see, and the small pieces that letters are put together from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Protocol

from jinja2 import TemplateError

from notifier import clean, plain, quoted, templates
from notifier.brand import brand_of
from notifier.facts import Facts
from notifier.stretches import Stretches
from notifier.templates import Mould, Page
from notifier.words import words_in

Encoded = tuple[str, bytes]
"""A finished piece of a mail, and the same in quoted-printable."""


class Item(Protocol):
    """What a page repeats, finished: of the html, of the text."""

    @property
    def html(self) -> Encoded: ...

    @property
    def plain(self) -> Encoded: ...


def joined(pieces: Sequence[Encoded]) -> Encoded:
    """Finished pieces, one after the other."""
    return "".join([text for text, _ in pieces]), quoted.SOFT_BREAK.join([encoded for _, encoded in pieces])


def context_of(facts: Facts) -> dict[str, Any]:
    """What a kind's templates see of an event, but for its reader."""
    return speaking(
        {
            "kind": facts.kind,
            "language": words_in(facts.language).language,
            "product": facts.product,
            "organization": facts.organization,
            "brand": brand_of(facts.organization.color),
            "request": facts.request,
            "actor": facts.actor,
            "occurred_at": facts.occurred_at,
            "text": facts.text,
            "text_photo": facts.text_photo,
            "opening": facts.opening,
            "extra": facts.extra,
        },
        escaping=False,
    )


def speaking(context: Mapping[str, Any], escaping: bool) -> dict[str, Any]:
    """The context with the functions that speak its language, for HTML or for plain text."""
    words = words_in(context["language"], escaping=escaping)
    return {
        **context,
        "_": words.gettext,
        "ngettext": words.ngettext,
        "status_name": words.status,
        "moment": partial(words.moment, zone=context["organization"].time_zone),
        "deadline": partial(words.day_and_time, zone=context["organization"].time_zone),
    }


def news_of(facts: Facts) -> str:
    """What happened, in one sentence."""
    return line_of(templates.mould(facts.kind, facts.language), "digest_line", context_of(facts))


def mark_of(facts: Facts) -> str:
    """The sign of what happened, by which a status change is told from a comment; empty where a kind has none."""
    mould = templates.mould(facts.kind, facts.language)
    return line_of(mould, "mark", context_of(facts)) if "mark" in mould.lines else ""


def item_of(mould: Mould, rich: Mapping[str, Any], simple: Mapping[str, Any], line: object) -> tuple[Encoded, Encoded]:
    """What a page repeats, for one of its lines: of the html, of the text. The contexts speak as `speaking` says."""
    if mould.item is None or mould.item_text is None:
        raise ValueError(f"{mould.file} repeats nothing for its lines")
    chunks = filled(mould.item, {**rich, "line": line}, mould.file)
    html = "".join(chunks), Stretches(chunks, mould.item.known).encoded()
    text = paragraphs(filled(mould.item_text, {**simple, "line": line}, mould.file))
    return html, (text, quoted.encoded(text))


def line_of(mould: Mould, block: str, context: dict[str, Any]) -> str:
    """One of a kind's small blocks (`subject`, `digest_line`, `bundle`) as one line."""
    return clean.line("".join(filled(mould.lines[block], context, mould.file, block)).strip())


def paragraphs(run: Sequence[str]) -> str:
    """Chunks of a text part, tidied, with an empty line after them if there is anything."""
    text = plain.tidy("".join(run))
    return f"{text}\n\n" if text else ""


def filled(page: Page, context: dict[str, Any], file: str, block: str = "body") -> list[str]:
    """The page's chunks, filled. TemplateProblem where the context lacks what the template names."""
    try:
        return page.chunks(context)
    except TemplateError as error:
        raise templates.where_it_fails(file, block, context, error) from error
