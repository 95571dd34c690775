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


def outline(source: str, within: str | None = None) -> str:
    """An element, text or comment a line, indented; of the page, or of the one element of a class."""
    root = document_fromstring(source)
    if within is not None:
        (root,) = root.find_class(within)
    return "".join(f"{line}\n" for line in _outlined(root, 0))


def _outlined(element: HtmlElement, depth: int) -> Iterator[str]:
    indent = " " * depth
    if isinstance(element.tag, str):
        attributes = "".join(f' {name}="{" ".join(value.split())}"' for name, value in element.attrib.items())
        yield f"{indent}<{element.tag}{attributes}>"
    else:
        yield f"{indent}<!-- {' '.join((element.text or '').split())} -->"
    if isinstance(element.tag, str) and element.text:
        yield from _texts(element.text, depth + 1)
    for child in element:
        yield from _outlined(child, depth + 1)
        yield from _texts(child.tail or "", depth + 1)


def _texts(text: str, depth: int) -> Iterator[str]:
    for line in text.splitlines():
        if said := " ".join(line.split()):
            yield f"{' ' * depth}{said}"
