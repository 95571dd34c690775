"""Templates compiled once: what is left for each mail is filling in values.

    pieces ─▶ statements as <!--qx1xq-->, expressions as qx2xq ─▶ MJML ─▶ inlined CSS ─▶ statements and
    expressions put back ─▶ a Jinja template of finished HTML, and beside it the text part's (see `plain`)

MJML takes about 1 ms and inlining 5 to 25 ms, so doing it for each mail would cost more than all the rest together.
A kind is compiled when it is first used. While `reload_on_change` is on, a changed file is compiled anew.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, TemplateError
from markupsafe import Markup, escape
from mjml import mjml2html
from premailer import Premailer

from notifier import lint, plain
from notifier.assembly import FOLDER, LAYOUT, PARTS, Piece, TemplateProblem, assemble, blocks, joined, read

_PLACEHOLDER = re.compile(r"<!--(qx\d+xq)-->|(qx\d+xq)")
_INDENTATION = re.compile(r"\s*\n\s*")


@dataclass(frozen=True)
class Mould:
    """One kind's templates. `lines` are the small ones by block: subject, digest_line, maybe bundle."""

    file: str
    lines: Mapping[str, Template]
    html: Template
    text: Template


class _Reloading:
    on = False


def reload_on_change(on: bool = True) -> None:
    """For development: look at the files' times on every use."""
    _Reloading.on = on


def mould(kind: str) -> Mould:
    """The compiled templates of a kind. TemplateProblem names the file and line of what is wrong."""
    file = f"{kind}.mjml"
    if not _Reloading.on:
        return _mould(file, 0.0)
    return _mould(file, max(((FOLDER / name).stat().st_mtime for name in (file, LAYOUT, PARTS)), default=0.0))


def kinds() -> tuple[str, ...]:
    """Every kind that has a template of its own."""
    return tuple(sorted(p.stem for p in FOLDER.glob("*.mjml") if not p.name.startswith("_") and p.stem != "digest"))


@lru_cache(maxsize=256)
def _mould(file: str, changed: float) -> Mould:
    for name in (LAYOUT, PARTS, file):
        lint.check(name)
    own = blocks(read(file), file)
    for required in ("subject", "digest_line", "body"):
        if required not in own:
            raise TemplateProblem(file, 1, f"there is no block {required}")
    opaque, hidden = _opaque(assemble(file))
    try:
        page = inlined(opaque)
    except ValueError as error:
        raise TemplateProblem(file, 1, f"MJML can't read it: {error}") from error
    page = _INDENTATION.sub("\n", page)
    text = plain.text_source(page, hidden.__contains__)
    lines = {name: _plain().from_string(joined(own[name])) for name in own if name != "body"}
    return Mould(
        file, lines, _rich().from_string(_put_back(page, hidden)), _plain().from_string(_put_back(text, hidden))
    )


def inlined(document: str) -> str:
    """MJML -> HTML that mail programs understand. ValueError where it isn't MJML."""
    page = mjml2html(document, disable_comments=False, fonts={})
    return str(
        Premailer(
            page,
            allow_network=False,
            disable_validation=True,
            disable_basic_attributes=["align", "bgcolor", "height", "valign", "width"],
            cssutils_logging_level=logging.CRITICAL,
        ).transform()
    )


def _opaque(parts: list[Piece]) -> tuple[str, dict[str, str]]:
    """The document with words and comments for expressions and statements, and what each stands for."""
    hidden: dict[str, str] = {}
    document = []
    for piece in parts:
        if piece.sort == "data":
            document.append(piece.raw)
            continue
        word = f"qx{len(hidden)}xq"
        hidden[word] = piece.raw
        document.append(word if piece.sort == "expression" else f"<!--{word}-->")
    return "".join(document), hidden


def _put_back(page: str, hidden: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda found: hidden[found[1] or found[2]], page)


@cache
def _rich() -> Environment:
    return _environment(autoescape=True)


@cache
def _plain() -> Environment:
    return _environment(autoescape=False)


def _environment(*, autoescape: bool, loader: FileSystemLoader | None = None) -> Environment:
    environment = Environment(
        autoescape=autoescape,  # noqa: S701 - off for subjects and text parts, where markup is text
        undefined=StrictUndefined,
        finalize=_present,
        auto_reload=False,
        loader=loader,
    )
    environment.filters["said"] = _broken_into_lines if autoescape else _quoted
    return environment


def native_environment() -> Environment:
    """Plain Jinja over the same files: what `inlined` then has to be done for on each mail. For tests and diagnosis."""
    return _environment(autoescape=True, loader=FileSystemLoader(FOLDER))


def _present(value: Any) -> Any:
    """No mail says "None"."""
    if value is None:
        raise TemplateError("a value is missing (None)")
    return value


def _broken_into_lines(text: str) -> Markup:
    """What somebody said, its line ends kept, its markup shown as it was typed."""
    return escape(text).replace("\n", Markup("<br />"))


def _quoted(text: str) -> str:
    """What somebody said, set off so that it can't be taken for the mail's own words."""
    return "\n".join(f"> {line}" for line in text.split("\n"))


def where_it_fails(file: str, context: Mapping[str, Any], error: TemplateError) -> TemplateProblem:
    """The line of a kind's own files that can't be filled: plain Jinja knows it, a compiled page has lost it."""
    environment = native_environment()
    template = environment.get_template(file)
    for part in (template.root_render_func, *template.blocks.values()):
        try:
            "".join(part(template.new_context(dict(context))))
        except TemplateError:
            return _located(environment, file, error)
    return TemplateProblem(file, 1, str(error))


def _located(environment: Environment, file: str, error: TemplateError) -> TemplateProblem:
    """Call it while handling an exception of a native template; Jinja turns its lines into the template's."""
    line = 1
    try:
        environment.handle_exception()
    except TemplateError as rewritten:
        trace = rewritten.__traceback__
        while trace is not None:
            path = trace.tb_frame.f_code.co_filename
            if path.endswith(".mjml"):
                file, line = path.rsplit("/", 1)[-1], trace.tb_lineno
            trace = trace.tb_next
    return TemplateProblem(file, line, str(error))
