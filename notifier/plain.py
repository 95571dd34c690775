"""A compiled mail's HTML -> the template of its text part, so that both are made of the same facts by construction.

Reads the HTML once, when a template is compiled. Blocks become paragraphs (with the class `line`, lines), list items
get a dash, a link becomes `label: address`, a picture its alternative text. What carries the class `html-only` (a
logo, say) is left out. Comments that hold a statement stay where they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser

from notifier.mjml_tags import VOID_TAGS

_SKIPPED = frozenset({"head", "style", "script", "title"})
_BLOCKS = frozenset(
    {"body", "blockquote", "div", "h1", "h2", "h3", "li", "ol", "p", "table", "tbody", "td", "th", "tr", "ul"}
)
_SPACE = re.compile(r"[ \t\r\n]+")
_GAP = re.compile(r"\s*\n\s*")


def text_source(compiled: str, is_statement: Callable[[str], bool]) -> str:
    """The text template of a compiled page whose statements are comments that `is_statement` knows."""
    reading = _Reading(is_statement)
    reading.feed(compiled)
    reading.close()
    return _GAP.sub(lambda gap: "\n" * min(gap[0].count("\n"), 2), "".join(reading.said))


def tidy(filled: str) -> str:
    """A filled text template, or a part of one: no empty lines at either end, at most one between paragraphs."""
    text = "\n".join([line.strip(" \t") for line in filled.strip().split("\n")])
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    return text


class _Reading(HTMLParser):
    def __init__(self, is_statement: Callable[[str], bool]) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self._is_statement = is_statement
        self._endings: list[str] = []  # what the end of each open element says
        self._silent = 0  # how many of the open elements are within one that is left out

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        classes = values.get("class", "").split()
        if tag not in VOID_TAGS:
            hidden = tag in _SKIPPED or "html-only" in classes or "display:none" in values.get("style", "")
            self._silent += bool(self._silent or hidden)
        if self._silent:
            self._endings += [""] if tag not in VOID_TAGS else []
            return
        before = after = "\n\n" if tag in _BLOCKS else ""
        if tag == "br" or "line" in classes:
            before, after = ("\n\n" if "gap" in classes else "\n"), ""
        self.said.append(before + ("- " if tag == "li" else "") + values.get("alt", ""))
        if tag not in VOID_TAGS:
            self._endings.append(f": {values['href']}" if "href" in values else after)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID_TAGS:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        ending = self._endings.pop()
        if self._silent:
            self._silent -= 1
        else:
            self.said.append(ending)

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.said.append(_SPACE.sub(" ", data))

    def handle_comment(self, data: str) -> None:
        if self._is_statement(data):
            self.said.append(f"<!--{data}-->")
