"""How tests read mails: html as what it says, whatever its white space and the spelling of its entities."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from lxml.html import HtmlElement, document_fromstring

VOID = frozenset({"br", "hr", "img", "meta"})


class Page(HTMLParser):
    """One page. `parts` are its tags, texts and comments in order; `text` what a reader sees of it."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.mistakes: list[str] = []
        self.feed(source)
        self.close()

    @property
    def text(self) -> str:
        body = self.parts[self.parts.index("</head>") :]
        return " ".join(part for part in body if not part.startswith(("<", "!")))

    def all(self, tag: str) -> list[dict[str, str]]:
        """The attributes of every such tag."""
        return [attributes for name, attributes in self.tags if name == tag]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: re.sub(r"\s+", " ", value or "").strip() for name, value in attrs}
        self.tags.append((tag, attributes))
        self.parts.append(f"<{tag} {sorted(attributes.items())}>")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.mistakes.append(tag)
        self.parts.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if text := " ".join(data.split()):
            self.parts.append(text)

    def handle_comment(self, data: str) -> None:
        self.parts.append(f"!{' '.join(data.split())}")


def outline(source: str) -> str:
    """A page with an element, text or comment a line, indented."""
    return "".join(f"{line}\n" for line in _outlined(document_fromstring(source), 0))


def _outlined(element: HtmlElement, depth: int) -> Iterator[str]:
    indent = " " * depth
    if isinstance(element.tag, str):
        yield f"{indent}{_tag(element)}"
        yield from _texts(element.text, depth + 1)
    else:
        yield f"{indent}<!-- {_line(element.text)} -->"
    for child in element:
        yield from _outlined(child, depth + 1)
        yield from _texts(child.tail, depth + 1)


def content(source: str, within: str) -> str:
    """What the one element of a class holds, without MJML's scaffold around it: an element and its text a line."""
    (root,) = document_fromstring(source).find_class(within)
    return "".join(f"{line}\n" for line in _held(root, 0))


def _held(element: HtmlElement, depth: int) -> Iterator[str]:
    """A cell with a class is a block of the template; other cells, tables and comments are scaffold."""
    if isinstance(element.tag, str) and element.tag not in _SCAFFOLD and (element.tag != "td" or element.get("class")):
        yield f"{' ' * depth}{_tag(element).replace(_RESET, '')} {_line(element.text)}".rstrip()
        depth += 1
    for child in element:
        yield from _held(child, depth)
        yield from _texts(child.tail, depth)


_SCAFFOLD = frozenset({"table", "tbody", "tr"})
_RESET = "border-collapse:collapse; mso-table-lspace:0; mso-table-rspace:0; "


def _tag(element: HtmlElement) -> str:
    attributes = "".join(f' {name}="{_line(value)}"' for name, value in element.attrib.items())
    return f"<{element.tag}{attributes}>"


def _texts(text: str | None, depth: int) -> Iterator[str]:
    for line in (text or "").splitlines():
        if said := _line(line):
            yield f"{' ' * depth}{said}"


def _line(text: str | None) -> str:
    return " ".join((text or "").split())
