"""The bones of a mail: parses without errors, and screen readers find their way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from notifier.gate.page import Fault, Page, text_of
from notifier.preview import Preview

_ANYWHERE = frozenset(
    {"class", "dir", "lang", "role", "style", "title", "aria-hidden", "aria-label", "aria-roledescription", "xmlns"}
)
_CELL = frozenset({"align", "bgcolor", "colspan", "height", "rowspan", "valign", "width"})
_ATTRIBUTES: dict[str, frozenset[str]] = {
    "a": frozenset({"href", "name", "rel", "target"}),
    "img": frozenset({"align", "alt", "border", "height", "sizes", "src", "srcset", "usemap", "width"}),
    "meta": frozenset({"charset", "content", "http-equiv", "name"}),
    "ol": frozenset({"start", "type"}),
    "style": frozenset({"media", "type"}),
    "table": frozenset({"align", "bgcolor", "border", "cellpadding", "cellspacing", "height", "width"}),
    "td": _CELL,
    "th": _CELL | {"scope"},
    "tr": frozenset({"align", "bgcolor", "valign"}),
}
"""Beside those that stand anywhere, what HTML knows, the old ones that mail programs need included."""


def check(mail: Preview, page: Page) -> Iterator[Fault]:
    for error in page.errors:
        yield Fault("html", error)
    if not page.source.lower().startswith("<!doctype html>"):
        yield Fault("doctype", "the page doesn't begin with <!doctype html>")
    yield from _attributes(page)
    if page.root.get("lang") != mail.language:
        yield Fault("language", f"the page says lang={page.root.get('lang')!r}, and is written in {mail.language}")
    yield from _title(mail, page)
    headings = page.all("h1")
    if len(headings) != 1 or not text_of(headings[0]):
        yield Fault("heading", f"there are {len(headings)} h1 with words in them, not one")
    for table in page.all("table"):
        if table.get("role") != "presentation":
            yield Fault("tables", f"a layout table without role=presentation: {_named(table)}")
    for picture in page.all("img"):
        if not picture.get("alt", "").strip():
            yield Fault("pictures", f"a picture without alternative text: {picture.get('src')}")


def _attributes(page: Page) -> Iterator[Fault]:
    for element in page.root.iter():
        if isinstance(element.tag, str):
            for name in element.attrib:
                if name not in _ANYWHERE and name not in _ATTRIBUTES.get(element.tag, ()):
                    yield Fault("html", f"<{element.tag}> has no attribute {name}")


def _title(mail: Preview, page: Page) -> Iterator[Fault]:
    titles = ["".join(title.itertext()).strip() for title in page.all("title")]
    if len(titles) != 1 or " ".join(titles[0].split()) != " ".join(mail.rendered.subject.split()):
        yield Fault("title", f"the title is {titles}, not the subject")


def _named(element: Any) -> str:
    return f"<{element.tag} class={element.get('class', '')!r}> with {text_of(element)[:40]!r}"
