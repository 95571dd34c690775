"""One kind's assembled MJML -> the Jinja sources of its html and text parts.

The document goes through MJML and the CSS inliner with its Jinja hidden in words and comments that both leave alone.
"""

from __future__ import annotations

import logging
import re
from ast import literal_eval
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mjml import mjml2html
from premailer import Premailer

from notifier import plain
from notifier.assembly import Piece, TemplateProblem, arguments, assemble
from notifier.words import Words

_PLACEHOLDER = re.compile(r"<!--(qx\d+xq)-->|(qx\d+xq)")
_LITERAL = re.compile(r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""")
_MESSAGE = re.compile(rf"\b_\(\s*{_LITERAL.pattern}\s*\)")
_CALL = re.compile(r"_\((?:[^()]|\([^()]*\))*\)")
_CHOICE = re.compile(rf"({_CALL.pattern})\s+if\s+([\w.]+)\s+else\s+({_CALL.pattern})")
_VALUE = re.compile(r"%\((\w+)\)s")
_INDENTATION = re.compile(r"\s*\n\s*")
# MJML's rule for `fluid-on-mobile`, which we don't use; it is there or not by whether a mail happens to hold a picture.
_FLUID_IMAGES = re.compile(r"<style[^>]*>\s*@media[^{]*\{\s*table\.mj-full-width-mobile[^<]*</style>")
# MJML writes it onto the cell around a button; no HTML has it, and the cell's own `valign` and style say the same.
_NO_ATTRIBUTE = re.compile(r' vertical-align="[^"]*"')
_DOCTYPE = "<!doctype html>\n"
_REPEATING, _END = "for line in lines", "endfor"


@dataclass(frozen=True)
class Sources:
    """A page and its text with their Jinja still hidden, and what each placeholder stands for."""

    page: str
    plain: str
    hidden: Mapping[str, Piece]

    def html(self, words: Words) -> tuple[str, str | None]:
        """The html part's source, and that of the item which it repeats; plain messages in the words' language."""
        return self._revealed(self.page, words)

    def text(self, words: Words) -> tuple[str, str | None]:
        """The same of the text part."""
        return self._revealed(self.plain, words)

    def _revealed(self, source: str, words: Words) -> tuple[str, str | None]:
        start, end = self._repetition(source)
        if start is None or end is None:
            return self._put_back(source, words), None
        item = source[start.end() : end.start()]
        rest = self._put_back(source[: start.start()], words), self._put_back(source[end.end() :], words)
        return "{{ items }}".join(rest), self._put_back(item, words)

    def _repetition(self, source: str) -> tuple[re.Match[str] | None, re.Match[str] | None]:
        """Where the loop over a page's lines starts and ends: an item is rendered apart, once for all its readers."""
        start, depth = None, 0
        for found in _PLACEHOLDER.finditer(source):
            code = self.hidden[found[1]].code if found[1] else ""
            if start is None:
                start = found if code == _REPEATING else None
            elif code.startswith("for "):
                depth += 1
            elif code == _END and depth:
                depth -= 1
            elif code == _END:
                return start, found
        return start, None

    def _put_back(self, source: str, words: Words) -> str:
        return _PLACEHOLDER.sub(lambda found: _translated(self.hidden[found[1] or found[2]], words), source)


def sources(file: str) -> Sources:
    """Compiles a kind's template. TemplateProblem where MJML can't read it."""
    document, hidden = _opaque(assemble(file))
    try:
        page = _INDENTATION.sub("\n", inlined(document))
    except ValueError as error:
        raise TemplateProblem(file, 1, f"MJML can't read it: {error}") from error
    return Sources(page, plain.text_source(page, hidden.__contains__), hidden)


def inlined(document: str) -> str:
    """MJML -> HTML that mail programs understand. ValueError where it isn't MJML."""
    page = _FLUID_IMAGES.sub("", mjml2html(document, disable_comments=False, fonts={}))
    inliner = Premailer(
        _NO_ATTRIBUTE.sub("", page),
        allow_network=False,
        disable_validation=True,
        strip_important=False,
        disable_basic_attributes=["align", "bgcolor", "height", "valign", "width"],
        cssutils_logging_level=logging.CRITICAL,
    )
    # The inliner drops the doctype, without which browsers draw as they did in 1998.
    return _DOCTYPE + str(inliner.transform())


def _opaque(parts: list[Piece]) -> tuple[str, dict[str, Piece]]:
    """The document with words and comments for expressions and statements, and what each stands for."""
    hidden: dict[str, Piece] = {}
    document = []
    for piece in parts:
        if piece.sort == "data":
            document.append(piece.raw)
            continue
        word = f"qx{len(hidden)}xq"
        hidden[word] = piece
        document.append(word if piece.sort == "expression" else f"<!--{word}-->")
    return "".join(document), hidden


def translated(parts: Iterable[Piece], words: Words) -> str:
    """The pieces as Jinja, their messages translated as far as they can be now: what remains is values."""
    return "".join(_translated(piece, words) for piece in parts)


def _translated(piece: Piece, words: Words) -> str:
    if piece.sort == "expression":
        return _printed(piece.code, words)
    return _constant(piece.raw, words) if piece.sort == "statement" else piece.raw


def _printed(code: str, words: Words) -> str:
    """What prints an expression. A message becomes page, and its values expressions in it."""
    if choice := _CHOICE.fullmatch(code):
        one, other = _printed(choice[1], words), _printed(choice[3], words)
        return f"{{% if {choice[2]} %}}{one}{{% else %}}{other}{{% endif %}}"
    if code == "language":
        return words.language
    if _CALL.fullmatch(code):
        message, *values = arguments(code[2:-1])
        names = dict(value.split("=", 1) for value in values)
        if _LITERAL.fullmatch(message) and "{" not in (said := words.gettext(literal_eval(message))):
            return _VALUE.sub(lambda value: _printed(names[value[1]], words), said) if names else said
    return f"{{{{ {_constant(code, words)} }}}}"


def _constant(code: str, words: Words) -> str:
    """The code with its messages without values as literals."""
    return _MESSAGE.sub(lambda message: _literal(words.plain(literal_eval(message[1]))), code)


def _literal(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
