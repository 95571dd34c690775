"""Misspelt MJML is let through in silence by the compiler, so tags and attributes are checked here."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from html.parser import HTMLParser

from notifier.assembly import Piece, TemplateProblem, read
from notifier.mjml_tags import HTML_TAGS, MJML_TAGS, VOID_TAGS


def check(file: str) -> None:
    """Raises the first problem of a template file."""
    for problem in problems(file):
        raise problem


def problems(file: str) -> list[TemplateProblem]:
    """Everything that is wrong with a template file's tags, by line."""
    parts = read(file)
    reading = _Reading(file)
    reading.feed("".join(_blanked(parts)))
    reading.close()
    return sorted([*_statements_in_tags(parts, file), *reading.finish()], key=lambda problem: problem.line)


def _blanked(parts: list[Piece]) -> Iterator[str]:
    """The same lines without Jinja: comments and statements gone, expressions as a word."""
    line = 1
    for piece in parts:
        if piece.line > line:  # the lines of a dropped comment
            yield "\n" * (piece.line - line)
        yield piece.raw if piece.sort == "data" else "x" + "\n" * piece.raw.count("\n")
        line = max(line, piece.line) + piece.raw.count("\n")


def _statements_in_tags(parts: list[Piece], file: str) -> Iterator[TemplateProblem]:
    inside = False
    for piece in parts:
        if piece.sort == "data":
            opened, closed = piece.raw.rfind("<"), piece.raw.rfind(">")
            inside = opened > closed or (inside and closed < 0)
        elif piece.sort == "statement" and inside:
            yield TemplateProblem(
                file, piece.line, f"{piece.raw} stands inside a tag; write {{{{ a if b else c }}}} there"
            )


class _Reading(HTMLParser):
    def __init__(self, file: str) -> None:
        super().__init__(convert_charrefs=True)
        self.file = file
        self.found: list[TemplateProblem] = []
        self._open: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._check(tag, attrs)
        if tag not in VOID_TAGS:
            self._open.append((tag, self.getpos()[0]))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._check(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag not in [open_tag for open_tag, _ in self._open]:
            self._complain(f"</{tag}> closes what is not open")
            return
        while (last := self._open.pop())[0] != tag:
            self.found.append(self._unclosed(*last))

    def finish(self) -> list[TemplateProblem]:
        return self.found + [self._unclosed(*left) for left in self._open]

    def _unclosed(self, tag: str, line: int) -> TemplateProblem:
        return TemplateProblem(self.file, line, f"<{tag}> is never closed")

    def _check(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in HTML_TAGS:
            return
        known = MJML_TAGS.get(tag)
        if known is None:
            self._complain(f"there is no tag <{tag}>{_suggestion(tag, [*MJML_TAGS, *HTML_TAGS])}")
            return
        for name, _ in attrs:
            if name not in known:
                self._complain(f"<{tag}> has no attribute {name}{_suggestion(name, known)}")

    def _complain(self, message: str) -> None:
        self.found.append(TemplateProblem(self.file, self.getpos()[0], message))


def _suggestion(name: str, known: frozenset[str] | list[str]) -> str:
    close = get_close_matches(name, sorted(known), n=1)
    return f"; did you mean {close[0]}?" if close else ""
