"""A mail's HTML, read as strictly as browsers' own rules allow, for the checks to look at."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import html5lib
from lxml import etree

# For Outlook's own elements in conditional comments. An XML tree can't hold them as attributes.
_NAMESPACES = re.compile(r' xmlns:\w+="[^"]*"')
_SILENT = frozenset({"head", "style", "script", "title"})


@dataclass(frozen=True)
class Fault:
    """What is wrong: `rule` says which check found it."""

    rule: str
    message: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.message}"


@dataclass(frozen=True)
class Page:
    """`root` is the `html` element, `errors` what the parser had to forgive, by line."""

    source: str
    root: Any
    errors: tuple[str, ...]

    @classmethod
    def read(cls, source: str) -> Page:
        parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("lxml"), namespaceHTMLElements=False)
        tree = parser.parse(_NAMESPACES.sub("", source))
        errors = tuple(f"line {place[0]}: {code} {told or ''}".strip() for place, code, told in parser.errors)
        return cls(source, tree.getroot(), errors)

    def all(self, *tags: str) -> list[Any]:
        return list(self.root.iter(*tags))

    @property
    def styles(self) -> list[str]:
        """What stands in style elements, each with the `media` of its element around it."""
        sheets = []
        for element in self.all("style"):
            media = element.get("media")
            sheets.append(f"@media {media} {{{element.text}}}" if media else str(element.text))
        return sheets


def is_shown(element: Any) -> bool:
    """Whether anybody sees what is inside: not the head, nor the preheader's hidden field."""
    while element is not None:
        if element.tag in _SILENT or "display:none" in style_of(element).replace(" ", ""):
            return False
        element = element.getparent()
    return True


def style_of(element: Any) -> str:
    return str(element.get("style", "")) if isinstance(element.tag, str) else ""


def classes(element: Any) -> list[str]:
    return str(element.get("class", "")).split()


def shown(page: Page) -> Iterator[tuple[Any, str]]:
    """Each stretch of visible text with the element that it stands in; of a picture, its alternative text."""
    body = page.root.find("body")
    yield from _shown(body) if body is not None else ()


def _shown(element: Any) -> Iterator[tuple[Any, str]]:
    if element.tag in _SILENT or "display:none" in style_of(element).replace(" ", ""):
        return
    if element.tag == "img" and element.get("alt", "").strip():
        yield element, element.get("alt")
    if element.text and element.text.strip():
        yield element, element.text
    for child in element:
        if isinstance(child.tag, str):
            yield from _shown(child)
        if child.tail and child.tail.strip():
            yield element, child.tail


def text_of(element: Any) -> str:
    """What a link or a heading says, pictures' alternative texts included, on one line."""
    return " ".join(" ".join(text for _, text in _shown(element)).split())


def is_comment(node: Any) -> bool:
    return node.tag is etree.Comment
