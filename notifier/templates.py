"""Templates compiled once: what is left for each mail is filling in values.

    pieces ─▶ statements as <!--qx1xq-->, expressions as qx2xq ─▶ MJML ─▶ inlined CSS ─▶ statements and
    expressions put back, plain messages translated ─▶ a Jinja template of finished HTML (Page)
                                              └─▶ the text part's template, made of the same page (see `plain`)

MJML takes about 1 ms and inlining 5 to 25 ms, so doing it for each mail would cost more than all the rest together.
What of a page never changes is also encoded for the post only once. A kind is compiled when it is first used in a
language. While `reload_on_change` is on, a changed file is compiled anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, TemplateError
from markupsafe import Markup, escape

from notifier import assembly, lint, quoted
from notifier.assembly import LAYOUT, PARTS, TemplateProblem, blocks, pieces, read, state_of
from notifier.facts import Reader
from notifier.inlining import Sources, sources, translated
from notifier.words import words_in

_WORTH_KNOWING = 100
"""Characters below which encoding takes no longer than looking up."""

SEVERAL = frozenset({"bundle", "digest"})
"""The templates that tell several events, and so belong to no kind."""


@dataclass(frozen=True)
class Page:
    """A template of finished HTML or text. `known` maps the stretches that never change to their encoded form."""

    template: Template
    known: Mapping[str, bytes] = field(default_factory=dict)

    def chunks(self, context: dict[str, Any]) -> list[str]:
        """The filled page in the order of its stretches and values."""
        return list(self.template.root_render_func(self.template.new_context(context, shared=True)))


@dataclass(frozen=True)
class Mould:
    """One kind's templates in one language.

    `lines` are the small ones by block: subject, digest_line, maybe bundle and mark. `item` and `item_text` are what a
    page repeats for each of its `lines`, if it does.
    """

    file: str
    lines: Mapping[str, Page]
    html: Page
    text: Page
    item: Page | None
    item_text: Page | None


class _Reloading:
    on = False


def reload_on_change(on: bool = True) -> None:
    """For development: look at the files' times on every use."""
    _Reloading.on = on


def forget() -> None:
    """Compile everything anew when it is next used."""
    _mould.cache_clear()
    _sources.cache_clear()


def mould(kind: str, language: str) -> Mould:
    """The compiled templates of a kind. TemplateProblem names the file and line of what is wrong."""
    file = f"{kind}.mjml"
    changed: tuple[object, ...] = ()
    if _Reloading.on:
        changed = tuple(state_of(name) for name in (file, LAYOUT, PARTS) if (assembly.FOLDER / name).exists())
    return _mould(file, words_in(language).language, changed)


def files() -> tuple[str, ...]:
    """Every template file, the layout and the parts among them."""
    return tuple(sorted(path.name for path in assembly.FOLDER.glob("*.mjml")))


def kinds() -> tuple[str, ...]:
    """Every kind that has a template of its own."""
    return tuple(file[:-5] for file in files() if not file.startswith("_") and file[:-5] not in SEVERAL)


@lru_cache(maxsize=512)
def _mould(file: str, language: str, changed: tuple[object, ...]) -> Mould:
    own = blocks(read(file), file)
    for required in ("subject", "digest_line", "body"):
        if required not in own:
            raise TemplateProblem(file, 1, f"there is no block {required}")
    found = _sources(file, changed)
    html, item = found.html(words_in(language, escaping=True))
    words = words_in(language)
    text, item_text = found.text(words)
    return Mould(
        file=file,
        lines={name: Page(_plain().from_string(translated(own[name], words))) for name in own if name != "body"},
        html=_page(html),
        text=Page(_plain().from_string(text)),
        item=None if item is None else _page(item),
        item_text=None if item_text is None else Page(_plain().from_string(item_text)),
    )


@lru_cache(maxsize=256)
def _sources(file: str, changed: tuple[object, ...]) -> Sources:
    for name in (LAYOUT, PARTS, file):
        lint.check(name)
    return sources(file)


def _page(source: str) -> Page:
    stretches = (piece.raw for piece in pieces(source, "") if piece.sort == "data")
    known = {raw: quoted.encoded(raw) for raw in stretches if len(raw) >= _WORTH_KNOWING}
    return Page(_rich().from_string(source), known)


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
    environment.filters["lines"] = _broken_into_lines if autoescape else str
    return environment


def native_environment() -> Environment:
    """Plain Jinja over the same files: what `inlined` then has to be done for on each mail. For tests and diagnosis."""
    return _environment(autoescape=True, loader=FileSystemLoader(assembly.FOLDER))


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


def where_it_fails(file: str, block: str, context: Mapping[str, Any], error: TemplateError) -> TemplateProblem:
    """The line of a kind's own files that can't be filled: plain Jinja knows it, a compiled page has lost it.

    `block` is what was being filled; `body` stands for the whole page.
    """
    environment = native_environment()
    template = environment.get_template(file)
    part = template.root_render_func if block == "body" else template.blocks[block]
    # An item is filled before the page around it is known.
    around = {"subject": "", "preheader": "", "news": "", "why": (), "reader": Reader(None), "request_url": ""}
    try:
        "".join(part(template.new_context({**around, "lines": [context.get("line")], **context})))
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
