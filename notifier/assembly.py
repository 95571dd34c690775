"""A kind's template, its layout and its parts -> one source, which `templates` compiles.

    _layout.mjml ──┐  {% block body %} is filled with the kind's
    <kind>.mjml  ──┼─▶ one MJML source without blocks or macros
    _parts.mjml  ──┘  {{ parts.button(label, url) }} becomes {% with label=…, url=… %}…{% endwith %}

MJML has to see the whole document, so what Jinja would put together for each mail is put together here, once. The files
are ordinary Jinja all the same, and a test renders each of them with plain Jinja and compares.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, TemplateSyntaxError

FOLDER = Path(__file__).parent.parent / "templates_mjml"
LAYOUT, PARTS = "_layout.mjml", "_parts.mjml"

_lexing = Environment(autoescape=True)
_CALL = re.compile(r"(?:parts\.)?(\w+)\s*\((.*)\)", re.DOTALL)
_NAME = re.compile(r"\w+")
_PLAIN_LITERAL = re.compile(r"""["']([\w #.,:-]*)["']""")
_KEYWORD = re.compile(r"(\w+)\s*=(?!=)\s*(.*)", re.DOTALL)


class TemplateProblem(Exception):
    """A template that can't be used: which file, which line (1-based), and why."""

    def __init__(self, file: str, line: int, message: str) -> None:
        super().__init__(f"{file}:{line}: {message}")
        self.file, self.line, self.message = file, line, message


@dataclass(frozen=True)
class Piece:
    """A stretch of a template. `sort` is data, expression or statement; `code` is what stands between the braces."""

    sort: str
    raw: str
    code: str
    line: int

    @property
    def words(self) -> list[str]:
        return self.code.split(None, 2)


@dataclass(frozen=True)
class Macro:
    """Parameters with their defaults (None: must be given), and the body."""

    parameters: dict[str, str | None]
    body: list[Piece]


def pieces(source: str, file: str) -> list[Piece]:
    """A template cut into data, expressions and statements; comments are dropped."""
    found: list[Piece] = []
    raw, code, inside = "", "", ""
    try:
        for line, mark, value in _lexing.lex(source, file):
            if mark == "data":
                found.append(Piece("data", value, "", line))
            elif mark in ("variable_begin", "block_begin"):
                raw, code, inside = value, "", mark
            elif mark in ("variable_end", "block_end"):
                sort = "expression" if inside == "variable_begin" else "statement"
                found.append(Piece(sort, raw + value, code.strip(), line))
                inside = ""
            elif inside:
                code += value
            elif not mark.startswith("comment"):
                raise TemplateProblem(file, line, f"{value.strip()} has no use in a mail's template")
            if inside and not mark.endswith("_begin"):
                raw += value
    except TemplateSyntaxError as error:
        raise TemplateProblem(file, error.lineno, error.message or "can't be read") from error
    return found


def read(file: str) -> list[Piece]:
    """The pieces of a template file. TemplateProblem where there is none."""
    path = FOLDER / file
    if not path.is_file():
        raise TemplateProblem(file, 1, f"there is no such template in {FOLDER.name}")
    return pieces(path.read_text(encoding="utf-8"), file)


def blocks(parts: list[Piece], file: str) -> dict[str, list[Piece]]:
    """The blocks of a template by name."""
    return {words[1]: body for words, body in _sections(parts, "block", file)}


def assemble(file: str) -> list[Piece]:
    """The whole document of one kind: layout, body and parts as one template."""
    own = blocks(read(file), file)
    document: list[Piece] = []
    hole = False
    for piece in read(LAYOUT):
        if piece.sort == "statement" and piece.words[0] in ("block", "endblock"):
            hole = piece.words[0] == "block"
            if hole:
                document += own.get(piece.words[1], [])
        elif not hole:
            document.append(piece)
    return list(_expanded(document, _macros(), file))


@lru_cache(maxsize=8)
def _macros_at(state: tuple[object, ...]) -> dict[str, Macro]:
    return {
        words[1].split("(")[0]: Macro(_parameters(" ".join(words[1:])), body)
        for words, body in _sections(read(PARTS), "macro", PARTS)
    }


def _macros() -> dict[str, Macro]:
    return _macros_at(state_of(PARTS))


def state_of(file: str) -> tuple[object, ...]:
    """Differs when a template's file does: which one it is, when it was written, how long it is."""
    path = FOLDER / file
    stat = path.stat()
    return str(path), stat.st_mtime_ns, stat.st_size


def _sections(parts: list[Piece], keyword: str, file: str) -> Iterator[tuple[list[str], list[Piece]]]:
    """Each `{% keyword name … %} … {% endkeyword %}`, as the opening statement's words and what it holds."""
    opening: Piece | None = None
    body: list[Piece] = []
    for piece in parts:
        word = piece.words[0] if piece.sort == "statement" else ""
        if word == keyword:
            if opening is not None:
                raise TemplateProblem(file, piece.line, f"a {keyword} inside a {keyword}")
            opening, body = piece, []
        elif word == f"end{keyword}" and opening is not None:
            yield opening.words, body
            opening = None
        else:
            body.append(piece)
    if opening is not None:
        raise TemplateProblem(file, opening.line, f"this {keyword} has no end{keyword}")


def _parameters(signature: str) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for argument in arguments(signature[signature.index("(") + 1 : signature.rindex(")")]):
        keyword = _KEYWORD.fullmatch(argument)
        found[keyword[1] if keyword else argument] = keyword[2] if keyword else None
    return found


def arguments(code: str) -> list[str]:
    """Splits at the commas that stand outside of all brackets and strings."""
    found, current, depth = [], "", 0
    for _, mark, value in _lexing.lex(f"{{{{{code}}}}}"):
        if mark in ("variable_begin", "variable_end"):
            continue
        depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(value, 0) if mark == "operator" else 0
        if mark == "operator" and value == "," and depth == 0:
            found.append(current.strip())
            current = ""
        else:
            current += value
    return [*found, current.strip()] if current.strip() else found


def _expanded(parts: list[Piece], macros: dict[str, Macro], file: str) -> Iterator[Piece]:
    """The same with every call of a macro replaced by its body."""
    for piece in parts:
        call = _CALL.fullmatch(piece.code) if piece.sort == "expression" else None
        if call is None or call[1] not in macros:
            yield piece
            continue
        macro = macros[call[1]]
        body, given = _inlined(macro.body, _bound(macro, arguments(call[2]), piece, call[1], file))
        if given:
            assignments = ", ".join(f"{name}={code}" for name, code in given.items())
            yield Piece("statement", f"{{% with {assignments} %}}", f"with {assignments}", piece.line)
        yield from _expanded(body, macros, file)
        if given:
            yield Piece("statement", "{% endwith %}", "endwith", piece.line)


def _inlined(body: list[Piece], given: dict[str, str]) -> tuple[list[Piece], dict[str, str]]:
    """The body with the arguments that it only prints already in their places, and the other arguments.

    What is printed as it was written can become part of the page for good, such as a button's label.
    """
    used = {word for piece in body if piece.code not in given for word in _NAME.findall(piece.code)}
    kept = {name: code for name, code in given.items() if name in used or set(given) & set(_NAME.findall(code))}
    return [_printed(piece, given[piece.code]) if piece.code in given.keys() - kept else piece for piece in body], kept


def _printed(piece: Piece, code: str) -> Piece:
    literal = _PLAIN_LITERAL.fullmatch(code)
    if literal is not None:
        return Piece("data", literal[1], "", piece.line)
    return Piece("expression", f"{{{{ {code} }}}}", code, piece.line)


def _bound(macro: Macro, arguments: list[str], call: Piece, name: str, file: str) -> dict[str, str]:
    given: dict[str, str] = {}
    for parameter, argument in zip(macro.parameters, arguments, strict=False):
        keyword = _KEYWORD.fullmatch(argument)
        given[keyword[1] if keyword else parameter] = keyword[2] if keyword else argument
    values = {key: given.get(key, default) for key, default in macro.parameters.items()}
    missing = [key for key, value in values.items() if value is None]
    if missing or set(given) - set(values) or len(arguments) > len(values):
        wanted = ", ".join(values)
        raise TemplateProblem(file, call.line, f"{name}({wanted}) is called as {call.code}")
    return {key: value for key, value in values.items() if value is not None}
